#include "codec/convert/html_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "codec/convert/utf8.h"

namespace codec::convert {
namespace {

constexpr std::size_t kMaxHeld = 16;  // longer than any tag or entity we know

constexpr std::array<std::pair<std::string_view, char32_t>, 28> kEntities = {{
    {"amp", '&'},      {"lt", '<'},       {"gt", '>'},       {"quot", '"'},      {"apos", '\''},    {"nbsp", ' '},
    {"copy", 0xa9},    {"reg", 0xae},     {"trade", 0x2122}, {"hellip", 0x2026}, {"mdash", 0x2014}, {"ndash", 0x2013},
    {"lsquo", 0x2018}, {"rsquo", 0x2019}, {"ldquo", 0x201c}, {"rdquo", 0x201d},  {"bull", 0x2022},  {"euro", 0x20ac},
    {"auml", 0xe4},    {"ouml", 0xf6},    {"uuml", 0xfc},    {"Auml", 0xc4},     {"Ouml", 0xd6},    {"Uuml", 0xdc},
    {"szlig", 0xdf},   {"eacute", 0xe9},  {"egrave", 0xe8},  {"zwnj", 0x200c},
}};

char32_t numeric_entity(std::string_view digits) {
  const bool hex = digits.starts_with('x') || digits.starts_with('X');
  if (hex) digits.remove_prefix(1);
  std::uint32_t value = 0;
  if (digits.empty() || digits.size() > 7) return 0xfffd;
  for (const char c : digits) {
    const std::uint32_t digit = c >= '0' && c <= '9'   ? static_cast<std::uint32_t>(c - '0')
                                : c >= 'a' && c <= 'f' ? static_cast<std::uint32_t>(c - 'a' + 10)
                                : c >= 'A' && c <= 'F' ? static_cast<std::uint32_t>(c - 'A' + 10)
                                                       : 99;
    if (digit >= (hex ? 16U : 10U)) return 0xfffd;
    value = value * (hex ? 16 : 10) + digit;
  }
  return value == 0 ? 0xfffd : value;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Tags amid a word; all others part words.
bool is_inline(std::string_view name) {
  for (const std::string_view known :
       {"a", "b", "i", "u", "em", "strong", "span", "font", "small", "big", "wbr", "sub", "sup"}) {
    if (name == known) return true;
  }
  return false;
}

}  // namespace

void HtmlText::tag_ended(std::string& into) {
  state_ = State::Text;
  std::string name = std::exchange(held_, {});
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const bool closing = name.starts_with('/');
  if (closing) name.erase(0, 1);
  if (!skip_to_.empty()) {
    if (closing && name == skip_to_) skip_to_.clear();
    return;
  }
  if (!closing && (name == "script" || name == "style" || name == "title")) skip_to_ = name;
  if (!is_inline(name)) into += ' ';
}

void HtmlText::entity_ended(bool closed, std::string& into) {
  state_ = State::Text;
  const std::string name = std::exchange(held_, {});
  if (!skip_to_.empty()) return;
  if (name.starts_with('#')) return append_utf8(into, numeric_entity(std::string_view(name).substr(1)));
  for (const auto& [known, point] : kEntities) {
    if (name == known) return append_utf8(into, point);
  }
  into += '&' + name;
  if (closed) into += ';';
}

void HtmlText::text_octet(char c, std::string& into) {
  if (c == '<') {
    state_ = State::TagOpen;
  } else if (c == '&') {
    state_ = State::Entity;
  } else if (skip_to_.empty()) {
    into += c;
  }
}

void HtmlText::entity_octet(char c, std::string& into) {
  if (c == ';') return entity_ended(true, into);
  if ((is_letter(c) || (c == '#' && held_.empty())) && held_.size() < kMaxHeld) {
    held_ += c;
    return;
  }
  entity_ended(false, into);
  text_octet(c, into);
}

// Behind "<": the tag's name, or something else altogether.
void HtmlText::name_octet(char c, std::string& into) {
  if (c == '<' && !skip_to_.empty()) {  // "a<b" in a script
    held_.clear();
  } else if (held_ == "!-" && c == '-') {
    held_.clear();
    dashes_ = 0;
    state_ = State::Comment;
  } else if (c == '>') {
    tag_ended(into);
  } else if (held_.empty() && !is_letter(c) && c != '/' && c != '!' && c != '?') {
    state_ = State::Text;  // "a < b"
    if (skip_to_.empty()) into += '<';
    text_octet(c, into);
  } else if ((is_letter(c) || c == '/' || c == '!' || c == '?' || c == '-') && held_.size() < kMaxHeld &&
             !(c == '/' && !held_.empty())) {
    held_ += c;
  } else {
    state_ = State::Tag;
    tag_octet(c, into);
  }
}

void HtmlText::tag_octet(char c, std::string& into) {
  if (c == '>') {
    tag_ended(into);
  } else if (c == '<' && !skip_to_.empty()) {
    held_.clear();
    state_ = State::TagOpen;
  } else if ((c == '"' || c == '\'') && skip_to_.empty()) {
    quote_ = c;
    state_ = State::Quoted;
  }
}

void HtmlText::comment_octet(char c) {
  if (c == '>' && dashes_ >= 2) state_ = State::Text;
  dashes_ = c == '-' ? dashes_ + (dashes_ < 2 ? 1 : 0) : 0;
}

void HtmlText::feed(std::string_view utf8, std::string& into) {
  for (const char c : utf8) {
    switch (state_) {
      case State::Text:
        text_octet(c, into);
        break;
      case State::Entity:
        entity_octet(c, into);
        break;
      case State::TagOpen:
        name_octet(c, into);
        break;
      case State::Tag:
        tag_octet(c, into);
        break;
      case State::Quoted:
        if (c == quote_) state_ = State::Tag;
        break;
      case State::Comment:
        comment_octet(c);
        break;
    }
  }
}

}  // namespace codec::convert
