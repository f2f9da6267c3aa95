// zstd as a stream whose flushed pieces decode at once, while the window (what was seen before) goes on over all of
// them.
#pragma once
#include <memory>

#include "codec/base/bytes.h"
#include "codec/compress/limits.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace codec::compress {

//   Limits  memory: none until the first append, then FORMAT.md §4's (memory() says)
//   Errors  Full: no memory. After an error: reset()
class Compressor {
 public:
  // Level and window are brought into limits.h's ranges.
  explicit Compressor(int level = kDefaultLevel, int window_log = kDefaultWindowLog);

  Result<> append(ByteView in, Bytes& out);  // may keep octets back
  Result<> flush(Bytes& out);                // all that was appended can now be decoded
  // The window begins anew, here and at the peer's Decompressor, which must be reset at the same place, with the same
  // prefix: octets that the window has seen, or a dictionary (tables.h). Frees memory.
  void reset(Bytes prefix = {});
  int level() const { return level_; }
  std::size_t memory() const;

 private:
  Result<> run(ByteView in, bool flush, Bytes& out);
  Result<> open();

  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  int level_;
  int window_log_;
  Bytes prefix_;  // zstd reads it while the frame lasts
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
};

//   Limits  output of one call <= raw_size + 1 octet, raw_size <= kMaxBlock; memory 2^window_log + at most 500 kB
//   Errors  Protocol: no zstd, a window above ours, more or fewer octets than raw_size · Limit: raw_size · Full: no
//   memory.
//           After an error every call says Protocol until reset()
class Decompressor {
 public:
  explicit Decompressor(int max_window_log = kMaxWindowLog);

  // `in` is all that one flush gave; exactly raw_size octets come behind `out`. On an error `out` is as it was.
  Result<> decode(ByteView in, std::size_t raw_size, Bytes& out);
  void reset(Bytes prefix = {});
  std::size_t memory() const;

 private:
  Result<> open();
  Result<> run(ByteView in, std::size_t raw_size, Bytes& out);

  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  int max_window_log_;
  Bytes prefix_;
  bool broken_ = false;
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
};

}  // namespace codec::compress
