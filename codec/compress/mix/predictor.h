// Predictor: how likely the next bit of mail is 1, from what has followed the last octets, words and lines before.
// Encoder and decoder run the same one; it learns from each bit.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/compress/mix/adaptive.h"

namespace codec::compress::mix {

// What is looked back at for long matches; a power of two.
constexpr std::size_t kHistoryOctets = 1U << 22;

constexpr std::uint32_t kMostOctets = 1U << 31;      // that one predictor learns from
constexpr std::size_t kPredictorTables = 24U << 20;  // octets, about; all from the beginning

class Predictor {
 public:
  Predictor();

  int p() const { return p_; }  // in 4096ths, 1 to 4095
  void learn(int bit);
  std::uint32_t octets() const { return position_; }

 private:
  // Orders 1 to 4 and 6, the word, word and word before, field and word, column's neighbour above.
  static constexpr std::size_t kContexts = 9;
  static constexpr std::size_t kOrder0 = kContexts;
  static constexpr std::size_t kMatch = kContexts + 1;
  static constexpr std::size_t kMatchSure = kContexts + 2;
  static constexpr std::size_t kInputs = 16;  // a whole number of vectors; the rest stays zero
  static constexpr std::size_t kRow = 16;     // a check octet, then the histories of one half octet
  static constexpr std::size_t kRows = std::size_t{1} << 17;

  struct alignas(kRow) Row : std::array<std::uint8_t, kRow> {};  // never in two cache lines
  using Table = std::vector<Row>;

  void predict();
  void begin_octet();
  void begin_half();
  std::uint8_t* row_of(Table& table, std::uint32_t hash);
  void find_match();
  std::size_t half_octet() const;
  std::size_t trust() const;

  std::array<Table, kContexts> tables_;
  std::array<std::uint32_t, kContexts> hashes_{};
  std::array<std::uint8_t*, kContexts> rows_{};
  std::array<HistoryMap, kContexts> maps_;
  std::array<std::uint8_t, 256> order0_{};
  HistoryMap order0_map_;

  std::vector<std::uint8_t> history_;
  std::vector<std::uint32_t> last_seen_;  // by hash of the last octets
  std::uint32_t position_ = 0;
  std::uint32_t match_ = 0;       // where the match goes on; 0: none
  std::uint32_t match_size_ = 0;  // octets
  std::array<Chance, 64> match_chances_;
  std::size_t match_chance_ = 0;
  int expected_bit_ = 0;
  bool foretold_ = false;  // by the match, this bit

  Mixer<kInputs>::Inputs inputs_{};
  Mixer<kInputs> by_partial_;
  Mixer<kInputs> by_match_;
  Mixer<kInputs> by_last_;
  Correction by_octet_;
  Correction by_octet_before_;
  int odds_ = 0;
  int p_ = kOne / 2;

  std::uint32_t partial_ = 1;  // a 1, then the bits of the octet so far
  int bits_ = 0;
  std::uint64_t last8_ = 0;  // octets, the newest lowest
  std::uint32_t word_ = 0;
  std::uint32_t word_before_ = 0;
  std::uint32_t field_ = 0;  // of the line's first octets
  std::uint32_t column_ = 0;
  std::uint32_t line_ = 0;  // where it begins
  std::uint32_t line_before_ = 0;
};

}  // namespace codec::compress::mix
