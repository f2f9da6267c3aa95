#include "codec/compress/mix/predictor.h"

namespace codec::compress::mix {
namespace {

constexpr std::size_t kSeenLog = 18;
constexpr std::uint32_t kShortestMatch = 6;    // octets that are hashed
constexpr std::uint32_t kLongestCounted = 31;  // a longer match is trusted no more
constexpr std::uint32_t kFieldOctets = 12;     // of a line that name what stands in it
constexpr std::size_t kOctetBeforeLog = 12;
constexpr std::uint32_t kMatchLimit = 1023;
constexpr std::uint32_t kMostTrust = 28;
constexpr std::uint32_t kSure = 32;  // octets of a match that leave little doubt

std::uint32_t scramble(std::uint32_t a, std::uint32_t b) {
  std::uint32_t hash = a * 0x9e3779b1U + b * 0x85ebca77U + 0x27d4eb2fU;
  hash ^= hash >> 15;
  hash *= 0x2c1b3c6dU;
  return hash ^ hash >> 13;
}

std::int16_t odds_of(int p) {
  return static_cast<std::int16_t>(stretch(p));
}

bool is_letter(std::uint32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 128;
}

}  // namespace

Predictor::Predictor()
    : history_(kHistoryOctets),
      last_seen_(std::size_t{1} << kSeenLog),
      by_partial_(256),
      by_match_(std::size_t{kMostTrust + 1} * 2),
      by_last_(256),
      by_octet_(256),
      by_octet_before_(std::size_t{1} << kOctetBeforeLog) {
  for (Table& table : tables_) table.resize(kRows);
  begin_octet();
  predict();
}

// The row of this context, or the poorer of the two it could have: what has seen least goes.
std::uint8_t* Predictor::row_of(Table& table, std::uint32_t hash) {
  const auto check = static_cast<std::uint8_t>(hash >> 24);
  const std::size_t first = hash & (kRows - 1);
  Row& one = table[first];
  if (one[0] == check) return one.data();
  Row& two = table[first ^ 1U];
  if (two[0] == check) return two.data();
  const History here = history_of(one[1]);
  const History there = history_of(two[1]);
  Row& poorer = here.zeros + here.ones <= there.zeros + there.ones ? one : two;
  poorer.fill(0);
  poorer[0] = check;
  return poorer.data();
}

// The rows lie anywhere in memory: all are sent for before the first is looked at.
void Predictor::begin_half() {
  std::array<std::uint32_t, kContexts> hashes;
  for (std::size_t i = 0; i < kContexts; ++i) {
    hashes[i] = bits_ == 0 ? hashes_[i] : scramble(hashes_[i], partial_);
    __builtin_prefetch(&tables_[i][hashes[i] & (kRows - 1)]);
  }
  for (std::size_t i = 0; i < kContexts; ++i) rows_[i] = row_of(tables_[i], hashes[i]);
}

void Predictor::begin_octet() {
  const auto last4 = static_cast<std::uint32_t>(last8_);
  const auto above_at = line_before_ + column_;
  const std::uint32_t above =
      line_before_ != line_ && above_at < line_ ? history_[above_at & (kHistoryOctets - 1)] : 0U;
  hashes_[0] = scramble(1, last4 & 0xffU);
  hashes_[1] = scramble(2, last4 & 0xffffU);
  hashes_[2] = scramble(3, last4 & 0xffffffU);
  hashes_[3] = scramble(4, last4);
  hashes_[4] = scramble(scramble(5, last4), static_cast<std::uint32_t>(last8_ >> 32) & 0xffffU);
  hashes_[5] = scramble(scramble(6, word_), last4 & 0xffU);
  hashes_[6] = scramble(scramble(7, word_), word_before_);
  hashes_[7] = scramble(scramble(8, field_), scramble(word_, last4 & 0xffU));
  hashes_[8] = scramble(scramble(9, above), scramble(last4 & 0xffU, column_ < 255 ? column_ : 255U));
  begin_half();
}

// Goes on with the match there is, or looks for the last place where the same octets stood.
void Predictor::find_match() {
  const auto newest = static_cast<std::uint8_t>(last8_);
  if (match_ != 0 && history_[match_ & (kHistoryOctets - 1)] == newest) {
    ++match_;
    if (match_size_ < 0xffffU) ++match_size_;
  } else if (match_ != 0 && match_size_ > 0) {
    // One octet differs: what follows it may be the same again.
    ++match_;
    match_size_ = 0;
  } else {
    match_ = 0;
    match_size_ = 0;
  }
  const auto recent = static_cast<std::uint32_t>(last8_);
  const std::uint32_t hash = scramble(recent, static_cast<std::uint32_t>(last8_ >> 32) & 0xffffU) >> (32 - kSeenLog);
  if (match_size_ == 0 && position_ >= kShortestMatch) {
    const std::uint32_t candidate = last_seen_[hash];
    std::uint32_t same = 0;
    while (candidate != 0 && same < kLongestCounted && same < candidate &&
           position_ - candidate + same < kHistoryOctets &&
           history_[(candidate - 1 - same) & (kHistoryOctets - 1)] ==
               history_[(position_ - 1 - same) & (kHistoryOctets - 1)]) {
      ++same;
    }
    if (same >= kShortestMatch) {
      match_ = candidate;
      match_size_ = same;
    }
  }
  last_seen_[hash] = position_;
  if (match_ != 0 && position_ - match_ >= kHistoryOctets) match_ = 0;
}

// The bits so far of this half of the octet, behind a 1: where in a row.
std::size_t Predictor::half_octet() const {
  if (bits_ < 4) return partial_;
  const std::uint32_t lead = 1U << (bits_ - 4);
  return lead | (partial_ & (lead - 1));
}

// How far the match is trusted, in steps that widen.
std::size_t Predictor::trust() const {
  if (match_size_ < 16) return match_size_;
  if (match_size_ < 32) return 16 + (match_size_ - 16) / 4;
  return std::min<std::uint32_t>(20 + match_size_ / 50, kMostTrust);
}

void Predictor::predict() {
  const std::size_t half = half_octet();
  for (std::size_t i = 0; i < kContexts; ++i) {
    const HistoryState state = rows_[i][half];
    inputs_[i] = state == 0 ? std::int16_t{0} : odds_of(maps_[i].p(state));
  }
  inputs_[kOrder0] = odds_of(order0_map_.p(order0_[partial_]));
  match_chance_ = 0;
  foretold_ = false;
  inputs_[kMatch] = 0;
  inputs_[kMatchSure] = 0;
  if (match_ != 0) {
    const std::uint32_t expected = history_[match_ & (kHistoryOctets - 1)] | 256U;
    if (expected >> (8 - bits_) == partial_) {
      foretold_ = true;
      expected_bit_ = static_cast<int>(expected >> (7 - bits_) & 1U);
      match_chance_ = trust();
      const int odds = stretch(match_chances_[match_chance_].p());
      inputs_[kMatch] = static_cast<std::int16_t>(expected_bit_ != 0 ? odds : -odds);
      const int sure = static_cast<int>(std::min(match_size_, kSure)) * 64;
      inputs_[kMatchSure] = static_cast<std::int16_t>(expected_bit_ != 0 ? sure : -sure);
    }
  }
  const int first = by_partial_.mix(inputs_, partial_);
  const int second = by_match_.mix(inputs_, match_chance_ * 2 + (bits_ < 4 ? 0U : 1U));
  const int third = by_last_.mix(inputs_, last8_ & 0xffU);
  odds_ = (first + second + third) / 3;
  const int mixed = squash(odds_);
  const int one = by_octet_.p(odds_, partial_);
  const int two = by_octet_before_.p(
      odds_, (scramble(partial_, static_cast<std::uint32_t>(last8_) & 0xffU)) >> (32 - kOctetBeforeLog));
  p_ = std::clamp((2 * mixed + one + two + 2) / 4, 1, kOne - 1);
}

void Predictor::learn(int bit) {
  by_partial_.learn(inputs_, bit);
  by_match_.learn(inputs_, bit);
  by_last_.learn(inputs_, bit);
  by_octet_.learn(bit);
  by_octet_before_.learn(bit);
  const std::size_t half = half_octet();
  for (std::size_t i = 0; i < kContexts; ++i) {
    HistoryState& state = rows_[i][half];
    if (state != 0) maps_[i].learn(state, bit);
    state = next_state(state, bit);
  }
  HistoryState& zero = order0_[partial_];
  order0_map_.learn(zero, bit);
  zero = next_state(zero, bit);
  if (foretold_) match_chances_[match_chance_].learn(bit == expected_bit_ ? 1 : 0, kMatchLimit);

  partial_ = partial_ << 1 | static_cast<std::uint32_t>(bit);
  ++bits_;
  if (bits_ == 8) {
    const std::uint32_t c = partial_ & 0xffU;
    history_[position_ & (kHistoryOctets - 1)] = static_cast<std::uint8_t>(c);
    ++position_;
    last8_ = last8_ << 8 | c;
    if (is_letter(c)) {
      word_ = scramble(word_, c | 0x20U);
    } else if (word_ != 0) {
      word_before_ = word_;
      word_ = 0;
    }
    ++column_;
    if (c == '\n') {
      line_before_ = line_;
      line_ = position_;
      column_ = 0;
      field_ = 0;
    } else if (column_ <= kFieldOctets && c != ':') {
      field_ = scramble(field_, c);
    }
    partial_ = 1;
    bits_ = 0;
    find_match();
    begin_octet();
  } else if (bits_ == 4) {
    begin_half();
  }
  predict();
}

}  // namespace codec::compress::mix
