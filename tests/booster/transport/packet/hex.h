// Bytes from digits, with spaces for the eye.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>

#include "codec/base/bytes.h"

namespace booster::transport::packet {

inline Bytes bytes_of(std::string_view hex) {
  std::string digits(hex);
  std::erase(digits, ' ');
  return *codec::from_hex(digits);
}

}  // namespace booster::transport::packet
