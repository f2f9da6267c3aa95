#include "codec/compress/mix/match.h"

#include "codec/compress/mix/scramble.h"

namespace codec::compress::mix {
namespace {

constexpr std::uint32_t kLongestCounted = 31;  // a longer match is trusted no more when it is found
constexpr std::uint32_t kLongest = 0xffff;
constexpr std::uint32_t kWeight = 0x2c1b3c6dU;
constexpr std::uint32_t kChanceLimit = 1023;
constexpr std::uint32_t kSure = 32;  // octets of a match that leave little doubt
constexpr std::int32_t kSurePerOctet = 64;

}  // namespace

Match::Match(std::uint32_t least, std::size_t seen_log)
    : least_(least), seen_log_(seen_log), seen_(std::size_t{1} << seen_log) {
  for (std::uint32_t i = 0; i < least_; ++i) past_power_ *= kWeight;
}

// Of the last `least` octets, each one more: the newest comes, the oldest goes.
std::uint32_t Match::add_to_hash(const Past& past) {
  const std::uint32_t end = past.end();
  sum_ = sum_ * kWeight + past[end - 1] + 1;
  if (end > least_) sum_ -= (past[end - 1 - least_] + 1U) * past_power_;
  return scramble(sum_, least_) >> (32 - seen_log_);
}

void Match::note(const Past& past) {
  const std::uint32_t hash = add_to_hash(past);
  if (past.end() >= least_) seen_[hash] = past.end();
}

void Match::follow(const Past& past) {
  const std::uint32_t end = past.end();
  if (at_ != 0 && past[at_] == past[end - 1]) {
    ++at_;
    if (size_ < kLongest) ++size_;
  } else if (at_ != 0 && size_ > 0) {
    // One octet differs: what follows it may be the same again.
    ++at_;
    size_ = 0;
  } else {
    drop();
  }
  const std::uint32_t hash = add_to_hash(past);
  if (end < least_) return;
  std::uint32_t& seen = seen_[hash];
  if (size_ < least_ && seen != 0) {
    std::uint32_t same = 0;
    while (same < kLongestCounted && same < seen && end - seen + same + 1 < kHistoryOctets &&
           past[seen - 1 - same] == past[end - 1 - same]) {
      ++same;
    }
    if (same >= least_ && same > size_) {
      at_ = seen;
      size_ = same;
    }
  }
  seen = end;
  if (at_ != 0 && end - at_ >= kHistoryOctets) drop();
}

std::size_t Match::trust_of() const {
  if (size_ < 16) return size_;
  if (size_ < 32) return 16 + (size_ - 16) / 4;
  return std::min<std::size_t>(20 + size_ / 50, kTrusts - 1);
}

void Match::foresee(const Past& past, std::uint32_t partial, int bits) {
  foretells_ = false;
  trust_ = 0;
  odds_ = sure_ = 0;
  if (at_ == 0) return;
  octet_ = past[at_];
  const std::uint32_t expected = octet_ | 256U;
  if (expected >> (8 - bits) != partial) return;
  foretells_ = true;
  bit_ = static_cast<int>(expected >> (7 - bits) & 1U);
  trust_ = trust_of();
  const int odds = stretch(chances_[trust_].p());
  const int sure = static_cast<int>(std::min(size_, kSure)) * kSurePerOctet;
  odds_ = static_cast<std::int16_t>(bit_ != 0 ? odds : -odds);
  sure_ = static_cast<std::int16_t>(bit_ != 0 ? sure : -sure);
}

void Match::learn(int bit) {
  if (foretells_) chances_[trust_].learn(bit == bit_ ? 1 : 0, kChanceLimit);
}

}  // namespace codec::compress::mix
