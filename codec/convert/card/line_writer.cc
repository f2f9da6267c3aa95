#include <limits>

#include "codec/convert/card/layout.h"
#include "codec/convert/card/limits.h"

namespace codec::convert::card {
namespace {

constexpr std::size_t kAnyLength = std::numeric_limits<std::size_t>::max();  // the layout's own end is the limit

}  // namespace

Result<bool> Gaps::take(std::uint64_t position) {
  if (!next_) {
    if (in_.empty()) return false;
    TRY_ASSIGN(const std::uint64_t gap, in_.varint());
    if (gap > std::numeric_limits<std::uint64_t>::max() - from_) return fail(Errc::Protocol, "card: layout: gap");
    next_ = from_ + gap;
  }
  if (*next_ != position) return false;
  from_ = position + 1;
  next_.reset();
  return true;
}

Result<LineWriter::Fields> LineWriter::read(ByteView layout) {
  Fields fields;
  if (layout.empty()) return fields;
  ByteReader in(layout);
  TRY_ASSIGN(fields.flags, in.u8());
  const unsigned unit = fields.flags >> kUnitShift & 3U;
  if (unit > static_cast<unsigned>(FoldUnit::Characters)) return fail(Errc::Protocol, "card: layout: unit");
  fields.rule.unit = static_cast<FoldUnit>(unit);
  fields.rule.blank_counts = (fields.flags & kBlankFree) == 0;
  if (fields.flags & kWidth) {
    TRY_ASSIGN(const std::uint64_t width, in.varint());
    if (width > kMaxCard) return fail(Errc::Protocol, "card: layout: width");
    fields.rule.width = static_cast<std::size_t>(width);
  }
  if (fields.flags & kExceptions) {
    TRY_ASSIGN(fields.ends, in.sized(kAnyLength));
    TRY_ASSIGN(fields.tabs, in.sized(kAnyLength));
    fields.folds = in.rest();
  } else if (!in.empty()) {
    return fail(Errc::Protocol, "card: layout: octets left over");
  }
  return fields;
}

LineWriter::LineWriter(const Fields& fields)
    : flags_(fields.flags), rule_(fields.rule), ends_(fields.ends), tabs_(fields.tabs), folds_(fields.folds) {}

Result<LineWriter> LineWriter::make(ByteView layout) {
  TRY_ASSIGN(const Fields fields, read(layout));
  return LineWriter(fields);
}

Result<> LineWriter::put(std::string_view octets) {
  if (octets.size() > kMaxCard - out_.size()) return fail(Errc::Limit, "card: too long");
  out_ += octets;
  return {};
}

Result<> LineWriter::end_line() {
  TRY_ASSIGN(const bool other, ends_.take(line_ends_++));
  const bool lf = (flags_ & kLf) != 0;
  return put(lf != other ? "\n" : "\r\n");
}

Result<> LineWriter::fold() {
  TRY(end_line());
  TRY_ASSIGN(const bool other, tabs_.take(folded_++));
  const bool tab = (flags_ & kTab) != 0;
  return put(tab != other ? "\t" : " ");
}

Result<> LineWriter::write_folded(std::string_view line) {
  foretell_folds(line, rule_, octets_);
  for (const std::size_t octets : octets_) {
    TRY(put(line.substr(0, octets)));
    TRY(fold());
    line.remove_prefix(octets);
  }
  return put(line);
}

// Each fold adds octets, so the limit of the outcome ends the longest run.
Result<> LineWriter::write_exception(std::string_view line) {
  ByteReader& in = folds_.more();
  TRY_ASSIGN(std::uint64_t runs, in.varint());
  for (; runs > 0; --runs) {
    TRY_ASSIGN(const std::uint64_t run, in.varint());
    std::uint64_t times = 0;
    if (run & 1U) {
      TRY_ASSIGN(times, in.varint());
      if (times > kMaxCard) return fail(Errc::Limit, "card: layout: folds");
      times += 1;
    }
    for (++times; times > 0; --times) {
      if (run >> 1 > line.size()) return fail(Errc::Protocol, "card: layout: folds behind the line");
      TRY(put(line.substr(0, static_cast<std::size_t>(run >> 1))));
      TRY(fold());
      line.remove_prefix(static_cast<std::size_t>(run >> 1));
    }
  }
  return put(line);
}

Result<> LineWriter::write(std::string_view line) {
  if (lines_ > 0) TRY(end_line());
  TRY_ASSIGN(const bool exception, folds_.take(lines_++));
  return exception ? write_exception(line) : write_folded(line);
}

Result<std::string> LineWriter::finish() {
  if (lines_ > 0 && (flags_ & kOpen) == 0) TRY(end_line());
  if (!ends_.empty() || !tabs_.empty() || !folds_.empty()) return fail(Errc::Protocol, "card: layout: of another card");
  return std::move(out_);
}

}  // namespace codec::convert::card
