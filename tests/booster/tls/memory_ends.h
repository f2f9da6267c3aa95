// Two ends of an exchange in memory, and the way between them.
#pragma once
#include "booster/tls/memory_handshake.h"
#include "tests/booster/tls/identities.h"

namespace booster::tls {

// The contexts of a gateway with a pinned certificate and of a device with its own.
struct MemoryContexts {
  Context client;
  Context server;
  crypto::Digest device;
};

struct MemorySetup {
  bool device = true;  // shows a certificate
  bool ask = true;     // for one
  bool fast_aes = true;
};

inline Context memory_server(Identity identity, bool ask) {
  ServerOptions options{.identity = std::move(identity), .ask_for_certificate = ask};
  options.memory = true;
  return Context::server(std::move(options)).value();
}

inline ClientOptions memory_client_options() {
  ClientOptions options;
  options.memory = true;
  return options;
}

inline MemoryContexts pinned_contexts(const MemorySetup& setup = {}) {
  Identity gateway = make_identity("mail.test");
  Identity device = make_identity("device");
  const crypto::Digest device_pin = device.chain.front().pin();
  ClientOptions options = memory_client_options();
  options.by_pin = VerifyByPin{gateway.chain.front().pin()};
  options.fast_aes = setup.fast_aes;
  if (setup.device) options.identity = std::move(device);
  Context server = memory_server(std::move(gateway), setup.ask);
  return {Context::client(std::move(options)).value(), std::move(server), device_pin};
}

struct MemoryEnds {
  MemoryEnds(const Context& client_context, const Context& server_context)
      : client(MemoryHandshake::client(client_context, "mail.test", as_bytes("from the client"))),
        server(MemoryHandshake::server(server_context, "a client", as_bytes("from the server"))) {}
  explicit MemoryEnds(const MemoryContexts& contexts) : MemoryEnds(contexts.client, contexts.server) {}

  std::unique_ptr<MemoryHandshake> client;
  std::unique_ptr<MemoryHandshake> server;
  Error client_error;
  Error server_error;
  std::vector<std::size_t> flights;  // client's, server's, client's ...

  bool finished() const { return client->finished() && server->finished(); }
};

// Gives `bytes` in pieces, until they are refused.
inline void give(MemoryHandshake& to, ByteView bytes, std::size_t piece, Error& error) {
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const Result<> taken = to.on_bytes(bytes.subspan(at, std::min(piece, bytes.size() - at)));
    if (taken) continue;
    error = taken.error();
    return;
  }
}

// Until both are silent. After an error an end's alert still reaches the other.
inline void run_exchange(MemoryEnds& ends, std::size_t piece = 1 << 16) {
  for (bool silent = false; !silent;) {
    const Bytes up = ends.client->take_bytes();
    if (!up.empty()) ends.flights.push_back(up.size());
    give(*ends.server, up, piece, ends.server_error);
    const Bytes down = ends.server->take_bytes();
    if (!down.empty()) ends.flights.push_back(down.size());
    give(*ends.client, down, piece, ends.client_error);
    silent = up.empty() && down.empty();
  }
}

}  // namespace booster::tls
