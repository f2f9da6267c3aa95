// The UDP socket's conformance suite, run over every family and with every fast path off in turn.
#include "booster/net/udp_socket.h"

#include <algorithm>

#include "tests/booster/net/udp_ends.h"

namespace booster::net {
namespace {

using std::chrono::milliseconds;

std::vector<UdpOptions> every_way(const UdpOptions& base) {
  std::vector<UdpOptions> ways(5, base);
  ways[1].send_segments = false;
  ways[2].receive_segments = false;
  ways[3].batches = false;
  ways[4].send_segments = ways[4].receive_segments = ways[4].batches = false;
  return ways;
}

void expect_as_sent(const std::vector<UdpSeen>& seen, const Bytes& run, std::size_t segment) {
  std::size_t at = 0;
  for (const UdpSeen& one : seen) {
    const ByteView want = ByteView(run).subspan(at, std::min(segment, run.size() - at));
    EXPECT_TRUE(std::ranges::equal(one.bytes, want)) << "at octet " << at;
    at += want.size();
  }
  EXPECT_EQ(at, run.size());
}

// From `client` to `host`, where `gateway` listens, and back from the very address.
Task<void> converses(UdpSocket& client, UdpSocket& gateway, const std::string& host) {
  const UdpEndpoint door = udp_endpoint(host, gateway.local().port);
  const Bytes run = udp_run(10, 1200, 300);
  UdpRoute route;
  route.remote = door;
  const runtime::TimePoint before = runtime::read_boot_clock();
  const Result<SendOutcome> sent = client.send(run, 1200, route, Ecn::Ect0);
  CO_ASSERT_OK(sent);
  EXPECT_EQ(sent->status, SendStatus::Sent);
  EXPECT_EQ(sent->bytes, run.size());
  const std::vector<UdpSeen> seen = co_await collect(gateway, 11);
  CO_ASSERT_TRUE(seen.size() == 11);
  expect_as_sent(seen, run, 1200);
  const UdpFeatures& features = gateway.features();
  for (const UdpSeen& one : seen) {
    EXPECT_EQ(one.remote.port, client.local().port);
    if (features.ecn) {
      EXPECT_EQ(one.ecn, Ecn::Ect0);
    }
    if (features.local_address) {
      EXPECT_EQ(one.local.ip, door.ip);
    }
    if (features.local_address) {
      EXPECT_NE(one.local.interface, 0U);
    }
    EXPECT_EQ(one.local.port, door.port);
    EXPECT_GE(one.received, before - milliseconds(1));
    EXPECT_LE(one.received, runtime::read_boot_clock());
  }
  UdpRoute back;
  back.local = seen[0].local;
  back.remote = seen[0].remote;
  CO_ASSERT_OK(gateway.send(as_bytes("answer"), 1200, back, Ecn::Ce));
  const std::vector<UdpSeen> answer = co_await collect(client, 1);
  CO_ASSERT_TRUE(answer.size() == 1);
  EXPECT_EQ(as_text(answer[0].bytes), "answer");
  if (features.local_address) {
    EXPECT_EQ(answer[0].remote, door);
  }
  if (features.ecn) {
    EXPECT_EQ(answer[0].ecn, Ecn::Ce);
  }
}

Task<void> says_too_large(UdpSocket& client, UdpSocket& gateway, const std::string& host) {
  UdpRoute route;
  route.remote = udp_endpoint(host, gateway.local().port);
  const Bytes huge(70'000);
  const Result<SendOutcome> sent = client.send(huge, huge.size(), route, Ecn::NotEct);
  CO_ASSERT_OK(sent);
  EXPECT_EQ(sent->status, SendStatus::TooLarge);
  EXPECT_EQ(sent->bytes, 0U);
}

Task<void> udp_conforms(runtime::Loop& loop, const std::string& from, const std::string& at, const std::string& host) {
  for (const UdpOptions& client_way : every_way(udp_options(from))) {
    for (const UdpOptions& gateway_way : every_way(udp_options(at))) {
      const auto client = UdpSocket::open(loop, client_way);
      const auto gateway = UdpSocket::open(loop, gateway_way);
      CO_ASSERT_OK(client);
      CO_ASSERT_OK(gateway);
      const std::string ways =
          "client " + (*client)->features().to_string() + "; gateway " + (*gateway)->features().to_string();
      SCOPED_TRACE(ways);
      co_await converses(**client, **gateway, host);
      co_await says_too_large(**client, **gateway, host);
      UdpBatch batch;
      EXPECT_EQ((*gateway)->receive(batch).value_or(9), 0U);
    }
  }
}

CORO_TEST_REAL(UdpConformance, Ipv4) {
  co_await udp_conforms(loop, "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1");
}

CORO_TEST_REAL(UdpConformance, AWildcardAnswersFromTheAddressThatWasAsked) {
  co_await udp_conforms(loop, "0.0.0.0:0", "0.0.0.0:0", "127.0.0.7");
}

CORO_TEST_REAL(UdpConformance, Ipv6) {
  if (!has_ipv6(loop)) co_return;
  co_await udp_conforms(loop, "[::1]:0", "[::1]:0", "::1");
}

CORO_TEST_REAL(UdpConformance, OneSocketServesBothFamilies) {
  if (!has_ipv6(loop)) co_return;
  co_await udp_conforms(loop, "[::]:0", "[::]:0", "::1");
  co_await udp_conforms(loop, "[::]:0", "[::]:0", "127.0.0.7");
  co_await udp_conforms(loop, "127.0.0.1:0", "[::]:0", "127.0.0.7");
}

CORO_TEST_REAL(UdpSocket, AForcedInterfaceIsObeyed) {
  const auto socket = UdpSocket::open(loop, udp_options("0.0.0.0:0"));
  CO_ASSERT_OK(socket);
  UdpRoute route;
  route.remote = udp_endpoint("127.0.0.1", (*socket)->local().port);
  CO_ASSERT_OK((*socket)->send(as_bytes("x"), 100, route, Ecn::NotEct));
  const std::vector<UdpSeen> seen = co_await collect(**socket, 1);
  CO_ASSERT_TRUE(seen.size() == 1);
  if (!(*socket)->features().local_address) co_return;
  route.local.interface = seen[0].local.interface;
  EXPECT_EQ((*socket)->send(as_bytes("x"), 100, route, Ecn::NotEct)->status, SendStatus::Sent);
  route.local.interface = 0x7ffffff;
  EXPECT_EQ((*socket)->send(as_bytes("x"), 100, route, Ecn::NotEct)->status, SendStatus::NoSource);
}

CORO_TEST_REAL(UdpSocket, ASourceThatIsNotOursIsNoErrorOfTheSocket) {
  const auto socket = UdpSocket::open(loop, udp_options("0.0.0.0:0"));
  CO_ASSERT_OK(socket);
  if (!(*socket)->features().local_address) co_return;
  UdpRoute route;
  route.local = udp_endpoint("203.0.113.77", 0);
  route.remote = udp_endpoint("127.0.0.1", 9);
  const Bytes run = udp_run(3, 1200, 0);
  const Result<SendOutcome> sent = (*socket)->send(run, 1200, route, Ecn::NotEct);
  CO_ASSERT_OK(sent);
  EXPECT_TRUE(sent->status == SendStatus::NoSource || sent->status == SendStatus::Unreachable);
  route.local = UdpEndpoint();
  EXPECT_EQ((*socket)->send(run, 1200, route, Ecn::NotEct)->status, SendStatus::Sent);
}

CORO_TEST_REAL(UdpSocket, AFamilyThatTheSocketHasNotIsUnreachable) {
  const auto socket = UdpSocket::open(loop, udp_options("127.0.0.1:0"));
  CO_ASSERT_OK(socket);
  UdpRoute route;
  route.remote = udp_endpoint("2001:db8::1", 9);
  EXPECT_EQ((*socket)->send(as_bytes("x"), 100, route, Ecn::NotEct)->status, SendStatus::Unreachable);
}

CORO_TEST_REAL(UdpSocket, APortIsSharedOnlyWhereAllAgree) {
  UdpOptions shared = udp_options("127.0.0.1:0");
  shared.share_port = true;
  const auto first = UdpSocket::open(loop, shared);
  CO_ASSERT_OK(first);
  shared.bind = (*first)->local().address();
  EXPECT_TRUE(UdpSocket::open(loop, shared));
  shared.share_port = false;
  const auto stranger = UdpSocket::open(loop, shared);
  CO_ASSERT_TRUE(!stranger);
  EXPECT_NE(stranger.error().what.find(shared.bind.to_string()), std::string::npos) << stranger.error().what;
}

CORO_TEST_REAL(UdpSocket, ADeviceThatIsNotThereIsNamed) {
  UdpOptions options = udp_options("127.0.0.1:0");
  options.device = "no-such-device";
  const auto socket = UdpSocket::open(loop, options);
  CO_ASSERT_TRUE(!socket);
  EXPECT_NE(socket.error().what.find("no-such-device"), std::string::npos) << socket.error().what;
}

CORO_TEST_REAL(UdpSocket, ManyDatagramsComeInOrderThroughSeveralBatches) {
  UdpOptions options = udp_options("127.0.0.1:0");
  options.send_segments = options.receive_segments = false;
  const auto socket = UdpSocket::open(loop, options);
  CO_ASSERT_OK(socket);
  UdpRoute route;
  route.remote = (*socket)->local();
  const Bytes run = udp_run(100, 500, 0);
  EXPECT_EQ((*socket)->send(run, 500, route, Ecn::NotEct)->bytes, run.size());
  const std::vector<UdpSeen> seen = co_await collect(**socket, 100);
  expect_as_sent(seen, run, 500);
  EXPECT_TRUE(std::ranges::is_sorted(seen, {}, &UdpSeen::received));
}

CORO_TEST_REAL(UdpSocket, AnEmptyDatagramIsNobodys) {
  const auto socket = UdpSocket::open(loop, udp_options("127.0.0.1:0"));
  CO_ASSERT_OK(socket);
  const int stranger = ::socket(AF_INET, SOCK_DGRAM, 0);
  const Address door = (*socket)->local().address();
  EXPECT_EQ(::sendto(stranger, "", 0, 0, door.get(), door.size()), 0);
  EXPECT_EQ(::sendto(stranger, "full", 4, 0, door.get(), door.size()), 4);
  ::close(stranger);
  const std::vector<UdpSeen> seen = co_await collect(**socket, 1);
  CO_ASSERT_TRUE(seen.size() == 1);
  EXPECT_EQ(as_text(seen[0].bytes), "full");
}

Task<Result<>> wait_and_note(UdpSocket& socket, Errc& end) {
  const Result<> result = co_await socket.readable();
  end = result ? Errc::Conflict : result.error().code;
  co_return Result<>();
}

CORO_TEST_REAL(UdpSocket, ClosingEndsAWaitAndCancellingLeavesTheSocketAlive) {
  auto socket = UdpSocket::open(loop, udp_options("127.0.0.1:0"));
  CO_ASSERT_OK(socket);
  const Result<> cancelled = co_await runtime::with_timeout(milliseconds(5), (*socket)->readable());
  EXPECT_EQ(cancelled.error().code, Errc::Timeout);
  Errc end = Errc::Io;
  runtime::TaskScope scope(loop, co_await runtime::current_cancel());
  scope.spawn("wait", wait_and_note(**socket, end));
  CO_ASSERT_OK(co_await runtime::sleep_for(milliseconds(5)));
  UdpRoute route;
  route.remote = (*socket)->local();
  CO_ASSERT_OK((*socket)->send(as_bytes("x"), 100, route, Ecn::NotEct));
  co_await scope.join();
  EXPECT_EQ(end, Errc::Conflict);  // no error: it was readable
  UdpBatch batch;
  EXPECT_EQ((*socket)->receive(batch).value_or(0), 1U);
  scope.spawn("wait", wait_and_note(**socket, end));
  CO_ASSERT_OK(co_await runtime::sleep_for(milliseconds(5)));
  (*socket)->close();
  co_await scope.join();
  EXPECT_EQ(end, Errc::Closed);
  EXPECT_EQ((*socket)->receive(batch).error().code, Errc::Closed);
  EXPECT_EQ((*socket)->send(as_bytes("x"), 100, route, Ecn::NotEct).error().code, Errc::Closed);
}

CORO_TEST_REAL(UdpSocket, ABatchThatIsNotFullFoundTheQueueEmpty) {
  UdpOptions options = udp_options("127.0.0.1:0");
  options.receive_segments = options.send_segments = false;
  const auto socket = UdpSocket::open(loop, options);
  CO_ASSERT_OK(socket);
  UdpRoute route;
  route.remote = (*socket)->local();
  UdpBatch batch;
  CO_ASSERT_OK((*socket)->receive(batch));
  EXPECT_FALSE(batch.is_full());
  CO_ASSERT_OK((*socket)->send(udp_run(33, 100, 0), 100, route, Ecn::NotEct));
  EXPECT_EQ((*socket)->receive(batch).value_or(0), 32U);
  EXPECT_TRUE(batch.is_full());
  EXPECT_EQ((*socket)->receive(batch).value_or(0), 1U);
  EXPECT_FALSE(batch.is_full());
}

TEST(UdpEndpoint, IsTheSameForAnAddressInBothForms) {
  EXPECT_EQ(udp_endpoint("192.0.2.1", 443), udp_endpoint("::ffff:192.0.2.1", 443));
  EXPECT_EQ(udp_endpoint("192.0.2.1", 443).address().to_string(), "192.0.2.1:443");
  EXPECT_EQ(udp_endpoint("2001:db8::1", 443).address().to_string(), "[2001:db8::1]:443");
  EXPECT_TRUE(udp_endpoint("0.0.0.0", 1).is_unspecified() && udp_endpoint("::", 1).is_unspecified());
  EXPECT_FALSE(udp_endpoint("0.0.0.1", 1).is_unspecified() || udp_endpoint("::1", 1).is_unspecified());
  EXPECT_FALSE(UdpEndpoint::of(*Address::parse("unix:/run/x.sock")));
}

}  // namespace
}  // namespace booster::net
