// The peer's direction of one stream: pieces put in order, and how it ends.
#pragma once
#include <cstdint>
#include <map>
#include <optional>

#include "booster/session/stream/byte_queue.h"
#include "codec/base/bytes.h"
#include "codec/base/result.h"

namespace booster::stream {

class ReceiveSide {
 public:
  explicit ReceiveSide(std::uint64_t granted) : granted_(granted) {}

  // Takes a piece; what is there already is kept as it came first.
  //   Errors  Protocol: beyond the end, or another end than stated before
  Result<> accept(std::uint64_t offset, ByteView data, bool fin);
  //   Errors  Protocol: a final size below what came, or another than stated before
  Result<> reset(std::uint64_t final_size, Error error);
  void discard();  // nothing more is wanted: what is and comes in order is dropped

  ByteView front() const { return ready_.front(); }
  void consume(std::size_t bytes) { ready_.drop_to(ready_.begin() + bytes); }

  std::size_t readable() const { return ready_.size(); }
  std::size_t buffered() const { return ready_.size() + piece_bytes_; }
  std::size_t ranges() const { return pieces_.size(); }
  std::uint64_t consumed() const { return ready_.begin(); }
  std::uint64_t highest() const { return highest_; }
  std::uint64_t granted() const { return granted_; }
  void grant(std::uint64_t limit) { granted_ = limit; }
  std::uint64_t mark() const;                                                                  // SendSide explains it
  bool complete() const { return reset_.has_value() || (final_ && ready_.end() == *final_); }  // nothing more can come
  bool over() const { return complete() && ready_.empty(); }                                   // and all was read
  bool discarding() const { return discarding_; }
  std::optional<std::uint64_t> final_size() const { return final_; }
  const std::optional<Error>& reset_error() const { return reset_; }

 private:
  Result<> check_end(std::uint64_t end, bool fin);
  void keep(std::uint64_t offset, ByteView data);
  void join_pieces();

  ByteQueue ready_;                        // begin: consumed so far; end: received so far without a gap
  std::map<std::uint64_t, Bytes> pieces_;  // beyond a gap, apart or adjacent, never overlapping
  std::size_t piece_bytes_ = 0;
  std::uint64_t highest_ = 0;
  std::uint64_t granted_;
  std::optional<std::uint64_t> final_;
  std::optional<Error> reset_;
  bool discarding_ = false;
};

}  // namespace booster::stream
