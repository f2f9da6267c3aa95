// An exchange between our own ends: keys, parameters, sizes, and pieces of any size.
#include "booster/tls/memory_handshake.h"

#include "tests/booster/tls/memory_ends.h"

namespace booster::tls {
namespace {

constexpr std::string_view kLabel = "EXPORTER-packetboat-test";

void expect_whole(const MemoryEnds& ends) {
  ASSERT_TRUE(ends.finished()) << codec::to_string(ends.client_error) << "; " << codec::to_string(ends.server_error);
  EXPECT_EQ(ends.client->export_key(kLabel, as_bytes("ids"), 64), ends.server->export_key(kLabel, as_bytes("ids"), 64));
  EXPECT_EQ(as_text(ends.client->peer_parameters()), "from the server");
  EXPECT_EQ(as_text(ends.server->peer_parameters()), "from the client");
  EXPECT_EQ(ends.client->aead(), ends.server->aead());
}

TEST(MemoryHandshake, GivesBothEndsKeysParametersAndEachOthersCertificate) {
  const MemoryContexts contexts = pinned_contexts();
  MemoryEnds ends(contexts);
  run_exchange(ends);
  expect_whole(ends);
  EXPECT_EQ(ends.server->peer_certificate()->pin(), contexts.device);
  EXPECT_EQ(ends.client->peer_certificate()->common_name(), "mail.test");
  EXPECT_FALSE(ends.client->resumed() || ends.server->resumed());
  EXPECT_EQ(ends.client->aead(), Aead::Aes128Gcm);
}

TEST(MemoryHandshake, TakesPiecesOfAnySize) {
  const MemoryContexts contexts = pinned_contexts();
  for (const std::size_t piece : {1, 2, 3, 5, 7, 100, 1000}) {
    MemoryEnds ends(contexts);
    run_exchange(ends, piece);
    expect_whole(ends);
  }
}

TEST(MemoryHandshake, TakesEachFlightCutInTwoAnywhere) {
  const MemoryContexts contexts = pinned_contexts();
  bool cut_something = true;
  for (std::size_t cut = 1; cut_something; cut += 29) {
    MemoryEnds ends(contexts);
    cut_something = false;
    for (bool silent = false; !silent;) {
      silent = true;
      for (const bool up : {true, false}) {
        MemoryHandshake& from = up ? *ends.client : *ends.server;
        MemoryHandshake& to = up ? *ends.server : *ends.client;
        const Bytes flight = from.take_bytes();
        if (flight.empty()) continue;
        silent = false;
        cut_something = cut_something || cut < flight.size();
        const std::size_t at = std::min(cut, flight.size());
        give(to, ByteView(flight).first(at), at, ends.client_error);
        give(to, ByteView(flight).subspan(at), flight.size(), ends.client_error);
      }
    }
    expect_whole(ends);
  }
}

TEST(MemoryHandshake, TheServerHasKeysAfterTheClientsFirstFlightAlone) {
  MemoryEnds ends(pinned_contexts());
  const Bytes hello = ends.client->take_bytes();
  ASSERT_TRUE(ends.server->on_bytes(ByteView(hello).first(hello.size() - 1)));
  EXPECT_FALSE(ends.server->has_keys());
  EXPECT_TRUE(ends.server->take_bytes().empty());
  ASSERT_TRUE(ends.server->on_bytes(ByteView(hello).last(1)));
  EXPECT_TRUE(ends.server->has_keys());
  EXPECT_FALSE(ends.server->finished());
  EXPECT_EQ(as_text(ends.server->peer_parameters()), "from the client");
  const Bytes early = ends.server->export_key(kLabel, as_bytes("ids"), 64);
  EXPECT_FALSE(ends.client->has_keys());
  run_exchange(ends);
  expect_whole(ends);
  EXPECT_EQ(ends.client->export_key(kLabel, as_bytes("ids"), 64), early);
  EXPECT_EQ(ends.server->export_key(kLabel, as_bytes("ids"), 64), early);
}

TEST(MemoryHandshake, KeysDifferByContextLabelAndExchange) {
  const MemoryContexts contexts = pinned_contexts();
  MemoryEnds ends(contexts);
  MemoryEnds others(contexts);
  run_exchange(ends);
  run_exchange(others);
  ASSERT_TRUE(ends.finished() && others.finished());
  const Bytes key = ends.client->export_key(kLabel, as_bytes("ids"), 64);
  EXPECT_NE(key, ends.client->export_key(kLabel, as_bytes("other ids"), 64));
  EXPECT_NE(key, ends.client->export_key("EXPORTER-other", as_bytes("ids"), 64));
  EXPECT_NE(key, others.client->export_key(kLabel, as_bytes("ids"), 64));
}

TEST(MemoryHandshake, ADeviceWithoutAesInstructionsGetsChaCha) {
  MemoryEnds ends(pinned_contexts({.fast_aes = false}));
  run_exchange(ends);
  expect_whole(ends);
  EXPECT_EQ(ends.client->aead(), Aead::ChaCha20Poly1305);
}

TEST(MemoryHandshake, ADeviceMayShowNoCertificate) {
  for (const bool ask : {true, false}) {
    MemoryEnds ends(pinned_contexts({.device = false, .ask = ask}));
    run_exchange(ends);
    expect_whole(ends);
    EXPECT_FALSE(ends.server->peer_certificate());
  }
}

TEST(MemoryHandshake, ParametersMayBeAbsentOrAsLongAsAllowed) {
  const MemoryContexts contexts = pinned_contexts();
  for (const std::size_t size : {std::size_t{0}, kMaxParameters}) {
    const Bytes parameters(size, std::byte{0xa5});
    MemoryEnds ends(contexts);
    ends.client = MemoryHandshake::client(contexts.client, "mail.test", parameters);
    ends.server = MemoryHandshake::server(contexts.server, "a client", parameters);
    run_exchange(ends);
    ASSERT_TRUE(ends.finished());
    EXPECT_EQ(ends.client->peer_parameters(), parameters);
    EXPECT_EQ(ends.server->peer_parameters(), parameters);
  }
}

TEST(MemoryHandshake, TheFirstFlightsAreSmall) {
  const MemoryContexts contexts = pinned_contexts({.device = false});
  const MemoryContexts proving = pinned_contexts();
  const Bytes parameters(32);
  for (const MemoryContexts* each : {&contexts, &proving}) {
    MemoryEnds ends(*each);
    ends.client = MemoryHandshake::client(each->client, "mail.test", parameters);
    ends.server = MemoryHandshake::server(each->server, "a client", parameters);
    run_exchange(ends);
    ASSERT_TRUE(ends.finished());
    ASSERT_EQ(ends.flights.size(), 4U);
    std::printf("flights: hello %zu, server %zu, finished %zu%s, ticket %zu\n", ends.flights[0], ends.flights[1],
                ends.flights[2], each == &proving ? " with certificate" : "", ends.flights[3]);
    EXPECT_LE(ends.flights[0], 600U);
    EXPECT_LE(ends.flights[1], 1100U);
    EXPECT_LE(ends.flights[2], each == &proving ? 800U : 120U);
    EXPECT_LE(ends.flights[3], 120U);
  }
}

}  // namespace
}  // namespace booster::tls
