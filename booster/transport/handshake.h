// The key exchange that a connection carries as a stream of bytes: TLS 1.3 in a running program, a fake of the same
// flight sizes in the simulator.
#pragma once
#include <cstddef>
#include <string_view>

#include "booster/session/types.h"
#include "codec/base/bytes.h"
#include "codec/base/result.h"

namespace booster::transport {

enum class Aead : std::uint8_t { Aes128Gcm, ChaCha20Poly1305 };

// One end of one exchange.
//   Errors  Denied: the peer does not prove who it is (names whom and why) · Protocol: not the exchange expected. After
//   an
//           error nothing more is asked of it; a new connection gets a new one
class Handshake {
 public:
  virtual ~Handshake() = default;

  // Bytes of the peer's stream, in order, each once.
  virtual codec::Result<> on_bytes(codec::ByteView bytes) = 0;
  // What is to be sent next, in order, each byte once; empty: nothing now. A client has its first flight at once.
  virtual codec::Bytes take_bytes() = 0;

  // Keys can be exported: at the gateway before the client has proved anything, so what comes under them waits for
  // finished().
  virtual bool has_keys() const = 0;
  // The peer's Finished is verified.
  virtual bool finished() const = 0;
  virtual Aead aead() const = 0;  // once has_keys()
  virtual codec::Bytes export_key(std::string_view label, codec::ByteView context, std::size_t size) const = 0;
  // What the peer says of itself in its part of the exchange, once has_keys().            Source: PROTOCOL.md §6
  virtual codec::Bytes peer_parameters() const = 0;
  virtual bool resumed() const = 0;  // by a ticket of an earlier exchange
};

}  // namespace booster::transport
