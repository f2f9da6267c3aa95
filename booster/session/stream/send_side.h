// Our direction of one stream: what was written, sent, lost, acknowledged, and how it ends.
#pragma once
#include <cstdint>
#include <optional>

#include "booster/session/stream/byte_queue.h"
#include "booster/session/stream/range_set.h"
#include "codec/base/bytes.h"
#include "codec/base/result.h"

namespace booster::stream {

// A *mark* is an offset, plus one once the end (or a reset at that size) is included: one number acknowledges both.
class SendSide {
 public:
  SendSide(std::uint64_t credit,
           std::optional<Bytes> open);  // `open`: metadata to be sent first; nullopt: the peer opened it

  void write(ByteView bytes) { data_.append(bytes); }
  void finish();
  void reset(Error error);  // drops what is held; final size is what was sent

  // --- what to send
  struct Piece {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;  // at most
    bool again = false;
  };
  bool open_due() const { return open_due_; }
  bool fin_due() const { return finished_ && !reset_ && fin_due_; }
  bool reset_due() const { return reset_due_ && !open_due_; }  // after the opening
  bool has_new(std::uint64_t session_credit) const;            // unsent bytes within both credits
  Piece next_piece(std::uint64_t session_credit) const;        // lost bytes first; length 0: only flags are due
  bool fin_at(std::uint64_t end) const { return finished_ && !reset_ && end == data_.end(); }
  ByteView metadata() const { return metadata_; }
  void copy(std::uint64_t offset, std::span<std::byte> into) const { data_.copy(offset, into); }

  void on_sent(std::uint64_t offset, std::uint64_t length, bool fin, bool open);
  void on_reset_sent();

  // --- what became of it
  Result<> on_mark(std::uint64_t mark);  // Errors  Protocol: beyond what was sent
  void on_acked(std::uint64_t offset, std::uint64_t length, bool fin, bool open);
  void on_lost(std::uint64_t offset, std::uint64_t length, bool fin, bool open);
  void on_reset_acked();
  void on_reset_lost();
  void rewind(bool opened);  // the carrier is gone: everything not acknowledged is due again
  void raise_credit(std::uint64_t limit) { credit_ = limit > credit_ ? limit : credit_; }

  // --- what is known
  bool finished() const { return finished_; }
  const std::optional<Error>& reset_error() const { return reset_; }
  bool writable() const { return !finished_ && !reset_; }
  bool open_sent() const { return open_sent_; }
  bool anything_acked() const { return data_.begin() > 0 || (open_acked_ && had_open_); }
  bool ended_at_peer() const { return fin_sent_ || reset_sent_; }
  bool over() const { return open_acked_ && (reset_acked_ || (fin_acked_ && data_.empty())); }
  bool ended_well() const { return over() && !reset_; }
  std::uint64_t acked_to() const { return reset_ ? 0 : data_.begin(); }
  std::uint64_t sent_to() const { return next_; }
  std::uint64_t final_size() const { return next_; }
  std::uint64_t credit() const { return credit_; }
  std::size_t buffered() const { return data_.size(); }
  std::uint64_t unsent() const { return data_.end() - next_ + lost_.total(); }
  std::uint64_t outstanding() const;  // given to a carrier, not acknowledged; an end counts one

 private:
  void advance();

  ByteQueue data_;          // begin: acknowledged so far; end: written so far
  std::uint64_t next_ = 0;  // new bytes are sent from here
  std::uint64_t credit_;
  RangeSet lost_;   // below next_, to be sent again
  RangeSet acked_;  // above data_.begin()
  Bytes metadata_;
  bool had_open_;
  bool open_due_;
  bool open_sent_ = false;
  bool open_acked_;
  bool finished_ = false;
  bool fin_due_ = false;
  bool fin_sent_ = false;
  bool fin_acked_ = false;
  std::optional<Error> reset_;
  bool reset_due_ = false;
  bool reset_sent_ = false;
  bool reset_acked_ = false;
};

}  // namespace booster::stream
