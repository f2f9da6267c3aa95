#include <fmt/format.h>

#include <algorithm>

#include "codec/base/varint.h"
#include "codec/figure/figures.h"
#include "codec/figure/mark.h"

namespace codec::figure {
namespace {

class Putter {
 public:
  Putter(ByteView text, ByteView figures, std::size_t most) : text_(text), figures_(figures), most_(most) {}

  Result<Bytes> put() {
    while (!text_.empty()) {
      const auto mark = std::find(text_.begin(), text_.end(), kMark);
      TRY(append(text_.first(static_cast<std::size_t>(mark - text_.begin()))));
      text_ = text_.subspan(static_cast<std::size_t>(mark - text_.begin()));
      if (!text_.empty()) TRY(put_marked());
    }
    if (!figures_.empty()) return fail(Errc::Protocol, "figures: more than marks");
    return std::move(out_);
  }

 private:
  Result<> append(ByteView octets) {
    TRY(make_room(octets.size()));
    out_.insert(out_.end(), octets.begin(), octets.end());
    return {};
  }
  Result<> make_room(std::size_t size) const {
    if (size <= most_ - out_.size()) return {};
    return fail(Errc::Limit, fmt::format("figures: more than {} octets", most_));
  }
  Result<> put_marked() {
    if (text_.size() < 2) return fail(Errc::Protocol, "figures: the text ends in a mark");
    const std::optional<Mark> mark = decode_mark(text_[1]);
    if (!mark) return fail(Errc::Protocol, "figures: unknown mark");
    text_ = text_.subspan(2);
    if (const auto* run = std::get_if<RunMark>(&*mark)) return put_run(*run);
    if (const auto* form = std::get_if<DateForm>(&*mark)) return put_date(*form);
    return append(ByteView(&kMark, 1));
  }
  Result<> put_run(const RunMark& run) {
    TRY(make_room(run.size));
    TRY_ASSIGN(const ByteView octets, figures_.take(octets_of(run.alphabet, run.size)));
    append_characters(run.alphabet, octets, out_);
    return {};
  }
  Result<> put_date(const DateForm& form) {
    TRY_ASSIGN(const std::uint64_t since, figures_.varint());
    // Hostile sums wrap; the range is checked where the date is written.
    before_ += static_cast<std::uint64_t>(unzigzag(since));
    const auto zone = static_cast<std::uint64_t>(parse_zone(as_text(text_)).seconds);
    const std::optional<std::string> date = write_date(form, static_cast<std::int64_t>(before_ + zone));
    if (!date) return fail(Errc::Protocol, "figures: a date of no year");
    return append(as_bytes(*date));
  }

  ByteView text_;
  ByteReader figures_;
  std::size_t most_;
  std::uint64_t before_ = 0;  // seconds of the last date, in two's complement
  Bytes out_;
};

}  // namespace

Result<Bytes> put_figures(ByteView text, ByteView figures, std::size_t most) {
  return Putter(text, figures, most).put();
}

}  // namespace codec::figure
