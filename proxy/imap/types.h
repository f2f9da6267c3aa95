// Words of IMAP that must not be mixed, and texts that cannot hold what would break a line.      Source: RFC 9051 §9
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/result.h"

namespace proxy::imap {

struct Uid {
  std::uint32_t value = 0;  // 0 is no UID
  auto operator<=>(const Uid&) const = default;
};
struct SeqNumber {
  std::uint32_t value = 0;  // 1 is the first message
  auto operator<=>(const SeqNumber&) const = default;
};
struct UidValidity {
  std::uint32_t value = 0;
  auto operator<=>(const UidValidity&) const = default;
};
struct ModSeq {
  std::uint64_t value = 0;  // RFC 7162: 63 bits on the wire
  auto operator<=>(const ModSeq&) const = default;
};

// atom = 1*ATOM-CHAR: printable ASCII without ( ) { SP % * " \ ].   Shape  spelling kept, compared without case
class Atom {
 public:
  const std::string& text() const { return text_; }
  bool is(std::string_view other) const;  // without case
  friend bool operator==(const Atom& a, const Atom& b) { return a.is(b.text_); }

 private:
  friend Result<Atom> make_atom(std::string_view);
  explicit Atom(std::string_view text) : text_(text) {}
  std::string text_;
};
Result<Atom> make_atom(std::string_view text);  // Errors  Protocol: empty, a character outside · Limit: kMaxAtom

// tag = 1*<any ASTRING-CHAR except "+">
class Tag {
 public:
  const std::string& text() const { return text_; }
  friend bool operator==(const Tag&, const Tag&) = default;

 private:
  friend Result<Tag> make_tag(std::string_view);
  explicit Tag(std::string_view text) : text_(text) {}
  std::string text_;
};
Result<Tag> make_tag(std::string_view text);  // Errors  Protocol: empty, a character outside · Limit: kMaxTag

// Human text of a response: one line, never empty, never beginning with "[" (that would read as a code).
class Text {
 public:
  Text() : text_("-") {}
  const std::string& text() const { return text_; }
  friend bool operator==(const Text&, const Text&) = default;

 private:
  friend Text make_text(std::string_view);
  std::string text_;
};
Text make_text(std::string_view text);  // controls become "?", cut at kMaxText on a character

// One field of ID (RFC 2971); a value may be NIL.
struct IdField {
  std::string name;
  std::optional<std::string> value;
  friend bool operator==(const IdField&, const IdField&) = default;
};

bool equal_no_case(std::string_view a, std::string_view b);  // ASCII
std::string upper(std::string_view text);                    // ASCII
bool is_atom_char(char c);
bool is_astring_char(char c);  // atom-char or "]"
bool is_utf8(std::string_view text);

}  // namespace proxy::imap
