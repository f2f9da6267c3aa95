#include "codec/property/utf8.h"

#include <cstring>

namespace codec::property {
namespace {

// Octets of the character at the front; 0: there is none.
//   UTF8-2 = C2-DF tail   UTF8-3 = E0 A0-BF tail / E1-EC 2tail / ED 80-9F tail / EE-EF 2tail
//   UTF8-4 = F0 90-BF 2tail / F1-F3 3tail / F4 80-8F 2tail
std::size_t character(const unsigned char* at, std::size_t left) {
  const unsigned lead = at[0];
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (left < size) return 0;
  const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (at[1] < low || at[1] > high) return 0;
  for (std::size_t i = 2; i < size; ++i)
    if ((at[i] & 0xc0) != 0x80) return 0;
  return size;
}

}  // namespace

bool is_utf8(ByteView bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size();
  while (left > 0) {
    std::uint64_t word;
    if (left >= sizeof word) {  // eight octets of ASCII at a time
      std::memcpy(&word, at, sizeof word);
      if ((word & 0x8080808080808080U) == 0) {
        at += sizeof word;
        left -= sizeof word;
        continue;
      }
    }
    const std::size_t size = character(at, left);
    if (size == 0) return false;
    at += size;
    left -= size;
  }
  return true;
}

std::string repaired_utf8(std::string_view text) {
  std::string repaired;
  repaired.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = character(reinterpret_cast<const unsigned char*>(text.data()) + i, text.size() - i);
    if (size == 0)
      repaired += "\xef\xbf\xbd";
    else
      repaired += text.substr(i, size);
    i += size == 0 ? 1 : size;
  }
  return repaired;
}

}  // namespace codec::property
