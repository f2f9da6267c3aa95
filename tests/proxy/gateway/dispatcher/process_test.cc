// Real processes: exec'd workers and broker, one of them killed with -9.
#include <csignal>
#include <set>
#include <sstream>

#include "tests/proxy/gateway/dispatcher/world.h"

namespace proxy::gateway::dispatcher {
namespace {

// What a descriptor of a process is: "socket:[123]", "pipe:[7]", a path.
std::vector<std::string> descriptors(int pid) {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd", error))
    found.push_back(std::filesystem::read_symlink(entry.path(), error).string());
  return found;
}

int parent_of(int pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  std::string word;
  while (status >> word)
    if (word == "PPid:") break;
  int parent = 0;
  status >> parent;
  return parent;
}

// Of the process's sockets those that are TCP or UDP.
std::size_t network_sockets(int pid) {
  std::set<std::string> inodes;
  for (const char* table : {"tcp", "tcp6", "udp", "udp6"}) {
    std::ifstream rows(std::string("/proc/net/") + table);
    std::string row;
    while (std::getline(rows, row)) {
      std::istringstream words(row);
      std::string word;
      for (int i = 0; i < 10 && words >> word; ++i) {
      }
      inodes.insert("socket:[" + word + "]");
    }
  }
  std::size_t count = 0;
  for (const std::string& descriptor : descriptors(pid)) count += inodes.contains(descriptor) ? 1 : 0;
  return count;
}

CORO_TEST_REAL(Processes, AKilledWorkerTakesOnlyItsAgentsAndTheBrokerHasNoNetwork) {
  Gateway gateway(loop, co_await runtime::current_cancel(), 3, 1);
  ProgramOptions options;
  options.program = PACKETBOAT_GATEWAY_CHILD;
  ProcessLauncher launcher(loop, options);
  gateway.start(launcher);
  CO_ASSERT_OK(co_await gateway.front->ready());
  const auto client = gateway.client();
  const std::pair<std::string, std::string> users[] = {
      {"alice@example.org", "a"}, {"bob@example.org", "b"}, {"carol@example.org", "c"}};
  std::uint32_t handle = 0;
  for (const auto& [address, password] : users) {
    auto result = co_await client->login(++handle, address, password);
    CO_ASSERT_OK(result);
    while (result && result->code == Code::Waiting) result = co_await client->next<sync::LoginResult>();
    CO_ASSERT_OK(result);
    EXPECT_EQ(result->code, Code::Ok) << result->text;
  }
  std::set<int> pids;
  for (const ProcessStatus& row : gateway.front->status().processes) {
    pids.insert(row.pid);
    EXPECT_EQ(parent_of(row.pid), ::getpid()) << row.kind;
    EXPECT_EQ(network_sockets(row.pid), 0U) << row.kind;
  }
  EXPECT_EQ(pids.size(), 4U);
  const int dead = gateway.agent_of("bob@example.org").worker_pid;
  {
    const auto alices = co_await client->open(1);
    const auto carols = co_await client->open(3);
    CO_ASSERT_OK(alices);
    CO_ASSERT_OK(carols);
    CO_ASSERT_OK(co_await TestClient::line(**alices));
    CO_ASSERT_OK(co_await TestClient::line(**carols));
    CO_ASSERT_TRUE(::kill(dead, SIGKILL) == 0);
    const auto lost = co_await client->next<sync::AgentLost>();
    CO_ASSERT_OK(lost);
    EXPECT_EQ(lost->account.value, 2U);
    const auto ready = co_await client->next<sync::AgentReady>();
    CO_ASSERT_OK(ready);
    EXPECT_EQ(ready->account.value, 2U);
    carrier::MuxStream* const others[] = {alices->get(), carols->get()};
    for (carrier::MuxStream* stream : others) {
      CO_ASSERT_OK(co_await stream->write(as_bytes("still here\n")));
      const auto echoed = co_await TestClient::line(*stream);
      CO_ASSERT_OK(echoed);
      EXPECT_EQ(*echoed, "still here");
    }
    const auto bobs = co_await client->open(2);
    CO_ASSERT_OK(bobs);
    const auto greeting = co_await TestClient::line(**bobs);
    CO_ASSERT_OK(greeting);
    EXPECT_EQ(*greeting, "bob@example.org");
  }
  EXPECT_NE(gateway.agent_of("bob@example.org").worker_pid, dead);
  co_await client->end();
  co_await gateway.end();
}

}  // namespace
}  // namespace proxy::gateway::dispatcher
