// Resumption.
#include "tests/booster/tls/memory_ends.h"

namespace booster::tls {
namespace {

Bytes ticket_of(const MemoryContexts& contexts) {
  MemoryEnds ends(contexts);
  run_exchange(ends);
  EXPECT_TRUE(ends.finished());
  Bytes ticket = ends.client->take_ticket();
  EXPECT_FALSE(ticket.empty());
  EXPECT_TRUE(ends.client->take_ticket().empty());
  return ticket;
}

TEST(MemoryTicket, ResumesWithNewKeysAndTheCertificatesOfTheFirstExchange) {
  const MemoryContexts contexts = pinned_contexts();
  Bytes ticket = ticket_of(contexts);
  Bytes last_key;
  for (int i = 0; i < 3; ++i) {  // each brings the ticket for the next
    MemoryEnds ends(contexts);
    ASSERT_TRUE(ends.client->use_ticket(ticket));
    run_exchange(ends);
    ASSERT_TRUE(ends.finished()) << codec::to_string(ends.client_error);
    EXPECT_TRUE(ends.client->resumed() && ends.server->resumed());
    EXPECT_EQ(ends.server->peer_certificate()->pin(), contexts.device);
    EXPECT_EQ(ends.client->peer_certificate()->common_name(), "mail.test");
    EXPECT_EQ(as_text(ends.client->peer_parameters()), "from the server");
    EXPECT_EQ(as_text(ends.server->peer_parameters()), "from the client");
    const Bytes key = ends.client->export_key("EXPORTER-test", {}, 32);
    EXPECT_EQ(key, ends.server->export_key("EXPORTER-test", {}, 32));
    EXPECT_NE(key, std::exchange(last_key, key));
    std::printf("flights when resumed: %zu, %zu, %zu; kept %zu\n", ends.flights[0], ends.flights[1], ends.flights[2],
                ticket.size());
    EXPECT_LE(ends.flights[0], 350U);
    EXPECT_LE(ends.flights[1], 300U);
    EXPECT_LE(ends.flights[2], 120U);
    ticket = ends.client->take_ticket();
    ASSERT_FALSE(ticket.empty());
  }
}

TEST(MemoryTicket, GivesKeysToTheServerAfterTheFirstFlightToo) {
  const MemoryContexts contexts = pinned_contexts();
  MemoryEnds ends(contexts);
  ASSERT_TRUE(ends.client->use_ticket(ticket_of(contexts)));
  ASSERT_TRUE(ends.server->on_bytes(ends.client->take_bytes()));
  EXPECT_TRUE(ends.server->has_keys());
  EXPECT_FALSE(ends.server->finished());
  EXPECT_TRUE(ends.server->resumed());
}

TEST(MemoryTicket, AnotherServerIsStillJudgedByThePin) {
  const MemoryContexts contexts = pinned_contexts();
  const Bytes ticket = ticket_of(contexts);
  const MemoryContexts other = pinned_contexts();
  MemoryEnds ends(contexts);
  ASSERT_TRUE(ends.client->use_ticket(ticket));
  ends.server = MemoryHandshake::server(other.server, "a client", {});
  run_exchange(ends);
  EXPECT_FALSE(ends.client->finished());
  EXPECT_EQ(ends.client_error.code, Errc::Denied);
}

TEST(MemoryTicket, ARestartedServerMakesAWholeExchange) {
  Identity gateway = make_identity("mail.test");
  ClientOptions options = memory_client_options();
  options.by_pin = VerifyByPin{gateway.chain.front().pin()};
  const Context client = Context::client(std::move(options)).value();
  const auto copy = [&gateway] {
    crypto::PrivateKey key = *crypto::PrivateKey::from_pem(gateway.key.to_pem());
    return identity_of(*crypto::Certificate::from_der(gateway.chain.front().to_der()), std::move(key));
  };
  const Context before = memory_server(copy(), true);
  const Context after = memory_server(copy(), true);
  MemoryEnds first(client, before);
  run_exchange(first);
  ASSERT_TRUE(first.finished());
  MemoryEnds second(client, after);
  ASSERT_TRUE(second.client->use_ticket(first.client->take_ticket()));
  run_exchange(second);
  ASSERT_TRUE(second.finished()) << codec::to_string(second.client_error);
  EXPECT_FALSE(second.client->resumed() || second.server->resumed());
}

TEST(MemoryTicket, IsNotUsedForAnotherHostOrDevice) {
  const MemoryContexts contexts = pinned_contexts();
  const Bytes ticket = ticket_of(contexts);
  const auto elsewhere = MemoryHandshake::client(contexts.client, "other.test", {});
  EXPECT_EQ(elsewhere->use_ticket(ticket).error().code, Errc::Conflict);
  const auto other_pin = MemoryHandshake::client(pinned_contexts().client, "mail.test", {});
  EXPECT_EQ(other_pin->use_ticket(ticket).error().code, Errc::Conflict);
}

TEST(MemoryTicket, BytesThatAreNoneAreRefused) {
  const MemoryContexts contexts = pinned_contexts();
  const Bytes ticket = ticket_of(contexts);
  const auto refused = [&contexts](ByteView bytes) {
    return !MemoryHandshake::client(contexts.client, "mail.test", {})->use_ticket(bytes);
  };
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused(as_bytes("ticket")));
  EXPECT_TRUE(refused(Bytes(100'000, std::byte{1})));
  for (std::size_t size = 0; size < ticket.size(); size += 11) EXPECT_TRUE(refused(ByteView(ticket).first(size)));
}

TEST(MemoryTicket, AnExchangeThatFailedLeavesNone) {
  const MemoryContexts contexts = pinned_contexts();
  MemoryEnds ends(contexts);
  EXPECT_TRUE(ends.client->take_ticket().empty());
  EXPECT_FALSE(ends.client->on_bytes(as_bytes("no TLS at all")));
  EXPECT_TRUE(ends.client->take_ticket().empty());
}

}  // namespace
}  // namespace booster::tls
