// A session that moves: to TLS where UDP does not pass, back again, and to other addresses.
#include "tests/booster/carrier/udp_world.h"

namespace booster::carrier {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kTransfer = 6 << 20;  // both ways; what is asked of the relay happens in its middle

Task<Result<>> soon(Task<Result<>> task) {
  Task<Result<>> own = std::move(task);
  co_return co_await runtime::with_timeout(kUdpTestLimit, std::move(own));
}

CORO_TEST_REAL(UdpMoves, WhereNobodyAnswersOverUdpTlsCarriesAfterTheHeadStart) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.times.head_start.usual = milliseconds(200);
  world.times.back.first = seconds(60);
  world.relay->swallow = true;
  const runtime::TimePoint start = loop.now();
  world.start_client();
  CO_ASSERT_OK(co_await soon(world.until_over(CarrierKind::Tls)));
  EXPECT_GE(loop.now() - start, milliseconds(200));
  int equal = 0;
  CO_ASSERT_OK(co_await echo_compare(*world.client->mux(), 1, 100'000, equal));
  EXPECT_EQ(equal, 1);
  co_await world.end();
}

CORO_TEST_REAL(UdpMoves, SwallowedBeforeTheGatewayAnsweredTheNextSessionBeginsOverTls) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.host.on_admit = [&world] { world.relay->swallow = true; };
  world.start_client();
  const runtime::TimePoint start = loop.now();
  CO_ASSERT_OK(co_await soon(world.until_over(CarrierKind::Tls)));
  EXPECT_LT(loop.now() - start, seconds(20));
  EXPECT_EQ(world.client->sessions_begun(), 2U);
  int equal = 0;
  CO_ASSERT_OK(co_await echo_compare(*world.client->mux(), 1, 100'000, equal));
  EXPECT_EQ(equal, 1);
  co_await world.end();
}

CORO_TEST_REAL(UdpMoves, SwallowedInMidTransferItGoesOnOverTlsAndComesBack) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.start_client();
  CO_ASSERT_OK(co_await soon(world.until_over(CarrierKind::Udp)));
  int equal = 0;
  runtime::TaskScope streams(loop, co_await runtime::current_cancel());
  world.relay->swallow_after(2 << 20);
  streams.spawn("one", echo_compare(*world.client->mux(), 1, kTransfer, equal));
  streams.spawn("other", echo_compare(*world.client->mux(), 2, kTransfer, equal));
  co_await streams.join();
  EXPECT_EQ(equal, 2);
  EXPECT_GT(world.relay->swallowed, 0U);
  EXPECT_EQ(world.client->carrier()->kind(), CarrierKind::Tls);
  EXPECT_EQ(world.client->joins(), 1U);
  world.relay->let_pass();
  CO_ASSERT_OK(co_await soon(world.until_over(CarrierKind::Udp)));
  CO_ASSERT_OK(co_await echo_compare(*world.client->mux(), 3, 100'000, equal));
  EXPECT_EQ(equal, 3);
  EXPECT_EQ(world.client->sessions_begun(), 1U);
  EXPECT_EQ(world.host.sessions, 1);
  co_await world.end();
}

CORO_TEST_REAL(UdpMoves, AJoinWhoseAnswerIsSwallowedOverUdpIsMadeAgainOverTls) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.times.head_start.usual = milliseconds(100);
  world.relay->swallow = true;
  world.start_client();
  CO_ASSERT_OK(co_await soon(world.until_over(CarrierKind::Tls)));
  bool asked = false;
  world.host.on_admit = [&world, &asked] {
    if (!std::exchange(asked, true)) world.relay->swallow = true;
  };
  world.relay->let_pass();
  while (!asked) CO_ASSERT_OK(co_await runtime::sleep_for(milliseconds(5)));
  int equal = 0;
  CO_ASSERT_OK(co_await soon(echo_compare(*world.client->mux(), 1, 100'000, equal)));
  EXPECT_EQ(equal, 1);
  EXPECT_EQ(world.client->carrier()->kind(), CarrierKind::Tls);
  EXPECT_EQ(world.client->joins(), 1U);
  EXPECT_EQ(world.client->sessions_begun(), 1U);
  EXPECT_EQ(world.host.sessions, 1);
  co_await world.end();
}

Task<Result<>> receive_poured(Mux& mux, std::size_t megabytes, std::size_t& count) {
  Bytes wish(1, static_cast<std::byte>(megabytes));
  CO_TRY_ASSIGN(const std::unique_ptr<MuxStream> stream, co_await mux.open(session::Class::Bodies, std::move(wish)));
  CO_TRY(co_await stream->finish());
  Bytes buffer(64 << 10);
  for (;;) {
    CO_TRY_ASSIGN(const std::size_t now, co_await stream->read(buffer));
    if (now == 0) co_return Result<>();
    count += now;
  }
}

CORO_TEST_REAL(UdpMoves, WhoOnlyReceivesNoticesThatUdpPassesNoMore) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.start_client();
  CO_ASSERT_OK(co_await soon(world.until_over(CarrierKind::Udp)));
  world.relay->swallow_after(2 << 20);
  std::size_t count = 0;
  CO_ASSERT_OK(co_await soon(receive_poured(*world.client->mux(), 6, count)));
  EXPECT_EQ(count, std::size_t{6} << 20);
  EXPECT_EQ(world.client->joins(), 1U);
  EXPECT_EQ(world.host.sessions, 1);
  co_await world.end();
}

CORO_TEST_REAL(UdpMoves, AnOutageIsSatOutWhereThereIsNothingElse) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.limits.silence = milliseconds(300);  // the session's own patience is for TLS
  world.start_client(world.udp_dialer(world.pin()));
  CO_ASSERT_OK(co_await soon(world.until_over(CarrierKind::Udp)));
  int equal = 0;
  runtime::TaskScope streams(loop, co_await runtime::current_cancel());
  world.relay->swallow_after(1 << 20);
  streams.spawn("echo", echo_compare(*world.client->mux(), 1, kTransfer, equal));
  while (!world.relay->swallow) CO_ASSERT_OK(co_await runtime::sleep_for(milliseconds(5)));
  CO_ASSERT_OK(co_await runtime::sleep_for(milliseconds(1500)));
  EXPECT_TRUE(world.client->carrier()->silent());
  world.relay->let_pass();
  co_await streams.join();
  EXPECT_EQ(equal, 1);
  EXPECT_EQ(world.client->joins(), 0U);
  EXPECT_EQ(world.client->sessions_begun(), 1U);
  co_await world.end();
}

CORO_TEST_REAL(UdpMoves, ANatThatChangesItsPortIsFollowed) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.start_client(world.udp_dialer(world.pin()));
  CO_ASSERT_OK(co_await soon(world.until_over(CarrierKind::Udp)));
  world.relay->rebind_after(2 << 20);
  int equal = 0;
  CO_ASSERT_OK(co_await echo_compare(*world.client->mux(), 1, kTransfer, equal));
  EXPECT_EQ(equal, 1);
  EXPECT_EQ(world.client->joins(), 0U);
  EXPECT_EQ(world.host.sessions, 1);
  co_await world.end();
}

CORO_TEST_REAL(UdpMoves, AChangedNetworkIsFollowedFromASocketOfItsOwn) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.start_client();
  CO_ASSERT_OK(co_await soon(world.until_over(CarrierKind::Udp)));
  int equal = 0;
  runtime::TaskScope streams(loop, co_await runtime::current_cancel());
  streams.spawn("echo", echo_compare(*world.client->mux(), 1, kTransfer, equal));
  for (std::uint64_t i = 1; i <= 3; ++i) {
    const std::uint64_t here = world.relay->passed();
    while (world.relay->passed() < here + (1 << 20)) CO_ASSERT_OK(co_await runtime::sleep_for(milliseconds(1)));
    world.client->network_changed();
  }
  co_await streams.join();
  EXPECT_EQ(equal, 1);
  EXPECT_EQ(world.client->joins(), 0U);
  EXPECT_EQ(world.client->sessions_begun(), 1U);
  EXPECT_GE(world.client->carrier()->report().moves, 1U);
  co_await world.end();
}

CORO_TEST_REAL(UdpMoves, AChangedNetworkBringsUdpBackAtOnce) {
  UdpWorld world(loop, co_await runtime::current_cancel());
  world.times.head_start.usual = milliseconds(100);
  world.times.back.first = seconds(600);
  world.relay->swallow = true;
  world.start_client();
  CO_ASSERT_OK(co_await soon(world.until_over(CarrierKind::Tls)));
  world.relay->let_pass();
  world.client->network_changed();
  CO_ASSERT_OK(co_await soon(world.until_over(CarrierKind::Udp)));
  EXPECT_EQ(world.host.sessions, 1);
  co_await world.end();
}

}  // namespace
}  // namespace booster::carrier
