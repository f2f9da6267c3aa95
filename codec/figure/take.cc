#include <algorithm>

#include "codec/base/varint.h"
#include "codec/figure/figures.h"
#include "codec/figure/mark.h"

namespace codec::figure {
namespace {

constexpr std::size_t kWorthIt = 8;       // octets: what naming the figures costs
constexpr std::size_t kNearestDate = 18;  // octets of the shortest text of a date

class Taker {
 public:
  explicit Taker(ByteView octets) : octets_(octets), all_(as_text(octets)) { out_.text.reserve(octets.size()); }

  TextAndFigures take() {
    while (at_ < all_.size()) {
      if (octets_[at_] == kMark) {
        mark(Itself{}, 1);
      } else if (!is_figure(all_[at_])) {
        ++at_;  // between words
      } else if (!take_date()) {
        take_run();
      }
    }
    keep(all_.size());
    if (out_.figures.empty() || out_.text.size() + out_.figures.size() + kWorthIt > octets_.size())
      return {Bytes(octets_.begin(), octets_.end()), {}};
    return std::move(out_);
  }

 private:
  void keep(std::size_t end) {
    out_.text.insert(out_.text.end(), octets_.begin() + static_cast<std::ptrdiff_t>(kept_),
                     octets_.begin() + static_cast<std::ptrdiff_t>(end));
    kept_ = end;
  }
  // In the place of the next `size` octets.
  void mark(const Mark& mark, std::size_t size) {
    keep(at_);
    out_.text.push_back(kMark);
    out_.text.push_back(encode_mark(mark));
    kept_ = at_ += size;
  }
  bool take_date();
  void take_run();

  ByteView octets_;
  std::string_view all_;
  std::size_t at_ = 0;    // where a word begins, or what is no figure
  std::size_t kept_ = 0;  // up to where the text has it
  std::int64_t before_ = 0;
  TextAndFigures out_;
};

// The zone stays in the text: the other end reads it there.
bool Taker::take_date() {
  const std::string_view rest = all_.substr(at_);
  if (rest.size() < kNearestDate) return false;
  const bool day = rest[0] <= '9' && (rest[1] == ' ' || rest[2] == ' ');
  if (rest[3] != ',' && !day) return false;  // most words
  const std::optional<Date> date = parse_date(rest);
  if (!date) return false;
  const Zone zone = parse_zone(rest.substr(date->size));
  const std::int64_t seconds = date->seconds - zone.seconds;
  append_varint(out_.figures, zigzag(seconds - before_));
  before_ = seconds;
  mark(date->form, date->size);
  at_ += zone.size;
  return true;
}

void Taker::take_run() {
  const std::size_t begin = at_;
  std::size_t end = begin + 1;
  while (end < all_.size() && is_figure(all_[end])) ++end;
  const Run run = end - begin < kShortestHex ? Run{} : parse_run(all_.substr(begin, end - begin));
  for (std::size_t left = run.size; left > 0;) {
    std::size_t size = std::min(left, most_characters(run.alphabet));
    const std::size_t shortest = run.alphabet == Alphabet::Base64 ? kShortestBase64 : kShortestHex;
    if (size < shortest) break;
    append_octets(run.alphabet, all_.substr(at_, size), out_.figures);
    mark(RunMark{run.alphabet, size}, size);
    left -= size;
  }
  at_ = end;
}

}  // namespace

TextAndFigures take_figures(ByteView octets) {
  TextAndFigures taken = Taker(octets).take();
  if (taken.figures.empty()) return taken;
  const Result<Bytes> again = put_figures(taken.text, taken.figures, octets.size());
  if (again && std::equal(again->begin(), again->end(), octets.begin(), octets.end())) return taken;
  return {Bytes(octets.begin(), octets.end()), {}};
}

}  // namespace codec::figure
