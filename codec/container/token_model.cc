#include "codec/container/token_model.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace codec::container {
namespace {

constexpr std::size_t kTooFar = 4096;     // a match of three farther back costs more than three literals
constexpr std::size_t kFilteredMost = 5;  // what Filtered takes for chance
constexpr std::size_t kKept = kWindow + 16;

Token match_token(std::size_t length, std::size_t distance) {
  return {static_cast<std::uint16_t>(length), static_cast<std::uint16_t>(distance)};
}

}  // namespace

void TokenModel::use(const Settings& settings) {
  settings_ = settings;
  search_ = search_of(settings);
  head_.assign(std::size_t{1} << search_.hash_bits, 0);
  before_.assign(kRing, 0);
  next_index_ = base_;
  index_up_to(at_);
  floor_ = kMinMatch - 1;
  here_.reset();
  held_.reset();
}

void TokenModel::append(ByteView text) {
  const std::size_t from = std::min(at_, next_index_);
  const std::size_t passed = from - base_;
  if (passed > kKept) {
    const std::size_t gone = passed - kKept;
    text_.erase(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(gone));
    base_ += gone;
  }
  text_.insert(text_.end(), text.begin(), text.end());
  end_ += text.size();
  here_.reset();  // it may be longer now
  held_.reset();
}

std::uint32_t TokenModel::hash_at(std::size_t position) const {
  const std::byte* at = text(position);
  const auto octet = [at](std::size_t i) { return std::to_integer<std::uint32_t>(at[i]); };
  const unsigned shift = search_.hash_shift;
  return (octet(0) << (2 * shift) ^ octet(1) << shift ^ octet(2)) & ((1U << search_.hash_bits) - 1);
}

void TokenModel::index_up_to(std::size_t position) {
  for (; next_index_ <= position && next_index_ + kMinMatch <= end_; ++next_index_) {
    std::uint32_t& head = head_[hash_at(next_index_)];
    before_[next_index_ % kRing] = head;
    head = static_cast<std::uint32_t>(next_index_);
  }
}

std::size_t TokenModel::common(std::size_t a, std::size_t b, std::size_t most) const {
  const std::byte* left = text(a);
  const std::byte* right = text(b);
  std::size_t same = 0;
  for (; same + 8 <= most; same += 8) {
    std::uint64_t x = 0;
    std::uint64_t y = 0;
    std::memcpy(&x, left + same, 8);
    std::memcpy(&y, right + same, 8);
    if (x != y) return same + static_cast<std::size_t>(std::countr_zero(x ^ y)) / 8;
  }
  while (same < most && left[same] == right[same]) ++same;
  return same;
}

// The first of the longest matches above `floor` on the chain.
TokenModel::Match TokenModel::longest(std::size_t position, std::size_t floor) {
  Match best;
  const std::size_t most = std::min(kMaxMatch, end_ - position);
  if (most < kMinMatch || floor >= most) return best;
  const std::size_t nice = std::min(search_.nice, most);
  const std::size_t limit = position > search_.farthest ? position - search_.farthest : 0;
  std::size_t chain = floor >= search_.good ? search_.chain / 4 : search_.chain;
  std::size_t length = floor;
  std::size_t candidate = before_[position % kRing];
  if (candidate == 0 || position - candidate > search_.farthest) return best;
  const std::byte* here = text(position);
  do {
    ++work_;
    const std::byte* there = text(candidate);
    if (there[length] == here[length] && there[0] == here[0]) {
      const std::size_t same = common(candidate, position, most);
      work_ += same / 16;
      if (same > length) {
        length = same;
        best = {same, position - candidate};
        if (same >= nice) break;
      }
    }
    candidate = before_[candidate % kRing];
  } while (candidate > limit && --chain > 0);
  return best;
}

TokenModel::Match TokenModel::filtered(std::size_t position, std::size_t floor) {
  const Match match = longest(position, floor);
  const bool chance = settings_.strategy == Strategy::Filtered && match.length <= kFilteredMost;
  const bool far = match.length == kMinMatch && match.distance > kTooFar;
  return chance || far ? Match{} : match;
}

Token TokenModel::predict_greedy() {
  index_up_to(at_);
  const Match match = longest(at_, kMinMatch - 1);
  return match.length > 0 ? match_token(match.length, match.distance) : literal();
}

Token TokenModel::predict_lazy() {
  index_up_to(at_);
  if (!here_) here_ = filtered(at_, floor_);
  if (here_->length == 0) return literal();
  if (here_->length < search_.lazy && at_ + 1 < end_) {
    index_up_to(at_ + 1);
    const Match next = filtered(at_ + 1, here_->length);
    if (next.length > 0) {
      held_ = next;
      return literal();
    }
  }
  return match_token(here_->length, here_->distance);
}

Token TokenModel::predict_run() const {
  if (at_ == kOrigin) return literal();
  const std::size_t run = common(at_ - 1, at_, std::min(kMaxMatch, left()));
  return run >= kMinMatch ? match_token(run, 1) : literal();
}

Token TokenModel::predict() {
  held_.reset();
  if (settings_.strategy == Strategy::HuffmanOnly) return literal();
  if (settings_.strategy == Strategy::Runs) return predict_run();
  return search_.greedy ? predict_greedy() : predict_lazy();
}

void TokenModel::accept(const Token& token) {
  const std::size_t size = token.size();
  index_up_to(at_);
  const std::size_t floor = here_ ? here_->length : 0;
  here_.reset();
  floor_ = kMinMatch - 1;
  at_ += size;
  if (!token.is_match() && held_) {
    here_ = held_;
    floor_ = floor;
  }
  held_.reset();
  if (search_.greedy && token.is_match() && size > search_.lazy) {
    next_index_ = std::max(next_index_, at_);
  } else {
    index_up_to(at_ - 1);
  }
}

void TokenModel::pass(std::size_t octets) {
  at_ += octets;
  index_up_to(at_ - 1);
  here_.reset();
  held_.reset();
  floor_ = kMinMatch - 1;
}

void TokenModel::flush() {
  if (!settings_.forgets) return;
  std::fill(head_.begin(), head_.end(), 0);
  before_[at_ % kRing] = 0;
  // zlib begins its window anew: its first octet is not found again.
  next_index_ = at_ + 1;
}

std::optional<std::size_t> TokenModel::hops_to(const Token& match) {
  index_up_to(at_);
  std::size_t hops = 0;
  std::size_t candidate = next_index_ > at_ ? before_[at_ % kRing] : 0;
  for (std::size_t step = 0; step < kMaxHops && candidate != 0 && at_ - candidate <= match.distance; ++step) {
    ++work_;
    if (at_ - candidate == match.distance) return hops;
    if (common(candidate, at_, match.value) == match.value) ++hops;
    candidate = before_[candidate % kRing];
  }
  return std::nullopt;
}

std::optional<std::size_t> TokenModel::distance_at(std::size_t length, std::size_t hops) {
  index_up_to(at_);
  std::size_t candidate = next_index_ > at_ ? before_[at_ % kRing] : 0;
  for (std::size_t step = 0; step < kMaxHops && candidate != 0 && at_ - candidate <= kWindow; ++step) {
    ++work_;
    if (common(candidate, at_, length) == length && hops-- == 0) return at_ - candidate;
    candidate = before_[candidate % kRing];
  }
  return std::nullopt;
}

}  // namespace codec::container
