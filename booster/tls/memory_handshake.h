// MemoryHandshake: one end of a TLS 1.3 exchange with no wire, for a transport that carries its bytes and uses its
// keys.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "booster/tls/memory_context.h"
#include "booster/tls/peer.h"

namespace booster::tls {

enum class Aead : std::uint8_t { Aes128Gcm, ChaCha20Poly1305 };

// More than any exchange of ours, a chain of certificates and tickets included; a peer cannot make us buffer beyond it.
constexpr std::size_t kMaxExchange = 64 << 10;

// Shape   one round trip, no early data, no renegotiation, no KeyUpdate (the transport changes its keys itself)
class MemoryHandshake {
 public:
  // `parameters`: what this end says of itself, at most kMaxParameters; the client's travel in clear.
  // `host` is who the server must prove to be; `peer` is what errors call the client.
  static std::unique_ptr<MemoryHandshake> client(const Context& context, std::string host, ByteView parameters);
  static std::unique_ptr<MemoryHandshake> server(const Context& context, std::string peer, ByteView parameters);
  MemoryHandshake(const MemoryHandshake&) = delete;
  MemoryHandshake& operator=(const MemoryHandshake&) = delete;
  ~MemoryHandshake();

  // A client, before its first flight: resumes what an earlier one took. Who gets an error goes on without.
  //   Errors  Corrupt: no ticket · Conflict: of another host, pin or certificate of ours, or the server's has expired
  Result<> use_ticket(ByteView ticket);

  // Bytes of the peer's stream, in order, each once, in pieces of any size; after finished() too (tickets).
  //   Errors  Denied: the peer does not prove who it is (names whom and why) · Protocol: not the exchange expected
  //           Limit: kMaxExchange · Closed: ended by the peer after it had finished. Every later call says the same
  Result<> on_bytes(ByteView bytes);
  // What is to be sent next; after an error perhaps an alert that tells the peer why.
  Bytes take_bytes();

  bool has_keys() const {
    return has_keys_;
  }  // a server: once its flight is made, before the client has proved anything
  bool finished() const { return finished_; }  // the peer's Finished is verified, and at a client the server judged
  Aead aead() const;                           // once has_keys(), as the three below
  Bytes export_key(std::string_view label, ByteView context, std::size_t size) const;
  Bytes peer_parameters() const { return notes_.peer_parameters; }
  bool resumed() const;
  // Once finished(). Of a resumed exchange: the one shown in the first; whether it still counts is for the caller.
  std::optional<crypto::Certificate> peer_certificate() const;
  // A client: the ticket that came last, once; empty: none. It is a secret.
  Bytes take_ticket();

 private:
  MemoryHandshake(const Context& context, std::string peer, ByteView parameters);
  Result<> advance();
  Result<> exchange();
  Result<> read_on();
  Result<> judge();
  crypto::Digest ticket_binding() const;

  Context context_;
  std::string peer_;
  MemoryNotes notes_;
  NativeSsl ssl_;
  std::size_t input_ = 0;
  bool started_ = false;
  bool has_keys_ = false;
  bool finished_ = false;
  std::optional<Error> failure_;
};

}  // namespace booster::tls
