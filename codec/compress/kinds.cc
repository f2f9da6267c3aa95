#include "codec/compress/kinds.h"

#include <algorithm>

namespace codec::compress {
namespace {

constexpr std::size_t kStep = 64;         // octets that are judged together
constexpr std::size_t kHigh = kStep / 4;  // octets above 0x7f: half of random ones, none of English
constexpr std::size_t kShortest = 192;    // a cut costs up to ten octets at each end

bool is_high(std::byte octet) {
  return octet >= std::byte{0x80};
}

bool is_text(ByteView step) {
  return std::count_if(step.begin(), step.end(), is_high) < static_cast<std::ptrdiff_t>(kHigh * step.size() / kStep);
}

// The border of two kinds lies in the step before `at` or in that one.
std::size_t border(ByteView octets, std::size_t at, bool from_text) {
  const std::size_t begin = at - std::min(at, kStep);
  const ByteView near = octets.subspan(begin, std::min(octets.size() - begin, 2 * kStep));
  if (from_text)
    return begin + static_cast<std::size_t>(std::find_if(near.begin(), near.end(), is_high) - near.begin());
  const auto last = std::find_if(near.rbegin(), near.rend(), is_high);
  return begin + static_cast<std::size_t>(near.rend() - last);
}

}  // namespace

std::size_t one_kind(ByteView octets) {
  if (octets.size() < 2 * kShortest) return octets.size();
  const bool text = is_text(octets.first(kShortest));
  std::size_t other = 0;  // octets in a row that are of the other kind
  for (std::size_t at = 0; at + kStep <= octets.size(); at += kStep) {
    other = is_text(octets.subspan(at, kStep)) == text ? 0 : other + kStep;
    if (other < kShortest) continue;
    const std::size_t cut = border(octets, at + kStep - other, text);
    if (cut >= kShortest) return cut;
  }
  return octets.size();
}

}  // namespace codec::compress
