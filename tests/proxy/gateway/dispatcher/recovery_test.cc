#include "tests/proxy/gateway/dispatcher/world.h"

namespace proxy::gateway::dispatcher {
namespace {

CORO_TEST(Recovery, ADeadWorkerTakesOnlyItsAgentsAndTheyComeBackByThemselves) {
  Gateway gateway(loop, co_await runtime::current_cancel(), 3, 1);
  CO_ASSERT_OK(co_await gateway.up());
  const auto client = gateway.client();
  const std::pair<std::string, std::string> users[] = {{"alice@example.org", "a"}, {"bob@example.org", "b"}};
  std::uint32_t handle = 0;
  for (const auto& [address, password] : users) {
    const auto result = co_await client->login(++handle, address, password);
    CO_ASSERT_OK(result);
    CO_ASSERT_TRUE(result->code == Code::Ok);
  }
  const int dead = gateway.agent_of("alice@example.org").worker_pid;
  CO_ASSERT_TRUE(dead != gateway.agent_of("bob@example.org").worker_pid);
  {
    const auto alices = co_await client->open(1);
    const auto bobs = co_await client->open(2);
    CO_ASSERT_OK(alices);
    CO_ASSERT_OK(bobs);
    CO_ASSERT_OK(co_await TestClient::line(**alices));
    CO_ASSERT_OK(co_await TestClient::line(**bobs));
    gateway.launcher.children[dead]->kill();
    EXPECT_FALSE(co_await TestClient::line(**alices));
    const auto lost = co_await client->next<sync::AgentLost>();
    CO_ASSERT_OK(lost);
    EXPECT_EQ(lost->account.value, 1U);
    const auto ready = co_await client->next<sync::AgentReady>();
    CO_ASSERT_OK(ready);
    EXPECT_EQ(ready->account.value, 1U);
    CO_ASSERT_OK(co_await (*bobs)->write(as_bytes("still here\n")));
    const auto echoed = co_await TestClient::line(**bobs);
    CO_ASSERT_OK(echoed);
    EXPECT_EQ(*echoed, "still here");
    const auto anew = co_await client->open(1);
    CO_ASSERT_OK(anew);
    EXPECT_TRUE(co_await TestClient::line(**anew));
  }
  EXPECT_EQ(gateway.front->status().counters.agents_recovered, 1U);
  co_await client->end();
  co_await gateway.end();
}

CORO_TEST(Recovery, WithoutACredentialTheUserIsAskedToLogInAgain) {
  Gateway gateway(loop, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await gateway.up());
  const auto client = gateway.client();
  CO_ASSERT_OK(co_await client->login(1, "alice@example.org", "a"));
  for (const ProcessStatus& row : gateway.front->status().processes)
    gateway.launcher.children[row.pid]->kill();  // broker and worker
  CO_ASSERT_OK(co_await client->next<sync::AgentLost>());
  const auto result = co_await client->next<sync::LoginResult>();
  CO_ASSERT_OK(result);
  EXPECT_EQ(result->code, Code::Failed);
  const auto again = co_await client->login(1, "alice@example.org", "a");
  CO_ASSERT_OK(again);
  EXPECT_EQ(again->code, Code::Ok);
  co_await client->end();
  co_await gateway.end();
}

CORO_TEST(Recovery, AServerThatRefusesNowEndsTheAgentAndSaysSo) {
  Gateway gateway(loop, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await gateway.up());
  const auto client = gateway.client();
  CO_ASSERT_OK(co_await client->login(1, "alice@example.org", "a"));
  const int pid = gateway.agent_of("alice@example.org").worker_pid;
  gateway.launcher.children[pid]->host->end_agents(outcome_of(Code::Refused, "password changed"));
  const auto result = co_await client->next<sync::LoginResult>();
  CO_ASSERT_OK(result);
  EXPECT_EQ(result->code, Code::Refused);
  EXPECT_TRUE(gateway.front->status().agents.empty());
  co_await client->end();
  co_await gateway.end();
}

}  // namespace
}  // namespace proxy::gateway::dispatcher
