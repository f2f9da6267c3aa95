#include "codec/base/varint.h"

namespace codec {

VarintParse parse_varint(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < kMaxVarint; ++i) {
    const auto b = std::to_integer<std::uint64_t>(bytes[i]);
    if (i == 9 && b > 1) return {VarintState::Bad, 0, 0};
    value |= (b & 127) << (7 * i);
    if (b < 128) {
      if (b == 0 && i > 0) return {VarintState::Bad, 0, 0};
      return {VarintState::Ok, value, i + 1};
    }
  }
  return {bytes.size() < kMaxVarint ? VarintState::Short : VarintState::Bad, 0, 0};
}

void append_varint(std::vector<std::byte>& into, std::uint64_t value) {
  for (; value >= 128; value >>= 7) into.push_back(static_cast<std::byte>(value | 128));
  into.push_back(static_cast<std::byte>(value));
}

}  // namespace codec
