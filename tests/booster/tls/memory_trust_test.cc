// Whom an exchange trusts, and what it does with bytes that no honest peer sends.
#include <openssl/ssl.h>

#include "tests/booster/tls/memory_ends.h"

namespace booster::tls {
namespace {

using std::chrono::hours;

Context named_client(const TestAuthority& authority) {
  ClientOptions options = memory_client_options();
  options.by_name = VerifyByName{authority.file()};
  options.identity = make_identity("device");
  return Context::client(std::move(options)).value();
}

void expect_denied(const MemoryEnds& ends, const std::string& cause) {
  EXPECT_FALSE(ends.client->finished() || ends.client->has_keys() || ends.server->finished());
  EXPECT_EQ(ends.client_error.code, Errc::Denied);
  EXPECT_NE(ends.client_error.what.find("mail.test"), std::string::npos) << ends.client_error.what;
  EXPECT_NE(ends.client_error.what.find(cause), std::string::npos) << ends.client_error.what;
}

TEST(MemoryTrust, AWrongPinIsRefusedByNameAndIsNotShownOurCertificate) {
  const MemoryContexts contexts = pinned_contexts();
  MemoryEnds ends(contexts.client, memory_server(make_identity("mail.test"), true));
  run_exchange(ends);
  expect_denied(ends, "pinned");
  ASSERT_EQ(ends.flights.size(), 2U);  // nothing followed the server's
  EXPECT_EQ(ends.client->on_bytes(as_bytes("more")).error().code, Errc::Denied);
}

TEST(MemoryTrust, ANamedServerOfTheAuthorityIsTrustedAndResumed) {
  const TestAuthority authority;
  const Context client = named_client(authority);
  const Context server = memory_server(authority.leaf(spec_for("mail.test")), true);
  MemoryEnds ends(client, server);
  run_exchange(ends);
  ASSERT_TRUE(ends.finished()) << codec::to_string(ends.client_error);
  EXPECT_EQ(ends.server->peer_certificate()->common_name(), "device");
  MemoryEnds again(client, server);
  ASSERT_TRUE(again.client->use_ticket(ends.client->take_ticket()));
  run_exchange(again);
  ASSERT_TRUE(again.finished()) << codec::to_string(again.client_error);
  EXPECT_TRUE(again.server->resumed());
}

TEST(MemoryTrust, AnExpiredCertificateIsRefused) {
  const TestAuthority authority;
  crypto::CertificateSpec spec = spec_for("mail.test");
  spec.not_before -= hours(100);
  spec.not_after = spec.not_before + hours(24);
  MemoryEnds ends(named_client(authority), memory_server(authority.leaf(spec), true));
  run_exchange(ends);
  expect_denied(ends, "expired");
  EXPECT_EQ(ends.server_error.code, Errc::Protocol);  // told by an alert
  EXPECT_NE(ends.server_error.what.find("a client"), std::string::npos);
}

TEST(MemoryTrust, AnotherHostsCertificateIsRefused) {
  const TestAuthority authority;
  MemoryEnds ends(named_client(authority), memory_server(authority.leaf(spec_for("other.test")), true));
  run_exchange(ends);
  expect_denied(ends, "ostname mismatch");
}

TEST(MemoryTrust, AnUnknownAuthorityIsRefused) {
  const TestAuthority authority;
  MemoryEnds ends(named_client(authority), memory_server(make_identity("mail.test"), true));
  run_exchange(ends);
  expect_denied(ends, "self-signed");
}

TEST(MemoryTrust, AnAddressIsProvedByACertificateThatNamesIt) {
  const TestAuthority authority;
  crypto::CertificateSpec spec = spec_for("gateway");
  spec.ip_addresses = {"192.0.2.1"};
  MemoryEnds ends(named_client(authority), memory_server(authority.leaf(spec), true));
  ends.client = MemoryHandshake::client(named_client(authority), "192.0.2.1", {});
  run_exchange(ends);
  EXPECT_TRUE(ends.finished()) << codec::to_string(ends.client_error);
}

TEST(MemoryTrust, WhatIsChangedUnderwayIsNoticed) {
  const MemoryContexts contexts = pinned_contexts();
  constexpr std::size_t kHeader = 5;  // a plain record's own octets are in no transcript
  for (std::size_t at = kHeader; at < 1100; at += 23) {
    for (const bool up : {true, false}) {
      MemoryEnds ends(contexts);
      Bytes flight = ends.client->take_bytes();
      if (up && at < flight.size()) flight[at] ^= std::byte{0x10};
      const bool hello_changed = up && at < flight.size();
      give(*ends.server, flight, flight.size(), ends.server_error);
      flight = ends.server->take_bytes();
      const bool answer_changed = !up && at < flight.size();
      if (answer_changed) flight[at] ^= std::byte{0x10};
      if (!hello_changed && !answer_changed) continue;
      give(*ends.client, flight, flight.size(), ends.client_error);
      run_exchange(ends);
      EXPECT_FALSE(ends.client->finished() || ends.server->finished()) << "octet " << at << (up ? " up" : " down");
    }
  }
}

TEST(MemoryTrust, RepeatedBytesAreRefused) {
  const MemoryContexts contexts = pinned_contexts();
  MemoryEnds ends(contexts);
  const Bytes hello = ends.client->take_bytes();
  ASSERT_TRUE(ends.server->on_bytes(hello));
  EXPECT_FALSE(ends.server->on_bytes(hello));
  const Bytes answer = ends.server->take_bytes();
  Error error;
  give(*ends.client, answer, answer.size(), error);
  ASSERT_TRUE(ends.client->finished());
  EXPECT_FALSE(ends.client->on_bytes(answer));
}

TEST(MemoryTrust, AnExchangeIsBounded) {
  const MemoryContexts contexts = pinned_contexts();
  const Bytes most(kMaxExchange, std::byte{0x16});
  MemoryEnds ends(contexts);
  EXPECT_EQ(ends.server->on_bytes(Bytes(kMaxExchange + 1)).error().code, Errc::Limit);
  MemoryEnds others(contexts);
  EXPECT_EQ(others.server->on_bytes(most).error().code, Errc::Protocol);  // no TLS
  EXPECT_EQ(others.server->on_bytes(as_bytes("x")).error().code, Errc::Protocol);
}

// An end driven by hand, for what ours never does.
struct HandDriven {
  explicit HandDriven(const Context& context) : ssl(make_end(context)) {
    attach_notes(*ssl, notes);
    SSL_set_connect_state(ssl.get());
  }
  void meet(MemoryHandshake& server) {
    SSL_do_handshake(ssl.get());
    EXPECT_TRUE(server.on_bytes(take_output(*ssl)));
    give_input(*ssl, server.take_bytes());
    EXPECT_EQ(SSL_do_handshake(ssl.get()), 1);
    EXPECT_TRUE(server.on_bytes(take_output(*ssl)));
    EXPECT_TRUE(server.finished());
  }
  MemoryNotes notes;
  NativeSsl ssl;
};

TEST(MemoryTrust, NothingFollowsTheExchange) {
  const MemoryContexts contexts = pinned_contexts();
  const auto after = [&contexts](void (*act)(SSL*)) {
    HandDriven peer(contexts.client);
    const auto server = MemoryHandshake::server(contexts.server, "a client", {});
    peer.meet(*server);
    act(peer.ssl.get());
    return server->on_bytes(take_output(*peer.ssl)).error();
  };
  const Error update = after([](SSL* ssl) {
    SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED);
    SSL_do_handshake(ssl);
  });
  EXPECT_EQ(update.code, Errc::Protocol);
  EXPECT_NE(update.what.find("KeyUpdate"), std::string::npos) << update.what;
  EXPECT_EQ(after([](SSL* ssl) { SSL_write(ssl, "x", 1); }).code, Errc::Protocol);
  EXPECT_EQ(after([](SSL* ssl) { SSL_shutdown(ssl); }).code, Errc::Closed);
}

TEST(MemoryTrust, AStrangersHelloIsRefused) {
  ClientOptions options;  // a stream's: it names no protocol
  options.by_pin = VerifyByPin{};
  HandDriven stranger(Context::client(std::move(options)).value());
  SSL_do_handshake(stranger.ssl.get());
  const auto server = MemoryHandshake::server(pinned_contexts().server, "a client", {});
  const Result<> taken = server->on_bytes(take_output(*stranger.ssl));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::Protocol);
  EXPECT_NE(taken.error().what.find("packetboat/1"), std::string::npos) << taken.error().what;
  EXPECT_FALSE(server->has_keys());
}

}  // namespace
}  // namespace booster::tls
