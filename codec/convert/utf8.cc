#include "codec/convert/utf8.h"

#include <array>

namespace codec::convert {
namespace {

unsigned octet(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// 0x80..0x9f of Windows-1252; unassigned ones are U+FFFD.
constexpr std::array<char32_t, 32> kWindows1252 = {0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                                   0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
                                                   0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                                   0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};

}  // namespace

std::size_t utf8_length(std::string_view text) {
  const unsigned lead = octet(text, 0);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (std::size_t i = 1; i < length; ++i) {
    if (i >= text.size()) return kCutCharacter;
    const unsigned next = octet(text, i);
    const unsigned low = i > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = i > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (next < low || next > high) return 0;
  }
  return length;
}

void append_utf8(std::string& into, char32_t point) {
  if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) point = 0xfffd;
  const auto tail = [&](int shift) { into += static_cast<char>(0x80 | ((point >> shift) & 0x3f)); };
  if (point < 0x80) {
    into += static_cast<char>(point);
  } else if (point < 0x800) {
    into += static_cast<char>(0xc0 | (point >> 6));
    tail(0);
  } else if (point < 0x10000) {
    into += static_cast<char>(0xe0 | (point >> 12));
    tail(6);
    tail(0);
  } else {
    into += static_cast<char>(0xf0 | (point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::size_t append_guessed(std::string& into, std::string_view octets, bool last) {
  std::size_t at = 0;
  while (at < octets.size()) {
    const std::string_view rest = octets.substr(at, 4);
    const std::size_t length = utf8_length(rest);
    if (length == kCutCharacter && !last) break;
    if (length >= 1 && length <= 4) {
      if (rest[0] == '\0') {
        into += ' ';
      } else {
        into += rest.substr(0, length);
      }
      at += length;
      continue;
    }
    const unsigned value = octet(octets, at++);
    append_utf8(into, value < 0xa0 ? kWindows1252[value - 0x80] : static_cast<char32_t>(value));
  }
  return at;
}

std::string_view cut_utf8(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (octet(text, limit) & 0xc0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace codec::convert
