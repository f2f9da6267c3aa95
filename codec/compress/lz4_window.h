// LZ4 in blocks that each decode at once, against the last 64 KiB before them.
#pragma once
#include <memory>

#include "codec/base/bytes.h"
#include "codec/compress/limits.h"

union LZ4_stream_u;

namespace codec::compress {

constexpr std::size_t kLz4Window = 64 * 1024;  // LZ4's offsets reach no farther

// What both ends have seen last.
class Lz4Window {
 public:
  void reset(ByteView prefix = {});  // it has seen the end of this; frees memory where there is none
  void see(ByteView raw);
  ByteView seen() const { return seen_; }
  std::size_t memory() const { return seen_.capacity(); }

 private:
  Bytes seen_;
};

//   Limits  memory: none until the first block, then 16 KiB and the window
class Lz4Encoder {
 public:
  Lz4Encoder();
  ~Lz4Encoder();
  Lz4Encoder(Lz4Encoder&& other) noexcept;
  Lz4Encoder& operator=(Lz4Encoder&& other) noexcept;

  void reset(ByteView prefix = {});
  // Appends what becomes of `raw` when that is less than `most` octets, and has seen it then. False: nothing was done.
  bool encode(ByteView raw, std::size_t most, Bytes& out);
  // Octets that are always enough.
  static std::size_t enough_for(std::size_t raw);
  std::size_t memory() const;

 private:
  Lz4Window window_;
  std::unique_ptr<LZ4_stream_u> state_;
};

//   Errors  Protocol: no LZ4, more or fewer octets than raw_size · Limit: raw_size
class Lz4Decoder {
 public:
  void reset(ByteView prefix = {}) { window_.reset(prefix); }
  // Exactly raw_size octets come behind `out`. On an error `out` is as it was.
  Result<> decode(ByteView in, std::size_t raw_size, Bytes& out);
  std::size_t memory() const { return window_.memory(); }

 private:
  Lz4Window window_;
};

}  // namespace codec::compress
