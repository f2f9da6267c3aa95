// Any bytes into the server's end of an exchange; and an honest exchange whose flights are edited under way. First
// octet even: the rest goes to the server. Odd: the rest is edits of four octets: what, which flight, where, value.
#include <algorithm>
#include <cstdlib>

#include "booster/tls/memory_handshake.h"

namespace {

using namespace booster::tls;
using booster::Bytes;
using booster::ByteView;

void require(bool condition) {
  if (!condition) std::abort();
}

struct Fixed {
  Context client;
  Context server;
};

Identity make_fixed_identity() {
  booster::crypto::PrivateKey key = booster::crypto::PrivateKey::generate();
  booster::crypto::CertificateSpec spec;
  spec.common_name = "gateway";
  spec.not_after = booster::crypto::CertificateTime(std::chrono::hours(24 * 365 * 100));
  std::vector<booster::crypto::Certificate> chain;
  chain.push_back(booster::crypto::make_self_signed(key, spec).value());
  return {std::move(chain), std::move(key)};
}

const Fixed& fixed() {
  static const Fixed made = [] {
    ServerOptions server{.identity = make_fixed_identity(), .ask_for_certificate = true};
    server.memory = true;
    ClientOptions client;
    client.by_pin = VerifyByPin{server.identity.chain.front().pin()};
    client.identity = make_fixed_identity();
    client.memory = true;
    return Fixed{Context::client(std::move(client)).value(), Context::server(std::move(server)).value()};
  }();
  return made;
}

bool server_refuses(ByteView bytes, std::size_t piece) {
  const auto server = MemoryHandshake::server(fixed().server, "peer", {});
  bool refused = false;
  for (std::size_t at = 0; at < bytes.size() && !refused; at += piece)
    refused = !server->on_bytes(bytes.subspan(at, std::min(piece, bytes.size() - at)));
  (void)server->take_bytes();
  require(!server->finished());  // nobody guesses an exchange
  return refused;
}

void edit(Bytes& flight, ByteView edits, std::size_t number) {
  for (; edits.size() >= 4; edits = edits.subspan(4)) {
    const auto octet = [&edits](std::size_t i) { return std::to_integer<std::size_t>(edits[i]); };
    // Above the bound of an exchange nothing new happens, and repetitions double.
    if (octet(1) % 4 != number || flight.empty() || flight.size() > kMaxExchange) continue;
    const std::size_t at = octet(2) * 4 % flight.size();
    const auto place = flight.begin() + static_cast<std::ptrdiff_t>(at);
    switch (octet(0) % 4) {
      case 0:
        *place ^= edits[3];
        break;
      case 1:
        flight.erase(place, flight.end());
        break;
      case 2:
        flight.insert(place, octet(3), edits[3]);
        break;
      default: {
        const Bytes tail(place, flight.end());
        flight.insert(flight.end(), tail.begin(), tail.end());
      }
    }
  }
}

void edited_exchange(ByteView edits) {
  const auto client = MemoryHandshake::client(fixed().client, "gateway", booster::as_bytes("client"));
  const auto server = MemoryHandshake::server(fixed().server, "peer", booster::as_bytes("server"));
  for (std::size_t number = 0; number < 4; ++number) {
    MemoryHandshake& from = number % 2 == 0 ? *client : *server;
    MemoryHandshake& to = number % 2 == 0 ? *server : *client;
    Bytes flight = from.take_bytes();
    edit(flight, edits, number);
    (void)to.on_bytes(flight);
  }
  if (server->finished()) require(client->export_key("EXPORTER-x", {}, 32) == server->export_key("EXPORTER-x", {}, 32));
  if (client->finished()) require(booster::as_text(client->peer_parameters()) == "server");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    require(server_refuses(bytes, bytes.size() + 1) == server_refuses(bytes, 7));
  } else {
    edited_exchange(bytes);
  }
  return 0;
}
