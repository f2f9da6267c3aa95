// How the lines of a card were written: nothing where RFC 5545 §3.1 has it so, else what departs from it.
//   Shape   flags:u8 [width:varint] [exceptions]          empty: flags 0, no exceptions      Source: CARDS.md §3
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/bytes.h"
#include "codec/base/result.h"
#include "codec/convert/card/content_lines.h"
#include "codec/convert/card/fold_rule.h"

namespace codec::convert::card {

Bytes encode_layout(const ContentLines& lines);

// Positions that are exceptions, each as its distance from the one before.
class Gaps {
 public:
  explicit Gaps(ByteView packed) : in_(packed) {}
  Result<bool> take(std::uint64_t position);  // asked in order; whether it is one
  bool empty() const { return !next_ && in_.empty(); }
  ByteReader& more() { return in_; }  // what stands behind the position that was one

 private:
  ByteReader in_;
  std::uint64_t from_ = 0;
  std::optional<std::uint64_t> next_;
};

// Writes lines as a layout says.
//   Errors  Protocol: a layout that is malformed or not of these lines · Limit: above kMaxCard octets
class LineWriter {
 public:
  static Result<LineWriter> make(ByteView layout);

  Result<> write(std::string_view line);
  Result<std::string> finish();

 private:
  struct Fields {
    unsigned flags = 0;
    FoldRule rule;
    ByteView ends, tabs, folds;
  };
  explicit LineWriter(const Fields& fields);
  static Result<Fields> read(ByteView layout);
  Result<> put(std::string_view octets);
  Result<> end_line();
  Result<> fold();
  Result<> write_folded(std::string_view line);
  Result<> write_exception(std::string_view line);

  unsigned flags_;
  FoldRule rule_;
  Gaps ends_;
  Gaps tabs_;
  Gaps folds_;
  std::uint64_t line_ends_ = 0;
  std::uint64_t folded_ = 0;
  std::uint64_t lines_ = 0;
  std::vector<std::size_t> octets_;
  std::string out_;
};

// flags
constexpr unsigned kLf = 0x01;         // line ends are LF, not CRLF
constexpr unsigned kOpen = 0x02;       // nothing stands behind the last line
constexpr unsigned kTab = 0x04;        // folds have a tab, not a space
constexpr unsigned kUnitShift = 3;     // two bits: FoldUnit
constexpr unsigned kBlankFree = 0x20;  // the blank behind a fold is not counted
constexpr unsigned kWidth = 0x40;      // the width follows
constexpr unsigned kExceptions = 0x80;

}  // namespace codec::convert::card
