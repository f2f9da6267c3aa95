// SmallStream: a few kilobytes each way in order, beside the session's streams: the TLS exchange, and the greeting.
#pragma once
#include <optional>
#include <span>

#include "booster/session/limits.h"
#include "booster/session/stream/receive_side.h"
#include "booster/session/stream/send_side.h"

namespace booster::transport {

class SmallStream {
 public:
  // `limit`: how far ahead of what has been taken the peer may send.
  explicit SmallStream(std::size_t limit) : limit_(limit) {}

  void write(ByteView bytes) { send_.write(bytes); }
  bool has_pieces() const { return send_.has_new(session::kMaxOffset) || send_.unsent() > 0; }
  struct Piece {
    std::uint64_t offset = 0;
    Bytes bytes;
  };
  // The next bytes to send, at most `room`; counted as sent.
  std::optional<Piece> next_piece(std::size_t room);
  void on_acked(std::uint64_t offset, std::uint64_t length) { send_.on_acked(offset, length, false, false); }
  void on_lost(std::uint64_t offset, std::uint64_t length) { send_.on_lost(offset, length, false, false); }
  bool all_acked() const { return send_.buffered() == 0; }
  std::uint64_t sent_to() const { return send_.sent_to(); }

  //   Errors  Limit: further ahead than `limit`
  Result<> on_piece(std::uint64_t offset, ByteView bytes);
  Bytes take();  // what has come in order since the last call

 private:
  std::size_t limit_;
  stream::SendSide send_{session::kMaxOffset, std::nullopt};
  stream::ReceiveSide receive_{session::kMaxOffset};
};

}  // namespace booster::transport
