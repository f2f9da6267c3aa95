// Small things every part of the grammar needs.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "codec/base/bytes.h"

namespace proxy::smtp {

constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
constexpr bool is_alpha(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
bool same_ignoring_case(std::string_view a, std::string_view b);
bool starts_ignoring_case(std::string_view text, std::string_view prefix);
std::string_view take_word(std::string_view& text);  // up to a space, which is taken too
bool is_ascii(std::string_view text);
bool is_utf8(std::string_view text);                                 // RFC 3629 §4; no controls are looked for
std::string printable(std::string_view text);                        // controls and what is not UTF-8 become "?"
std::optional<std::uint64_t> parse_number(std::string_view digits);  // 1 to 20 digits that fit

// xtext = *( xchar / "+" 2HEXDIG(upper) )                                          Source: RFC 3461 §4
bool is_xtext(std::string_view text);
std::string write_xtext(std::string_view text);
std::optional<std::string> parse_xtext(std::string_view text);

// Source: RFC 4648 §4. Strict: padding where it belongs, no other octet.
std::string write_base64(std::string_view text);
std::optional<std::string> parse_base64(std::string_view text);

}  // namespace proxy::smtp
