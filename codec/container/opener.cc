#include "codec/container/opener.h"

#include <algorithm>

#include "codec/container/limits.h"
#include "codec/container/recipe.h"
#include "codec/container/stream_opener.h"

namespace codec::container {
namespace {

constexpr std::size_t kTries = 4;  // times the block that may be inflated in vain: headers can be forged

// A stream pays while its recipe is small beside what inflating can save: a quarter of a stream and more, of which the
// recipe may eat a part. What is cut by the block's end is judged when there is more of it.
bool pays(const StreamRun& run, std::size_t octets, std::size_t recipe) {
  constexpr std::size_t kShare = 8;
  constexpr std::size_t kFree = 16;    // a stream's fixed part
  constexpr std::size_t kCodes = 128;  // a block that is cut has its codes in the recipe
  const std::size_t cut = run.end == StreamEnd::GoesOn ? kCodes + run.tail.size() : 0;
  if (run.end == StreamEnd::Ends && run.begins && octets < kMinStream) return false;
  return recipe <= octets / kShare + kFree + cut;
}

bool only_stored(const StreamRun& run) {
  return run.begins && run.blocks > 0 && run.blocks == run.heads.size() &&
         std::all_of(run.heads.begin(), run.heads.end(),
                     [](const HeadCorrection& head) { return head.head.type == BlockType::Stored; });
}

}  // namespace

// What one block becomes.
class LevelOpener::Sink {
 public:
  Sink(ByteView of, std::size_t vain_left) : block(of), tries(std::min(kTries * of.size(), vain_left)) {
    content_.reserve(of.size());
  }

  const ByteView block;
  std::size_t tries;
  std::size_t streams = 0;  // that begin here

  // How much a stream may give, were all the rest literal.
  std::size_t room() const {
    const std::size_t rest = content_.size() + (block.size() - literal_);
    return rest < kMaxOpenedBlock ? kMaxOpenedBlock - rest : 0;
  }
  void add(std::size_t at, StreamOpener::Opened&& opened, ByteView recipe) {
    end_literal(at);
    recipe_.insert(recipe_.end(), recipe.begin(), recipe.end());
    ranges_.push_back({content_.size(), content_.size() + opened.text.size()});
    content_.insert(content_.end(), opened.text.begin(), opened.text.end());
    literal_ = at + opened.taken;
    opened_ = true;
  }
  std::size_t literal() const { return literal_; }
  bool opened() const { return opened_; }
  LevelOpener::Opened take() {
    end_literal(block.size());
    return {std::move(recipe_), std::move(content_), std::move(ranges_)};
  }

 private:
  void end_literal(std::size_t end) {
    if (end == literal_) return;
    const ByteView octets = block.subspan(literal_, end - literal_);
    ByteWriter out(recipe_);
    write_run(out, LiteralRun{octets.size()});
    content_.insert(content_.end(), octets.begin(), octets.end());
    literal_ = end;
  }

  std::size_t literal_ = 0;  // where what is not yet added begins
  bool opened_ = false;
  Bytes recipe_;
  Bytes content_;
  std::vector<OpenedRange> ranges_;
};

LevelOpener::LevelOpener() = default;
LevelOpener::~LevelOpener() = default;
LevelOpener::LevelOpener(LevelOpener&&) noexcept = default;
LevelOpener& LevelOpener::operator=(LevelOpener&&) noexcept = default;

// The piece of stream_ at `at`; nothing is added, and the stream is over, where it does not pay.
void LevelOpener::take(Sink& sink, std::size_t at, bool begins) {
  StreamOpener::Opened opened = stream_->open(sink.block.subspan(at), std::min(sink.room(), text_left_));
  Bytes recipe;
  ByteWriter out(recipe);
  write_run(out, opened.run);
  if (!opened.is_cheap || !pays(opened.run, opened.taken, recipe.size()) || only_stored(opened.run) ||
      (begins && opened.run.end == StreamEnd::GivenUp && opened.taken < kMinStream)) {
    const std::size_t vain = opened.taken + opened.text.size();
    sink.tries -= std::min(sink.tries, vain);
    vain_left_ -= std::min(vain_left_, vain);
    if (!begins) ++count_.given_up;
    stream_.reset();
    return;
  }
  if (begins) ++count_.opened;
  if (begins) ++sink.streams;
  if (opened.run.end == StreamEnd::GivenUp) ++count_.given_up;
  count_.octets += opened.taken;
  count_.tokens += opened.tokens;
  count_.wrong += opened.run.tokens.size();
  count_.recipe += recipe.size();
  text_left_ -= std::min(text_left_, opened.text.size());
  const bool goes_on = opened.run.end == StreamEnd::GoesOn;
  sink.add(at, std::move(opened), recipe);
  if (!goes_on) stream_.reset();
}

LevelOpener::Opened LevelOpener::open(ByteView block, const std::vector<OpenedRange>& ranges) {
  Sink sink(block, vain_left_);
  if (stream_) {
    take(sink, 0, false);
    finder_.forget();
  }
  std::size_t looked = 0;
  for (const OpenedRange& range : ranges) {
    // A header may lie in two blocks, but not in two ranges.
    if (range.begin > 0) finder_.forget();
    const ByteView within = block.first(range.end);
    std::size_t at = std::max(range.begin, sink.literal());
    while (at < range.end && sink.tries > 0 && text_left_ > 0 && sink.streams < kMaxStreams && !stream_) {
      const auto found = finder_.next(within, at);
      if (!found) break;
      at = *found;
      ++count_.seen;
      stream_ = std::make_unique<StreamOpener>();
      take(sink, at, true);
      at = std::max(at, sink.literal());
    }
    looked = range.end;
    if (!stream_ && range.end == block.size())
      finder_.keep(block, std::max(at == range.end ? at : range.begin, sink.literal()));
  }
  if (looked != block.size() || stream_) finder_.forget();
  if (!sink.opened()) {
    (void)closer_.close({}, block, block.size());
    return {{}, Bytes(block.begin(), block.end()), {}};
  }
  Opened opened = sink.take();
  const Result<Bytes> again = closer_.close(opened.recipe, opened.content, block.size());
  if (again && std::equal(again->begin(), again->end(), block.begin(), block.end())) return opened;
  ++count_.given_up;
  stream_.reset();
  finder_.forget();
  closer_ = LevelCloser();
  return {{}, Bytes(block.begin(), block.end()), {}};
}

Opener::Opener() {
  levels_.resize(kMaxLevels);
}

OpenedBlock Opener::open(ByteView block) {
  OpenedBlock opened;
  opened.content.assign(block.begin(), block.end());
  if (block.size() > kMaxClosedBlock) return opened;
  std::vector<OpenedRange> ranges = {{0, block.size()}};
  std::size_t used = 0;  // of the recipe, up to the last level that has one
  for (LevelOpener& level : levels_) {
    LevelOpener::Opened inner = level.open(opened.content, ranges);
    ByteWriter(opened.recipe).sized(inner.recipe);
    if (!inner.recipe.empty()) used = opened.recipe.size();
    opened.content = std::move(inner.content);
    ranges = std::move(inner.ranges);
  }
  opened.recipe.resize(used);
  return opened;
}

OpenedCount Opener::count() const {
  OpenedCount sum;
  for (const LevelOpener& level : levels_) {
    const OpenedCount& count = level.count();
    sum.seen += count.seen;
    sum.opened += count.opened;
    sum.octets += count.octets;
    sum.tokens += count.tokens;
    sum.wrong += count.wrong;
    sum.recipe += count.recipe;
    sum.given_up += count.given_up;
  }
  return sum;
}

}  // namespace codec::container
