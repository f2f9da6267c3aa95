// Context mixing: each bit costs what the predictor did not foresee of it. Blocks of one stream: what was learned goes
// on from block to block.                                                         Source: ../FORMAT.md §2
#pragma once
#include <memory>

#include "codec/base/bytes.h"
#include "codec/compress/mix/predictor.h"

namespace codec::compress::mix {

constexpr std::size_t kMemory = sizeof(Predictor) + kPredictorTables;

// About 1 MB/s each way.
class Encoder {
 public:
  // Appends a block that the peer's Decoder, after all blocks before it, can decode at once.
  void encode(ByteView raw, Bytes& out);
  // Frees the memory; what comes next is foreseen as if `prefix` had been coded before it.
  void reset(ByteView prefix = {});
  // Its positions are used up soon: reset() before the next block.
  bool is_full() const { return predictor_ && predictor_->octets() >= kMostOctets; }
  std::size_t memory() const { return predictor_ ? kMemory : 0; }

 private:
  std::unique_ptr<Predictor> predictor_;
};

class Decoder {
 public:
  // Exactly raw_size octets behind `out`.   Errors  Protocol: fewer octets of code than it takes, or more
  Result<> decode(ByteView coded, std::size_t raw_size, Bytes& out);
  void reset(ByteView prefix = {});
  std::size_t memory() const { return predictor_ ? kMemory : 0; }

 private:
  std::unique_ptr<Predictor> predictor_;
};

}  // namespace codec::compress::mix
