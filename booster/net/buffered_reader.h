// BufferedReader: peeks at what a Stream has brought, for parsers that take what they need.
#pragma once
#include "booster/net/stream.h"

namespace booster::net {

class BufferedReader {
 public:
  explicit BufferedReader(Stream& stream, std::size_t limit = 64 * 1024) : stream_(stream), buffer_(limit) {}

  ByteView view() const { return ByteView(buffer_).subspan(begin_, end_ - begin_); }
  void consume(std::size_t count);
  // Adds at least one byte to view(); false: the peer has finished.   Errors  Limit: the buffer is full; those of
  // read()
  Task<Result<bool>> fill();
  // Forgets what was read and not consumed (STARTTLS). True: there was something.
  bool purge();

 private:
  Stream& stream_;
  Bytes buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace booster::net
