#include "proxy/gateway/broker/broker.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "booster/net/memory_stream.h"
#include "proxy/gateway/broker/messages.h"
#include "proxy/gateway/chain_link.h"
#include "tests/support/coro_test.h"

namespace proxy::gateway::broker {
namespace {

namespace runtime = booster::runtime;
using std::chrono::seconds;

std::filesystem::path fresh_folder() {
  const auto folder = std::filesystem::path(::testing::TempDir()) /
                      (std::string("broker-") + ::testing::UnitTest::GetInstance()->current_test_info()->name() +
                       std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

// A broker and the front's end of its socket.
struct World {
  World(runtime::Loop& loop, runtime::CancelScope& scope)
      : folder(fresh_folder()),
        pair(booster::net::make_memory_pair(loop)),
        link(*pair.client),
        tasks(loop, scope, ignore) {
    tasks.spawn("broker", serve_broker(loop, std::move(pair.server)));
    tasks.spawn("writer", link.write_all());
    Configure configure;
    configure.key_file = folder / "refused.key";
    configure.masters = {{"example.org", folder / "master"}};
    std::ofstream(folder / "master") << "master secret\n";
    send(std::move(configure));
  }
  static void ignore(const std::string&, const Error&) {}
  void send(const Message& message) { EXPECT_TRUE(link.send(encode(message))); }
  template <class T>
  Task<Result<T>> receive() {
    CO_TRY_ASSIGN(const codec::property::Chain chain, co_await link.next());
    CO_TRY_ASSIGN(Message message, decode_message(chain));
    if (!std::holds_alternative<T>(message)) co_return fail(Errc::Protocol, "another message");
    co_return std::get<T>(std::move(message));
  }
  Task<Result<Answer>> ask(std::string account, std::string network, std::string password, bool enrolled = false) {
    send(Ask{++call, std::move(account), std::move(network), enrolled, Secret::of_text(password)});
    co_return co_await receive<Answer>();
  }
  Task<Result<KnownRefusal>> refuse() {
    send(Report{call, Report::Result::Refused, false});
    co_return co_await receive<KnownRefusal>();
  }
  Task<void> end() {
    tasks.cancel();
    co_await tasks.join();
    std::filesystem::remove_all(folder);
  }
  std::filesystem::path folder;
  booster::net::MemoryPair pair;
  ChainLink link;
  runtime::TaskScope tasks;
  std::uint64_t call = 0;
};

CORO_TEST(Broker, ARefusedPasswordIsNotTriedAgainAndCostsItsOwnerNothing) {
  World world(loop, co_await runtime::current_cancel());
  auto answer = co_await world.ask("alice@example.org", "192.0.2.0/24", "stale");
  CO_ASSERT_OK(answer);
  EXPECT_EQ(answer->verdict, Answer::Verdict::Go);
  CO_ASSERT_OK(co_await world.refuse());
  for (int i = 0; i < 30; ++i) {  // an old phone goes on trying
    answer = co_await world.ask("alice@example.org", "192.0.2.0/24", "stale");
    CO_ASSERT_OK(answer);
    EXPECT_EQ(answer->verdict, Answer::Verdict::Known);
    EXPECT_GT(answer->again, seconds(3000));
  }
  const runtime::TimePoint start = loop.now();
  answer = co_await world.ask("alice@example.org", "192.0.2.0/24", "right");
  CO_ASSERT_OK(answer);
  EXPECT_EQ(answer->verdict, Answer::Verdict::Go);
  EXPECT_LE(loop.now() - start, seconds(2));
  co_await world.end();
}

CORO_TEST(Broker, ATagIsOfOneAccountAndSurvivesInTheStateFileOnly) {
  World world(loop, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await world.ask("alice@example.org", "192.0.2.0/24", "secret"));
  const auto refusal = co_await world.refuse();
  CO_ASSERT_OK(refusal);
  EXPECT_EQ(codec::to_string(ByteView(refusal->tag)).find("secret"), std::string::npos);
  // CVE-2025-30189: users must not share one key. Bob's password may well be the one Alice mistyped.
  const auto bob = co_await world.ask("bob@example.org", "198.51.100.0/24", "secret");
  CO_ASSERT_OK(bob);
  EXPECT_EQ(bob->verdict, Answer::Verdict::Go);
  co_await world.end();
}

CORO_TEST(Broker, ThePasswordOfALoggedInUserIsKeptUntilForgotten) {
  World world(loop, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await world.ask("alice@example.org", "192.0.2.0/24", "right"));
  world.send(Fetch{7, "alice@example.org", ""});
  auto fetched = co_await world.receive<Fetched>();
  CO_ASSERT_OK(fetched);
  EXPECT_FALSE(fetched->found);  // not before the mail server has said yes
  world.send(Report{world.call, Report::Result::Accepted, true});
  world.send(Fetch{8, "alice@example.org", ""});
  fetched = co_await world.receive<Fetched>();
  CO_ASSERT_OK(fetched);
  EXPECT_EQ(fetched->password.reveal_text(), "right");
  world.send(Fetch{9, "bob@example.org", ""});
  fetched = co_await world.receive<Fetched>();
  CO_ASSERT_OK(fetched);
  EXPECT_FALSE(fetched->found);
  world.send(Forget{"alice@example.org"});
  world.send(Fetch{10, "alice@example.org", ""});
  fetched = co_await world.receive<Fetched>();
  CO_ASSERT_OK(fetched);
  EXPECT_FALSE(fetched->found);
  co_await world.end();
}

CORO_TEST(Broker, TheMastersPasswordIsReadHereAndGivenForItsDomainOnly) {
  World world(loop, co_await runtime::current_cancel());
  world.send(Fetch{1, "", "example.org"});
  auto fetched = co_await world.receive<Fetched>();
  CO_ASSERT_OK(fetched);
  EXPECT_EQ(fetched->password.reveal_text(), "master secret");
  world.send(Fetch{2, "", "example.net"});
  fetched = co_await world.receive<Fetched>();
  CO_ASSERT_OK(fetched);
  EXPECT_FALSE(fetched->found);
  co_await world.end();
}

CORO_TEST(Broker, AMessageOfTheWrongSideEndsIt) {
  World world(loop, co_await runtime::current_cancel());
  world.send(Fetched{1, true, Secret::of_text("x")});
  EXPECT_FALSE(co_await world.link.next());
  co_await world.end();
}

}  // namespace
}  // namespace proxy::gateway::broker
