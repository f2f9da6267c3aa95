#include "codec/figure/mark.h"

namespace codec::figure {
namespace {

constexpr unsigned kItself = 0;
constexpr unsigned kDate = 1;  // + day form * 2, + 1 without a weekday
constexpr unsigned kDateEnd = 7;
constexpr unsigned kFirstLowerHex = 16;
constexpr unsigned kFirstUpperHex = 64;
constexpr unsigned kHexEnd = 112;
constexpr unsigned kFirstBase64 = 128;
constexpr unsigned kShortestPairs = kShortestHex / 2;
constexpr unsigned kShortestQuanta = kShortestBase64 / 4;

unsigned code_of(const RunMark& run) {
  const auto size = static_cast<unsigned>(run.size);
  if (run.alphabet == Alphabet::Base64) return kFirstBase64 + size / 4 - kShortestQuanta;
  return (run.alphabet == Alphabet::HexLower ? kFirstLowerHex : kFirstUpperHex) + size / 2 - kShortestPairs;
}

}  // namespace

std::byte encode_mark(const Mark& mark) {
  unsigned code = kItself;
  if (const auto* date = std::get_if<DateForm>(&mark)) {
    code = kDate + static_cast<unsigned>(date->day) * 2 + (date->weekday ? 0 : 1);
  } else if (const auto* run = std::get_if<RunMark>(&mark)) {
    code = code_of(*run);
  }
  return static_cast<std::byte>(code);
}

std::optional<Mark> decode_mark(std::byte octet) {
  const auto code = std::to_integer<unsigned>(octet);
  if (code == kItself) return Itself{};
  if (code < kDateEnd) return DateForm{(code - kDate) % 2 == 0, static_cast<DayForm>((code - kDate) / 2)};
  if (code >= kFirstBase64) return RunMark{Alphabet::Base64, std::size_t{code - kFirstBase64 + kShortestQuanta} * 4};
  if (code >= kFirstUpperHex && code < kHexEnd)
    return RunMark{Alphabet::HexUpper, std::size_t{code - kFirstUpperHex + kShortestPairs} * 2};
  if (code >= kFirstLowerHex && code < kFirstUpperHex)
    return RunMark{Alphabet::HexLower, std::size_t{code - kFirstLowerHex + kShortestPairs} * 2};
  return std::nullopt;
}

}  // namespace codec::figure
