// Chains one after another in a stream of bytes: varint length, chain.                           Source: FORMAT.md §4
#pragma once
#include <optional>

#include "codec/property/decode.h"
#include "codec/property/encode.h"

namespace codec::property {

//   Limits  holds at most one frame: limits.max_bytes and its length
//   Errors  those of decode, at once when the length says so; after an error the stream cannot be read on
class FrameReader {
 public:
  explicit FrameReader(const Limits& limits = kControlLimits) : limits_(limits) {}

  // Takes bytes from the front of `in` until a chain is whole; nullopt: `in` is used up. Call until nullopt.
  Result<std::optional<Chain>> next(ByteView& in);
  bool between_frames() const { return held_.empty() && !size_; }  // an end of the stream here is a clean one

 private:
  Result<bool> read_size(ByteView& in);  // false: more bytes are needed

  Limits limits_;
  std::optional<std::size_t> size_;  // of the frame begun
  Bytes held_;                       // its first bytes, or those of its length
};

}  // namespace codec::property
