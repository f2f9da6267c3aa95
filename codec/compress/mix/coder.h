// Context mixing: each bit costs what the predictor did not foresee of it. Blocks of one stream: what was learned goes
// on from block to block.                                                         Source: ../FORMAT.md §2
#pragma once
#include <memory>

#include "codec/base/bytes.h"
#include "codec/compress/mix/limits.h"

namespace codec::compress::mix {

class Predictor;
struct FreePredictor {
  void operator()(Predictor* predictor) const;
};
using PredictorPtr = std::unique_ptr<Predictor, FreePredictor>;

// About .5 MB/s each way.
class Encoder {
 public:
  // Appends a block that the peer's Decoder, after all blocks before it, can decode at once.
  void encode(ByteView raw, Bytes& out);
  void reset() { predictor_.reset(); }  // frees the memory
  // What comes next is foreseen by what stands in the vocabulary, which is learned once in a process and copied, and in
  // the references.
  void begin(ByteView references);
  // Its positions are used up soon: reset() before the next block.
  bool is_full() const;
  std::size_t memory() const;  // kMemory and what it has seen, at most kHistoryOctets

 private:
  PredictorPtr predictor_;
};

class Decoder {
 public:
  // Exactly raw_size octets behind `out`.   Errors  Protocol: fewer octets of code than it takes, or more
  Result<> decode(ByteView coded, std::size_t raw_size, Bytes& out);
  void reset() { predictor_.reset(); }
  void begin(ByteView references);
  std::size_t memory() const;

 private:
  PredictorPtr predictor_;
};

}  // namespace codec::compress::mix
