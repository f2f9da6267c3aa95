// How a block says what of its content stands in a source.                                   Source: REPEATS.md §3
#pragma once
#include <array>
#include <map>

#include "codec/content/unwrapper.h"
#include "codec/repeat/find.h"

namespace codec::repeat {

// Tells what is not the source's any more from what is; that the item is right its own digest says.
std::uint32_t check_of(ByteView octets);

// Of one item, its blocks in order.
class RepeatWriter {
 public:
  RepeatWriter() = default;
  // Sources are numbered as they come first; sources() is then what a reader must be told.
  explicit RepeatWriter(std::vector<Repeat> repeats);

  const std::vector<Source>& sources() const { return sources_; }
  // Of the content from `begin` to `end` something is repeated.
  bool touches(std::uint64_t begin, std::uint64_t end) const;
  // Takes what is repeated out of a block of which the content, without recipe and figures, begins at `at`.
  void take_out(std::uint64_t at, content::Block& block);

 private:
  std::vector<Repeat> repeats_;
  std::vector<Source> sources_;
  std::map<Source, std::uint64_t> numbers_;
  std::array<std::uint64_t, kMostSources> expected_{};  // where the last one of each source ended
};

// An item that goes: what it is made of, and what of that it repeats. By default nothing.
struct ItemRepeats {
  std::optional<Outline> outline;
  RepeatWriter writer;
  std::uint64_t octets = 0;  // of content that is repeated

  ItemRepeats() = default;
  //   matches, seen  as repeats_in() has them
  ItemRepeats(Outline item, const std::vector<Match>& matches, const Seen& seen = sees_nothing);
  // Of the piece that begins behind `at` octets of the item: what it repeats taken out, or unwrapped.
  content::Block block(std::uint64_t at, ByteView piece, content::Unwrapper& unwrapper);
  void forget();  // it repeats nothing; what it is made of stays known
};

struct Copy {
  std::size_t literal = 0;  // octets of the block's content before it
  std::size_t source = 0;
  std::uint64_t at = 0;
  std::size_t length = 0;
  std::uint32_t check = 0;
  bool operator==(const Copy&) const = default;
};

class RepeatReader {
 public:
  //   Errors  Protocol: not such octets, a source beyond kMostSources · Limit: more than content::kMaxWritten
  Result<std::vector<Copy>> read(ByteView repeats);

 private:
  std::array<std::uint64_t, kMostSources> expected_{};
};

}  // namespace codec::repeat
