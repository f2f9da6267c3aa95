// Stream: an ordered two-way flow of bytes (TCP, Unix socket, TLS, a tunnel's stream, memory in tests).
#pragma once
#include <memory>
#include <span>
#include <string>

#include "booster/runtime/task.h"
#include "codec/base/bytes.h"

namespace booster::net {

using runtime::Task;

// At most one read and one write wait at a time.
class Stream {
 public:
  virtual ~Stream() = default;
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Reads at least one byte; 0: the peer has finished.
  //   Errors  Closed (reset or closed here), Io     Cancel  the stream lives on, no byte is lost
  virtual Task<Result<std::size_t>> read(std::span<std::byte> into) = 0;
  // Writes all of `bytes`.
  //   Errors  Closed, Io     Cancel  closes the stream: how much left cannot be known
  virtual Task<Result<>> write(ByteView bytes) = 0;
  // Half-close: the peer reads 0 after what was written.
  virtual Task<Result<>> finish() = 0;
  // Ends both directions at once; pending operations end with Closed.
  virtual void close() = 0;

  virtual int fd() const { return -1; }                // for socket options; -1: none
  virtual std::string peer() const { return "peer"; }  // for logs: an address without a port
};

using StreamPtr = std::unique_ptr<Stream>;

// Reads exactly into.size() bytes.   Errors  Closed: the peer finished before; those of read()
Task<Result<>> read_exactly(Stream& stream, std::span<std::byte> into);

// Copies from one to the other until the source finishes, then half-closes the target.
// Gives the number of bytes copied. Bounded: one CopyBuffer.
Task<Result<std::uint64_t>> copy_until_end(Stream& from, Stream& to);

// Both directions until both have finished or one fails; then closes both.
Task<Result<>> splice(Stream& one, Stream& other);

}  // namespace booster::net
