#include "proxy/imap/types.h"

#include "proxy/imap/limits.h"

namespace proxy::imap {
namespace {

char upper_char(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// Octets of the UTF-8 character at the front; 0: none begins here.
std::size_t character_size(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto tail = [&](std::size_t i) { return i < text.size() && (at(i) & 0xc0) == 0x80; };
  const unsigned char c = at(0);
  if (c < 0x80) return 1;
  if (c >= 0xc2 && c <= 0xdf) return tail(1) ? 2 : 0;
  if (c >= 0xe0 && c <= 0xef) {
    if (!tail(1) || !tail(2)) return 0;
    if ((c == 0xe0 && at(1) < 0xa0) || (c == 0xed && at(1) > 0x9f)) return 0;  // overlong, surrogate
    return 3;
  }
  if (c >= 0xf0 && c <= 0xf4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if ((c == 0xf0 && at(1) < 0x90) || (c == 0xf4 && at(1) > 0x8f)) return 0;  // overlong, above U+10FFFF
    return 4;
  }
  return 0;
}

}  // namespace

bool equal_no_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (upper_char(a[i]) != upper_char(b[i])) return false;
  }
  return true;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = upper_char(c);
  return out;
}

bool is_atom_char(char c) {
  if (c <= ' ' || c >= 0x7f) return false;  // controls, SP, and 8-bit where char is signed
  switch (c) {
    case '(':
    case ')':
    case '{':
    case '%':
    case '*':
    case '"':
    case '\\':
    case ']':
      return false;
    default:
      return true;
  }
}

bool is_astring_char(char c) {
  return c == ']' || is_atom_char(c);
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

bool Atom::is(std::string_view other) const {
  return equal_no_case(text_, other);
}

Result<Atom> make_atom(std::string_view text) {
  if (text.empty()) return fail(Errc::Protocol, "an atom is empty");
  if (text.size() > kMaxAtom) return fail(Errc::Limit, "an atom is too long");
  for (char c : text) {
    if (!is_atom_char(c)) return fail(Errc::Protocol, "a character that no atom may hold");
  }
  return Atom(text);
}

Result<Tag> make_tag(std::string_view text) {
  if (text.empty()) return fail(Errc::Protocol, "a tag is empty");
  if (text.size() > kMaxTag) return fail(Errc::Limit, "a tag is too long");
  for (char c : text) {
    if (!is_astring_char(c) || c == '+') return fail(Errc::Protocol, "a character that no tag may hold");
  }
  return Tag(text);
}

Text make_text(std::string_view text) {
  Text made;
  std::string out;
  while (!text.empty() && out.size() < kMaxText) {
    const std::size_t size = character_size(text);
    const bool plain = size > 1 || (size == 1 && text[0] >= ' ' && text[0] != 0x7f);
    if (plain && out.size() + size > kMaxText) break;
    if (plain) {
      out.append(text.substr(0, size));
    } else {
      out.push_back('?');
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  if (!out.empty() && out[0] == '[') out[0] = '(';
  if (!out.empty()) made.text_ = std::move(out);
  return made;
}

}  // namespace proxy::imap
