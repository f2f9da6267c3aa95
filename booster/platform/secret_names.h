// What a secret may be called, the same in every store.
#pragma once
#include <string_view>

#include "codec/base/result.h"

namespace booster::platform {

constexpr std::size_t kMaxSecretName = 200;

inline Result<> check_secret_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxSecretName) return fail(Errc::Limit, "secret's name: empty or too long");
  for (const char c : name) {
    if (c < '!' || c > '~') return fail(Errc::Limit, "secret's name: not printable ASCII");
  }
  return {};
}

}  // namespace booster::platform
