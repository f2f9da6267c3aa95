#include "codec/compress/mix/predictor.h"

namespace codec::compress::mix {
namespace {

constexpr std::uint32_t kLongMatch = 20;  // octets: nearly always right
constexpr std::uint32_t kShortMatch = 5;
constexpr std::size_t kLongSeenLog = 19;  // places
constexpr std::size_t kShortSeenLog = 18;
constexpr std::size_t kOctetBeforeLog = 12;
constexpr std::uint32_t kFieldsTold = 256;
constexpr std::uint32_t kPartsTold = 4;
constexpr std::uint32_t kColumnsTold = 255;
constexpr std::size_t kExpectations = 4;  // none, and three steps of trust
constexpr int kLeast = 24;                // of a probability

}  // namespace

Predictor::Predictor()
    : rows_(make_begins().back()),
      long_(kLongMatch, kLongSeenLog),
      short_(kShortMatch, kShortSeenLog),
      by_partial_(256),
      by_match_(Match::kTrusts * 4),
      by_last_(256),
      by_known_((kOrders + 1) * 8 * 2),
      by_field_(kFieldsTold * kPartsTold),
      final_(256),
      by_octet_(256),
      by_octet_before_(std::size_t{1} << kOctetBeforeLog),
      by_expected_(256 * 8 * kExpectations) {
  begin_octet();
  predict();
}

// The row of this context, or the poorer of the two it could have: what has seen least goes.
std::uint32_t Predictor::row_of(std::uint32_t first, std::uint8_t check) {
  if (rows_[first][0] == check) return first;
  const std::uint32_t second = first ^ 1U;
  if (rows_[second][0] == check) return second;
  const History here = history_of(rows_[first][1]);
  const History there = history_of(rows_[second][1]);
  const std::uint32_t poorer = here.zeros + here.ones <= there.zeros + there.ones ? first : second;
  rows_[poorer].fill(0);
  rows_[poorer][0] = check;
  return poorer;
}

// The rows lie anywhere in memory: all are sent for before the first is looked at.
void Predictor::begin_half() {
  static constexpr auto kBegins = make_begins();
  std::array<std::uint8_t, kContexts> checks;
  for (std::size_t i = 0; i < kContexts; ++i) {
    const std::uint32_t hash = bits_ == 0 ? hashes_[i] : scramble(hashes_[i], partial_);
    at_[i] = kBegins[i] + (hash & ((1U << kRowsLog[i]) - 1));
    checks[i] = static_cast<std::uint8_t>(hash >> 24);
    __builtin_prefetch(&rows_[at_[i]]);
  }
  for (std::size_t i = 0; i < kContexts; ++i) at_[i] = row_of(at_[i], checks[i]);
  known_ = 0;
  for (std::size_t i = 0; i < kOrders; ++i) known_ += rows_[at_[i]][1] != 0 ? 1 : 0;
}

// Orders 1 to 6; the word; that and the one before; the line's front and the word; what stands above; the field and its
// part; three words.
void Predictor::begin_octet() {
  const std::uint32_t last4 = place_.last4();
  const auto older = static_cast<std::uint32_t>(place_.last8() >> 32);
  const std::uint32_t last = last4 & 0xffU;
  hashes_[0] = scramble(1, last);
  hashes_[1] = scramble(2, last4 & 0xffffU);
  hashes_[2] = scramble(3, last4 & 0xffffffU);
  hashes_[3] = scramble(4, last4);
  hashes_[4] = scramble(scramble(5, last4), older & 0xffU);
  hashes_[5] = scramble(scramble(6, last4), older & 0xffffU);
  hashes_[6] = scramble(scramble(7, place_.word()), last);
  hashes_[7] = scramble(scramble(8, place_.word()), scramble(place_.word_before(), last));
  hashes_[8] = scramble(scramble(9, place_.front()), scramble(place_.word(), last));
  hashes_[9] = scramble(scramble(10, place_.above(past_)), scramble(last, std::min(place_.column(), kColumnsTold)));
  hashes_[10] = scramble(scramble(11, place_.field()), scramble(place_.part(), last4 & 0xffffU));
  hashes_[11] = scramble(scramble(12, place_.word()), scramble(place_.word_before(), place_.word_before_that()));
  begin_half();
}

// The bits so far of this half of the octet, behind a 1: where in a row.
std::size_t Predictor::half_octet() const {
  if (bits_ < 4) return partial_;
  const std::uint32_t lead = 1U << (bits_ - 4);
  return lead | (partial_ & (lead - 1));
}

void Predictor::predict() {
  const std::size_t half = half_octet();
  for (std::size_t i = 0; i < kContexts; ++i) {
    const HistoryState state = rows_[at_[i]][half];
    const int p = state == 0 ? kOne / 2 : maps_[i].p(state);
    inputs_[2 * i] = static_cast<std::int16_t>(stretch(p));
    inputs_[2 * i + 1] = static_cast<std::int16_t>((p - kOne / 2) / 2);
  }
  inputs_[kOrder0] = static_cast<std::int16_t>(stretch(order0_map_.p(order0_[partial_])));
  long_.foresee(past_, partial_, bits_);
  short_.foresee(past_, partial_, bits_);
  inputs_[kLong] = long_.odds();
  inputs_[kLong + 1] = long_.sure();
  inputs_[kShort] = short_.odds();
  inputs_[kShort + 1] = short_.sure();
  const Match& match = long_.foretells() ? long_ : short_;
  const auto bit = static_cast<std::size_t>(bits_);
  const std::size_t kind = (long_.foretells() ? 2U : 0U) + (bits_ < 4 ? 0U : 1U);
  const std::uint32_t last = place_.last4() & 0xffU;
  const std::uint32_t part = std::min(place_.part(), kPartsTold - 1);
  mixed_[0] = by_partial_.mix(inputs_, partial_);
  mixed_[1] = by_match_.mix(inputs_, match.trust() * 4 + kind);
  mixed_[2] = by_last_.mix(inputs_, last);
  mixed_[3] = by_known_.mix(inputs_, (known_ * 8 + bit) * 2 + (match.foretells() ? 1U : 0U));
  mixed_[4] = by_field_.mix(inputs_, place_.field() % kFieldsTold * kPartsTold + part);
  const int odds = final_.mix(mixed_, partial_);
  const int mixed = squash(odds) * 16 + 8;
  const int one = by_octet_.p(odds, partial_);
  const int two = by_octet_before_.p(odds, scramble(partial_, last) >> (32 - kOctetBeforeLog));
  const std::size_t expected =
      match.foretells() ? (match.octet() * 8 + bit) * kExpectations + 1 + std::min<std::size_t>(match.trust() / 8, 2)
                        : 0;
  const int three = by_expected_.p(odds, expected);
  p_ = std::clamp((mixed + one + two + three + 2) / 4, kLeast, (1 << kSureBits) - kLeast);
}

void Predictor::learn(int bit) {
  by_partial_.learn(inputs_, bit);
  by_match_.learn(inputs_, bit);
  by_last_.learn(inputs_, bit);
  by_known_.learn(inputs_, bit);
  by_field_.learn(inputs_, bit);
  final_.learn(mixed_, bit);
  by_octet_.learn(bit);
  by_octet_before_.learn(bit);
  by_expected_.learn(bit);
  const std::size_t half = half_octet();
  for (std::size_t i = 0; i < kContexts; ++i) {
    HistoryState& state = rows_[at_[i]][half];
    if (state != 0) maps_[i].learn(state, bit);
    state = next_state(state, bit);
  }
  HistoryState& zero = order0_[partial_];
  order0_map_.learn(zero, bit);
  zero = next_state(zero, bit);
  long_.learn(bit);
  short_.learn(bit);

  partial_ = partial_ << 1 | static_cast<std::uint32_t>(bit);
  ++bits_;
  if (bits_ == 8) {
    end_octet();
  } else if (bits_ == 4) {
    begin_half();
  }
  predict();
}

void Predictor::end_octet() {
  const auto octet = static_cast<std::uint8_t>(partial_);
  past_.push(octet);
  place_.take(octet, past_.end());
  partial_ = 1;
  bits_ = 0;
  long_.follow(past_);
  short_.follow(past_);
  begin_octet();
}

void Predictor::learn(ByteView octets) {
  for (const std::byte octet : octets) {
    const auto value = std::to_integer<unsigned>(octet);
    for (int i = 7; i >= 0; --i) learn(static_cast<int>(value >> i & 1U));
  }
}

void Predictor::see(ByteView octets) {
  for (const std::byte octet : octets) {
    past_.push(std::to_integer<std::uint8_t>(octet));
    place_.take(std::to_integer<std::uint8_t>(octet), past_.end());
    long_.note(past_);
    short_.note(past_);
  }
  long_.drop();
  short_.drop();
  begin_octet();
  predict();
}

}  // namespace codec::compress::mix
