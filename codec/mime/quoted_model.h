// Foretells how a quoted-printable writer wrote what it wrote, and learns from it as it goes: splitter and joiner walk
// the same octets with the same model, so that only its mistakes need to be told.      Source: SPLIT.md §4; RFC 2045
// §6.7
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "codec/base/bytes.h"
#include "codec/mime/split_layout.h"

namespace codec::mime {

// Both decisions for one octet, escape() first; what was really done is told by did_escape() and did_break().
class QuotedModel {
 public:
  // Owns    borrows the content
  QuotedModel(ByteView content, LineEnd end) : content_(content), end_(end) {}

  bool done() const { return at_ == content_.size(); }
  std::size_t position() const { return at_; }
  bool at_line_end() const;  // the octet here and, for CRLF, the next one are one

  bool foretells_escape() const;
  void did_escape(bool escaped);
  bool foretells_break() const;  // a soft line break before the octet
  void did_break(bool broken);
  // Steps behind the octet, or behind the line end when it was not escaped.
  std::size_t advance();

  // How many octets from here on are all foretold as plain, with no break before any; at most `most`. Once it is known
  // that they were, pass() steps behind them at once.
  std::size_t foretells_plain(std::size_t most) const;
  void pass(std::size_t plain);

 private:
  bool line_end_at(std::size_t at) const;
  std::size_t context() const;
  bool fixed_breaks() const;
  bool word_breaks() const;
  bool writes_escape(std::size_t at) const;

  ByteView content_;
  LineEnd end_;
  std::size_t at_ = 0;
  std::size_t column_ = 0;  // characters of the line so far
  bool escaped_ = false;    // the octet here
  std::size_t limit_ = 76;  // characters of a line, its "=" included
  std::size_t last_early_ = 0;
  int words_ = 0;  // above zero: this writer breaks between words
  // By context (inside a line, before its end) and octet: what this writer did last.
  enum class Habit : std::uint8_t { Usual, Plain, Escaped };
  std::array<std::array<Habit, 256>, 2> habits_{};
};

}  // namespace codec::mime
