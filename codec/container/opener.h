// Opener: finds the deflate streams in the octets of an item and gives them inflated, with a recipe to have the same
// octets again. What Closer would not give back octet for octet stays as it is.                  Source: RECIPE.md
#pragma once
#include <memory>
#include <vector>

#include "codec/base/bytes.h"
#include "codec/container/closer.h"
#include "codec/container/limits.h"
#include "codec/container/stream_finder.h"

namespace codec::container {

struct OpenedBlock {
  Bytes recipe;   // empty: the content is the octets themselves
  Bytes content;  // streams inflated
};

struct OpenedRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};
// What was met, for figures and tests.
struct OpenedCount {
  std::size_t seen = 0;    // headers of streams
  std::size_t opened = 0;  // streams begun
  std::size_t octets = 0;  // of the streams opened
  std::size_t tokens = 0;
  std::size_t wrong = 0;     // of them foretold wrongly
  std::size_t recipe = 0;    // octets
  std::size_t given_up = 0;  // streams left in their middle
};

class StreamOpener;

// One level of containers.
class LevelOpener {
 public:
  struct Opened {
    Bytes recipe;
    Bytes content;
    std::vector<OpenedRange> ranges;  // of the content: what was inflated
  };
  LevelOpener();
  ~LevelOpener();
  LevelOpener(LevelOpener&&) noexcept;
  LevelOpener& operator=(LevelOpener&&) noexcept;

  // Streams are looked for within `ranges`.
  Opened open(ByteView block, const std::vector<OpenedRange>& ranges);
  const OpenedCount& count() const { return count_; }

 private:
  class Sink;
  void take(Sink& sink, std::size_t at, bool begins);

  StreamFinder finder_;
  std::unique_ptr<StreamOpener> stream_;
  LevelCloser closer_;  // what the other end will do
  std::size_t vain_left_ = kMaxVain;
  std::size_t text_left_ = kMaxText;
  OpenedCount count_;
};

// Of one item, its blocks in order. Linear time.
//   Limits  a block <= kMaxClosedBlock; its content <= kMaxOpenedBlock: a stream that would be more is given up;
//           memory ~2 MiB and a few times the block
class Opener {
 public:
  Opener();

  OpenedBlock open(ByteView block);
  OpenedCount count() const;

 private:
  std::vector<LevelOpener> levels_;
};

}  // namespace codec::container
