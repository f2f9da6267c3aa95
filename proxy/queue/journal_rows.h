// What the journal's own sources share.
#pragma once
#include <cstdint>
#include <string>

#include "codec/base/result.h"

namespace proxy::queue {

constexpr std::int64_t kValidityBase = 1'577'836'800;  // 2020-01-01: leaves 32 bits room for 136 years

inline Error broken(const char* what) {
  return Error(Errc::Corrupt, std::string("journal.db: ") + what);
}

}  // namespace proxy::queue
