// Match: what followed the last place where the same octets stood, and how far that was right so far.
#pragma once
#include <vector>

#include "codec/compress/mix/adaptive.h"
#include "codec/compress/mix/limits.h"

namespace codec::compress::mix {

// The newest kHistoryOctets. Grows as it is filled.
class Past {
 public:
  void push(std::uint8_t octet) {
    if (octets_.size() < kHistoryOctets) {
      if (octets_.size() == octets_.capacity()) octets_.reserve(std::min(2 * octets_.size() + 4096, kHistoryOctets));
      octets_.push_back(octet);
    } else {
      octets_[end_ & (kHistoryOctets - 1)] = octet;
    }
    ++end_;
  }
  // `at` lies before end() by at most kHistoryOctets.
  std::uint8_t operator[](std::uint32_t at) const { return octets_[at & (kHistoryOctets - 1)]; }
  std::uint32_t end() const { return end_; }
  std::size_t memory() const { return octets_.capacity(); }

 private:
  std::vector<std::uint8_t> octets_;
  std::uint32_t end_ = 0;
};

class Match {
 public:
  static constexpr std::size_t kTrusts = 29;

  // `least`: octets that must be the same; 2^`seen_log` places are remembered.
  Match(std::uint32_t least, std::size_t seen_log);

  // An octet was added to the past: goes on with the match there is, or looks for a (longer) one.
  void follow(const Past& past);
  // Only remembers where it stands.
  void note(const Past& past);
  void drop() { at_ = size_ = 0; }

  // Of the next octet these bits, behind a 1, have come.
  void foresee(const Past& past, std::uint32_t partial, int bits);
  void learn(int bit);

  bool foretells() const { return foretells_; }  // the next bit
  std::uint32_t octet() const { return octet_; }
  std::size_t trust() const { return trust_; }  // in steps that widen; 0 where nothing is foretold
  std::int16_t odds() const { return odds_; }   // as it was right so far
  std::int16_t sure() const { return sure_; }   // by its length

 private:
  std::uint32_t add_to_hash(const Past& past);
  std::size_t trust_of() const;

  std::uint32_t least_;
  std::size_t seen_log_;
  std::uint32_t past_power_ = 1;     // what the octet that leaves the hash weighs
  std::uint32_t sum_ = 0;            // of the last octets
  std::vector<std::uint32_t> seen_;  // by hash of the last octets
  std::uint32_t at_ = 0;             // where the match goes on; 0: none
  std::uint32_t size_ = 0;           // octets
  std::array<Chance, kTrusts> chances_;
  std::size_t trust_ = 0;
  std::uint32_t octet_ = 0;
  int bit_ = 0;
  bool foretells_ = false;
  std::int16_t odds_ = 0;
  std::int16_t sure_ = 0;
};

}  // namespace codec::compress::mix
