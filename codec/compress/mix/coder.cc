#include "codec/compress/mix/coder.h"

#include <algorithm>

#include "codec/compress/mix/predictor.h"
#include "codec/compress/vocabulary.h"

namespace codec::compress::mix {
namespace {

constexpr std::uint32_t kTop = 0xff00'0000U;

// The range that is left, low to high; leading octets that agree are done with.
struct Range {
  std::uint32_t low = 0;
  std::uint32_t high = 0xffff'ffffU;

  std::uint32_t split(int p) const {
    return low + static_cast<std::uint32_t>((std::uint64_t{high - low} * static_cast<std::uint32_t>(p)) >> kSureBits);
  }
  void take(int bit, std::uint32_t middle) {
    if (bit != 0) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  bool agrees() const { return ((low ^ high) & kTop) == 0; }
  void shift() {
    low <<= 8;
    high = high << 8 | 255U;
  }
};

constexpr std::size_t kCodeOctets = 4;

// Its 14 MiB stay: learning it anew takes as long as a mail of 60 kB.
const Predictor& after_vocabulary() {
  static const Predictor* const learned = [] {
    auto* const predictor = new Predictor();
    predictor->learn(vocabulary());
    return predictor;
  }();
  return *learned;
}

PredictorPtr predictor_after(ByteView references) {
  PredictorPtr predictor(new Predictor(after_vocabulary()));
  const std::size_t learned = std::min(references.size(), kLearned);
  if (learned < references.size()) predictor->see(references.first(references.size() - learned));
  predictor->learn(references.last(learned));
  return predictor;
}

}  // namespace

void FreePredictor::operator()(Predictor* predictor) const {
  delete predictor;
}

void Encoder::begin(ByteView references) {
  predictor_ = predictor_after(references);
}

bool Encoder::is_full() const {
  return predictor_ && predictor_->octets() >= kMostOctets;
}

std::size_t Encoder::memory() const {
  return predictor_ ? predictor_->memory() : 0;
}

void Decoder::begin(ByteView references) {
  predictor_ = predictor_after(references);
}

std::size_t Decoder::memory() const {
  return predictor_ ? predictor_->memory() : 0;
}

void Encoder::encode(ByteView raw, Bytes& out) {
  if (!predictor_) predictor_.reset(new Predictor());
  Range range;
  for (const std::byte octet : raw) {
    const auto value = std::to_integer<unsigned>(octet);
    for (int i = 7; i >= 0; --i) {
      const int bit = static_cast<int>(value >> i & 1U);
      range.take(bit, range.split(predictor_->p()));
      predictor_->learn(bit);
      for (; range.agrees(); range.shift()) out.push_back(static_cast<std::byte>(range.high >> 24));
    }
  }
  // So many octets that what the decoder reads behind them, zeros, stays inside.
  std::uint32_t code = range.low;
  std::size_t octets = 0;
  for (; octets < kCodeOctets; ++octets) {
    const unsigned kept = static_cast<unsigned>(8 * octets);
    const std::uint32_t tail = kept == 0 ? 0xffff'ffffU : kept == 32 ? 0U : 0xffff'ffffU >> kept;
    const std::uint32_t rounded = range.low <= 0xffff'ffffU - tail ? (range.low + tail) & ~tail : 0U;
    if (rounded >= range.low && rounded <= range.high) {
      code = rounded;
      break;
    }
  }
  for (std::size_t i = 0; i < octets; ++i) out.push_back(static_cast<std::byte>(code >> (24 - 8 * i)));
}

Result<> Decoder::decode(ByteView coded, std::size_t raw_size, Bytes& out) {
  if (!predictor_) predictor_.reset(new Predictor());
  Range range;
  std::size_t at = 0;
  // Zeros behind the end: the encoder leaves those out.
  const auto next = [&coded, &at] {
    const std::uint32_t octet = at < coded.size() ? std::to_integer<std::uint32_t>(coded[at]) : 0U;
    ++at;
    return octet;
  };
  std::uint32_t code = 0;
  for (std::size_t i = 0; i < kCodeOctets; ++i) code = code << 8 | next();
  for (std::size_t done = 0; done < raw_size; ++done) {
    unsigned value = 0;
    for (int i = 0; i < 8; ++i) {
      const std::uint32_t middle = range.split(predictor_->p());
      const int bit = code <= middle ? 1 : 0;
      range.take(bit, middle);
      predictor_->learn(bit);
      value = value << 1 | static_cast<unsigned>(bit);
      for (; range.agrees(); range.shift()) code = code << 8 | next();
    }
    out.push_back(static_cast<std::byte>(value));
    if (at > coded.size() + kCodeOctets) return fail(Errc::Protocol, "mix: the code is too short for its octets");
  }
  if (at < coded.size()) return fail(Errc::Protocol, "mix: octets behind the code");
  return {};
}

}  // namespace codec::compress::mix
