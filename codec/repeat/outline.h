// Outline: where the chunks of an item's content lie. Two items that hold one file have its chunks alike, whatever
// stands around it and however long the lines of its base64 are.                             Source: REPEATS.md §1
#pragma once
#include <optional>

#include "codec/chunk/chunker.h"
#include "codec/mime/splitter.h"

namespace codec::repeat {

// Content here: the item's octets with transfer encodings undone (mime/SPLIT.md), containers left as they are.
struct Place {
  std::uint64_t at = 0;  // of the content
  chunk::Chunk chunk;
  bool operator==(const Place&) const = default;
};

//   Limits  24 octets a chunk, .6 % of the content
struct Outline {
  struct Border {
    std::uint64_t written = 0;
    std::uint64_t content = 0;
  };
  std::vector<Place> places;  // rising, without gaps
  // Of places, where base64 begins or ends: a file has its own, and every second one is a file.
  std::vector<std::size_t> turns;
  std::vector<Border> borders;  // where each piece (content::next_piece) begins, and the end
  std::uint64_t content_size() const { return borders.back().content; }
  // Where what stands behind so many octets of the item begins; nullopt: no piece does there.
  std::optional<std::uint64_t> content_at(std::uint64_t written) const;
};

class Outliner {
 public:
  explicit Outliner(std::uint64_t key) : key_(key) {}  // chunk/chunker.h
  void take(ByteView piece);                           // of one item, in order, as content::next_piece cuts it
  Outline finish();

 private:
  void append(ByteView content, bool encoded);
  void cut(std::size_t most_left);

  std::uint64_t key_;
  mime::Splitter splitter_;
  Outline outline_;
  Outline::Border end_;
  bool encoded_ = false;  // what pends came out of base64
  Bytes pending_;         // not cut yet
  std::uint64_t pending_at_ = 0;
};

Outline outline_of(ByteView item, std::uint64_t key);

}  // namespace codec::repeat
