#include "booster/carrier/handshake.h"

namespace booster::carrier {

Task<Result<Received>> read_handshake(net::Stream& wire, std::size_t limit) {
  Bytes buffer;
  Bytes piece(16 * 1024);
  for (;;) {
    CO_TRY_ASSIGN(const auto message, session::unwrap_handshake(buffer, limit));
    if (message) {
      Received received;
      received.chain.assign(message->first.begin(), message->first.end());
      received.early.assign(buffer.begin() + static_cast<std::ptrdiff_t>(message->second), buffer.end());
      co_return received;
    }
    CO_TRY_ASSIGN(const std::size_t count, co_await wire.read(piece));
    if (count == 0) co_return fail(Errc::Closed, "the peer closed during the handshake");
    buffer.insert(buffer.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

Task<Result<>> write_handshake(net::Stream& wire, ByteView chain) {
  const Bytes wrapped = session::wrap_handshake(chain);
  co_return co_await wire.write(wrapped);
}

session::JoinMac join_mac(const session::SessionSecret& secret, session::Role sender, std::uint64_t carrier,
                          ByteView exporter) {
  return crypto::hmac_sha256(secret, session::join_mac_input(sender, carrier, exporter)).bytes;
}

}  // namespace booster::carrier
