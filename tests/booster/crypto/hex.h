// Test vectors as the standards print them.
#pragma once
#include "codec/base/bytes.h"

namespace booster::crypto {

inline Bytes hex(std::string_view text) {
  return codec::from_hex(text).value();
}

}  // namespace booster::crypto
