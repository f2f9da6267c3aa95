// Predictor: how likely the next bit of mail is 1, from what has followed the last octets, words and lines before.
// Encoder and decoder run the same one; it learns from each bit. A copy foresees what the original would.
#pragma once
#include "codec/base/bytes.h"
#include "codec/compress/mix/place.h"

namespace codec::compress::mix {

constexpr int kSureBits = 16;

class Predictor {
 public:
  Predictor();

  int p() const { return p_; }  // in 65536ths
  void learn(int bit);
  void learn(ByteView octets);
  // Octets that matches are looked for in, and nothing else is learned of: a hundred times as fast. Between octets.
  void see(ByteView octets);
  std::uint32_t octets() const { return past_.end(); }
  std::size_t memory() const { return kMemory + past_.memory(); }

 private:
  static constexpr std::size_t kContexts = 12;
  static constexpr std::size_t kOrders = 6;  // the first ones
  // Two opinions of each context, one of order 0, two of each match; a whole number of vectors.
  static constexpr std::size_t kOrder0 = 2 * kContexts;
  static constexpr std::size_t kLong = kOrder0 + 1;
  static constexpr std::size_t kShort = kOrder0 + 3;
  static constexpr std::size_t kInputs = (kOrder0 + 5 + 7) / 8 * 8;
  static constexpr std::size_t kRow = 16;  // a check octet, then the histories of one half octet
  // Of each context, a power of two. What follows one octet needs few.
  static constexpr std::array<std::uint8_t, kContexts> kRowsLog = {13, 15, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16};

  struct alignas(kRow) Row : std::array<std::uint8_t, kRow> {};  // never in two cache lines
  using First = Mixer<kInputs, 7, kWeightOne / 5>;
  using Second = Mixer<8, 3, kWeightOne / 5>;

  // Where the rows of each context begin; the last: how many there are.
  static constexpr std::array<std::uint32_t, kContexts + 1> make_begins() {
    std::array<std::uint32_t, kContexts + 1> begins{};
    for (std::size_t i = 0; i < kContexts; ++i) begins[i + 1] = begins[i] + (std::uint32_t{1} << kRowsLog[i]);
    return begins;
  }

  void predict();
  void begin_octet();
  void begin_half();
  void end_octet();
  std::uint32_t row_of(std::uint32_t first, std::uint8_t check);
  std::size_t half_octet() const;

  std::vector<Row> rows_;  // of all contexts
  std::array<std::uint32_t, kContexts> hashes_{};
  std::array<std::uint32_t, kContexts> at_{};  // rows of this half octet
  std::array<HistoryMap, kContexts> maps_;
  std::array<std::uint8_t, 256> order0_{};
  HistoryMap order0_map_;
  std::size_t known_ = 0;  // of the orders, those that something followed

  Past past_;
  Place place_;
  Match long_;
  Match short_;

  First::Inputs inputs_{};
  First by_partial_;
  First by_match_;
  First by_last_;
  First by_known_;
  First by_field_;
  Second::Inputs mixed_{};
  Second final_;
  Correction by_octet_;
  Correction by_octet_before_;
  Correction by_expected_;
  int p_ = 1 << (kSureBits - 1);

  std::uint32_t partial_ = 1;  // a 1, then the bits of the octet so far
  int bits_ = 0;
};

}  // namespace codec::compress::mix
