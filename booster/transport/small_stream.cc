#include "booster/transport/small_stream.h"

#include <algorithm>

namespace booster::transport {

std::optional<SmallStream::Piece> SmallStream::next_piece(std::size_t room) {
  if (room == 0 || !has_pieces()) return std::nullopt;
  const stream::SendSide::Piece due = send_.next_piece(session::kMaxOffset);
  const std::uint64_t length = std::min<std::uint64_t>(due.length, room);
  if (length == 0) return std::nullopt;
  Piece piece{due.offset, Bytes(length)};
  send_.copy(due.offset, piece.bytes);
  send_.on_sent(due.offset, length, false, false);
  return piece;
}

Result<> SmallStream::on_piece(std::uint64_t offset, ByteView bytes) {
  if (offset + bytes.size() > receive_.consumed() + limit_) return fail(Errc::Limit, "too far ahead");
  return receive_.accept(offset, bytes, false);
}

Bytes SmallStream::take() {
  Bytes taken;
  while (receive_.readable() > 0) {
    const ByteView front = receive_.front();
    taken.insert(taken.end(), front.begin(), front.end());
    receive_.consume(front.size());
  }
  return taken;
}

}  // namespace booster::transport
