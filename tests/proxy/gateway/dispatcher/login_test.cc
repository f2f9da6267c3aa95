#include "tests/proxy/gateway/dispatcher/world.h"

namespace proxy::gateway::dispatcher {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

CORO_TEST(Login, AStreamOpenedBehindTheRequestReachesTheUsersAgent) {
  Gateway gateway(loop, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await gateway.up());
  const auto client = gateway.client();
  CO_ASSERT_OK(co_await client->connected());
  client->send_login(1, "Alice@Example.ORG", "a");
  {
    const auto stream = co_await client->open(1);
    CO_ASSERT_OK(stream);
    const auto greeting = co_await TestClient::line(**stream);
    CO_ASSERT_OK(greeting);
    EXPECT_EQ(*greeting, "alice@example.org");
    CO_ASSERT_OK(co_await (*stream)->write(as_bytes("ping\n")));
    const auto echoed = co_await TestClient::line(**stream);
    CO_ASSERT_OK(echoed);
    EXPECT_EQ(*echoed, "ping");
  }
  const auto result = co_await client->next<sync::LoginResult>();
  CO_ASSERT_OK(result);
  EXPECT_EQ(result->code, Code::Ok);
  EXPECT_EQ(result->server, "imap.example.org");
  co_await client->end();
  co_await gateway.end();
}

CORO_TEST(Login, AWrongPasswordIsRefusedItsStreamsResetAndThePlaceIsFreeAgain) {
  Gateway gateway(loop, co_await runtime::current_cancel(), 1, 1);
  CO_ASSERT_OK(co_await gateway.up());
  const auto client = gateway.client();
  CO_ASSERT_OK(co_await client->connected());
  client->send_login(1, "alice@example.org", "wrong");
  {
    const auto stream = co_await client->open(1);
    CO_ASSERT_OK(stream);
    const auto greeting = co_await TestClient::line(**stream);
    CO_ASSERT_TRUE(!greeting);
    EXPECT_EQ(greeting.error().code, Errc::Denied);
  }
  const auto result = co_await client->next<sync::LoginResult>();
  CO_ASSERT_OK(result);
  EXPECT_EQ(result->code, Code::Refused);
  EXPECT_TRUE(gateway.front->status().agents.empty());
  const int asked = gateway.server.logins;
  const auto again = co_await client->login(1, "alice@example.org", "wrong");
  CO_ASSERT_OK(again);
  EXPECT_EQ(again->code, Code::Refused);
  EXPECT_EQ(gateway.server.logins, asked);  // a refused password is not tried again
  const auto right = co_await client->login(2, "bob@example.org", "b");
  CO_ASSERT_OK(right);
  EXPECT_EQ(right->code, Code::Ok);
  co_await client->end();
  co_await gateway.end();
}

// Proof 7. The agent lives; that says nothing about who comes now.
CORO_TEST(Login, AWrongPasswordToALiveAgentIsRefusedAndHarmsNobody) {
  Gateway gateway(loop, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await gateway.up());
  const auto owner = gateway.client();
  const auto thief = gateway.client();
  const auto first = co_await owner->login(1, "alice@example.org", "a");
  CO_ASSERT_OK(first);
  CO_ASSERT_TRUE(first->code == Code::Ok);
  const auto wrong = co_await thief->login(1, "alice@example.org", "x");
  CO_ASSERT_OK(wrong);
  EXPECT_EQ(wrong->code, Code::Refused);
  const auto none = co_await thief->login(2, "alice@example.org", "");
  CO_ASSERT_OK(none);
  EXPECT_NE(none->code, Code::Ok);
  EXPECT_EQ(gateway.agent_of("alice@example.org").devices, 1U);
  {
    const auto stream = co_await thief->open(1);
    CO_ASSERT_OK(stream);
    EXPECT_FALSE(co_await TestClient::line(**stream));
    const auto own = co_await owner->open(1);
    CO_ASSERT_OK(own);
    EXPECT_TRUE(co_await TestClient::line(**own));
  }
  co_await owner->end();
  co_await thief->end();
  co_await gateway.end();
}

CORO_TEST(Login, ManyDevicesShareTheAgentAndNoneDisplacesAnother) {
  Gateway gateway(loop, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await gateway.up());
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(gateway.client());
    const auto result = co_await clients.back()->login(1, "alice@example.org", "a");
    CO_ASSERT_OK(result);
    CO_ASSERT_TRUE(result->code == Code::Ok);
  }
  EXPECT_EQ(gateway.front->status().agents.size(), 1U);
  EXPECT_EQ(gateway.agent_of("alice@example.org").devices, 4U);
  for (const auto& client : clients) {
    const auto stream = co_await client->open(1);
    CO_ASSERT_OK(stream);
    EXPECT_TRUE(co_await TestClient::line(**stream));
  }
  for (const auto& client : clients) co_await client->end();
  co_await gateway.end();
}

CORO_TEST(Login, AFullPoolSaysWaitingThenNoAgentAndAFreedPlaceServesTheNext) {
  Gateway gateway(loop, co_await runtime::current_cancel(), 1, 1);
  CO_ASSERT_OK(co_await gateway.up());
  const auto client = gateway.client();
  const auto first = co_await client->login(1, "alice@example.org", "a");
  CO_ASSERT_OK(first);
  const runtime::TimePoint start = loop.now();
  auto second = co_await client->login(2, "bob@example.org", "b");
  CO_ASSERT_OK(second);
  EXPECT_EQ(second->code, Code::Waiting);
  second = co_await client->next<sync::LoginResult>();
  CO_ASSERT_OK(second);
  EXPECT_EQ(second->code, Code::NoAgent);
  EXPECT_GE(loop.now() - start, seconds(30));
  client->send(sync::Logoff{{1}});  // an agent in its grace gives way to somebody who waits
  const auto third = co_await client->login(2, "bob@example.org", "b");
  CO_ASSERT_OK(third);
  sync::LoginResult last = *third;
  if (last.code == Code::Waiting) {
    const auto result = co_await client->next<sync::LoginResult>();
    CO_ASSERT_OK(result);
    last = *result;
  }
  EXPECT_EQ(last.code, Code::Ok);
  EXPECT_EQ(gateway.front->status().agents.size(), 1U);
  co_await client->end();
  co_await gateway.end();
}

CORO_TEST(Login, AnAgentIsKeptForItsGraceAndReleasedAfterIt) {
  Gateway gateway(loop, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await gateway.up());
  const auto client = gateway.client();
  CO_ASSERT_OK(co_await client->login(1, "alice@example.org", "a"));
  client->send(sync::Logoff{{1}});
  CO_ASSERT_OK(co_await runtime::sleep_for(minutes(4)));
  EXPECT_EQ(gateway.agent_of("alice@example.org").state, "grace");
  CO_ASSERT_OK(co_await runtime::sleep_for(minutes(2)));
  EXPECT_TRUE(gateway.front->status().agents.empty());
  co_await client->end();
  co_await gateway.end();
}

CORO_TEST(Login, AnUnservedDomainAndABadNameAreToldApartFromAWrongPassword) {
  Gateway gateway(loop, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await gateway.up());
  const auto client = gateway.client();
  const std::string bad[] = {"alice@example.net", "alice*packetboat@example.org", "alice\t@example.org", "alice"};
  for (const std::string& address : bad) {
    const auto result = co_await client->login(1, address, "a");
    CO_ASSERT_OK(result);
    EXPECT_EQ(result->code, Code::NoService) << address;
  }
  EXPECT_EQ(gateway.server.logins, 0);
  co_await client->end();
  co_await gateway.end();
}

CORO_TEST(Login, AProbeAsksTheServerAndLeavesNoAgent) {
  Gateway gateway(loop, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await gateway.up());
  const auto client = gateway.client();
  CO_ASSERT_OK(co_await client->connected());
  client->send_login(1, "alice@example.org", "a", true);
  const auto result = co_await client->next<sync::LoginResult>();
  CO_ASSERT_OK(result);
  EXPECT_EQ(result->code, Code::Ok);
  EXPECT_EQ(result->server, "imap.example.org");
  EXPECT_TRUE(gateway.front->status().agents.empty());
  co_await client->end();
  co_await gateway.end();
}

}  // namespace
}  // namespace proxy::gateway::dispatcher
