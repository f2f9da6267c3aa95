// What the kernel may answer, put in the calls' place.
#include <netinet/in.h>

#include <cerrno>
#include <cstring>
#include <deque>

#include "tests/booster/net/udp_ends.h"

namespace booster::net {
namespace {

using std::chrono::hours;

// Answers from a script; what is not in it goes to the system.
class ScriptedUdp final : public UdpCalls {
 public:
  int receive(int fd, std::span<UdpHeader> into) override {
    const int scripted = next(receives);
    if (scripted < 0) return scripted;
    const int count = system_udp_calls().receive(fd, into);
    for (int i = 0; i < count; ++i) shift_stamp(into[static_cast<std::size_t>(i)].msg_hdr);
    return count;
  }
  int send(int fd, std::span<UdpHeader> from) override {
    most_at_once = std::max(most_at_once, from.size());
    const int scripted = next(sends);
    if (scripted < 0) return scripted;
    return system_udp_calls().send(fd, scripted > 0 ? from.first(static_cast<std::size_t>(scripted)) : from);
  }

  std::deque<int> receives;  // -errno; 0: as the system does
  std::deque<int> sends;     // also n > 0: the first n only
  std::size_t most_at_once = 0;
  std::chrono::seconds clock_set_by{0};  // since the kernel's stamp

 private:
  static int next(std::deque<int>& script) {
    if (script.empty()) return 0;
    const int first = script.front();
    script.pop_front();
    return first;
  }
  void shift_stamp([[maybe_unused]] msghdr& header) const {
#ifdef PACKETBOAT_LINUX_UDP
    for (cmsghdr* message = CMSG_FIRSTHDR(&header); message != nullptr; message = CMSG_NXTHDR(&header, message)) {
      if (message->cmsg_level != SOL_SOCKET || message->cmsg_type != SCM_TIMESTAMPNS) continue;
      timespec stamp{};
      std::memcpy(&stamp, CMSG_DATA(message), sizeof stamp);
      stamp.tv_sec -= clock_set_by.count();
      std::memcpy(CMSG_DATA(message), &stamp, sizeof stamp);
    }
#endif
  }
};

struct ScriptedEnd {
  ScriptedUdp calls;
  UdpSocketPtr socket;
  UdpRoute route;
};

void open_scripted(runtime::Loop& loop, const UdpOptions& options, ScriptedEnd& end) {
  end.socket = UdpSocket::open(loop, options, end.calls).value();
  end.route.remote = end.socket->local();
}

CORO_TEST_REAL(UdpFaults, EachAnswerOfTheNetworkHasItsName) {
  ScriptedEnd end;
  open_scripted(loop, udp_options("127.0.0.1:0"), end);
  const std::vector<std::pair<int, SendStatus>> answers{
      {EAGAIN, SendStatus::Blocked},           {ENOBUFS, SendStatus::NoBuffers},
      {EMSGSIZE, SendStatus::TooLarge},        {ENETUNREACH, SendStatus::Unreachable},
      {EHOSTUNREACH, SendStatus::Unreachable}, {ECONNREFUSED, SendStatus::Refused},
      {EADDRNOTAVAIL, SendStatus::NoSource},   {EPERM, SendStatus::Forbidden}};
  for (const auto& [reason, status] : answers) {
    end.calls.sends = {-reason};
    const Result<SendOutcome> sent = end.socket->send(as_bytes("x"), 100, end.route, Ecn::NotEct);
    CO_ASSERT_OK(sent);
    EXPECT_EQ(sent->status, status) << std::strerror(reason);
    EXPECT_EQ(sent->bytes, 0U);
  }
  end.calls.sends = {-EINTR, 0};
  EXPECT_EQ(end.socket->send(as_bytes("x"), 100, end.route, Ecn::NotEct)->status, SendStatus::Sent);
  end.calls.sends = {-EBADF};
  EXPECT_EQ(end.socket->send(as_bytes("x"), 100, end.route, Ecn::NotEct).error().code, Errc::Io);
}

CORO_TEST_REAL(UdpFaults, APartTakenIsCountedAndTheRestGoesLater) {
  UdpOptions options = udp_options("127.0.0.1:0");
  options.send_segments = false;
  ScriptedEnd end;
  open_scripted(loop, options, end);
  if (!end.socket->features().batches) co_return;
  const Bytes run = udp_run(10, 1200, 300);
  end.calls.sends = {3, -EAGAIN};
  const Result<SendOutcome> first = end.socket->send(run, 1200, end.route, Ecn::NotEct);
  CO_ASSERT_OK(first);
  EXPECT_EQ(first->status, SendStatus::Blocked);
  EXPECT_EQ(first->bytes, 3U * 1200U);
  const Result<SendOutcome> rest = end.socket->send(ByteView(run).subspan(first->bytes), 1200, end.route, Ecn::NotEct);
  CO_ASSERT_OK(rest);
  EXPECT_EQ(rest->status, SendStatus::Sent);
  EXPECT_EQ((co_await collect(*end.socket, 11)).size(), 11U);
}

CORO_TEST_REAL(UdpFaults, SegmentsThatADeviceRefusesAreSentOneByOneFromThenOn) {
  for (const int reason : {EIO, EINVAL, ENOPROTOOPT}) {
    ScriptedEnd end;
    open_scripted(loop, udp_options("127.0.0.1:0"), end);
    if (!end.socket->features().send_segments) co_return;
    end.calls.sends = {-reason, 0};
    const Bytes run = udp_run(10, 1200, 300);
    const Result<SendOutcome> sent = end.socket->send(run, 1200, end.route, Ecn::Ect0);
    CO_ASSERT_OK(sent);
    EXPECT_EQ(sent->status, SendStatus::Sent);
    EXPECT_EQ(sent->bytes, run.size());
    EXPECT_FALSE(end.socket->features().send_segments);
    EXPECT_EQ((co_await collect(*end.socket, 11)).size(), 11U);
    EXPECT_EQ(end.calls.most_at_once, 10U);  // of 11 one went alone
  }
}

CORO_TEST_REAL(UdpFaults, ADatagramRefusedForItselfDoesNotEndSegments) {
  ScriptedEnd end;
  open_scripted(loop, udp_options("127.0.0.1:0"), end);
  if (!end.socket->features().send_segments) co_return;
  const Bytes run = udp_run(10, 1200, 300);
  end.calls.sends = {-EINVAL, -EMSGSIZE};
  EXPECT_EQ(end.socket->send(run, 1200, end.route, Ecn::NotEct)->status, SendStatus::TooLarge);
  end.calls.sends = {-EINVAL, -EINVAL};
  end.route.local = end.socket->local();
  EXPECT_EQ(end.socket->send(run, 1200, end.route, Ecn::NotEct)->status, SendStatus::NoSource);
  EXPECT_TRUE(end.socket->features().send_segments);
}

CORO_TEST_REAL(UdpFaults, ASystemWithoutBatchesIsServedOneByOne) {
  UdpOptions options = udp_options("127.0.0.1:0");
  options.send_segments = false;
  ScriptedEnd end;
  open_scripted(loop, options, end);
  if (!end.socket->features().batches) co_return;
  end.calls.sends = {-ENOSYS};
  const Bytes run = udp_run(10, 1200, 300);
  EXPECT_EQ(end.socket->send(run, 1200, end.route, Ecn::NotEct)->bytes, run.size());
  EXPECT_FALSE(end.socket->features().batches);
  EXPECT_EQ((co_await collect(*end.socket, 11)).size(), 11U);

  ScriptedEnd other;
  open_scripted(loop, options, other);
  other.calls.receives = {-ENOSYS};
  EXPECT_EQ(other.socket->send(run, 1200, other.route, Ecn::NotEct)->bytes, run.size());
  EXPECT_EQ((co_await collect(*other.socket, 11)).size(), 11U);
  EXPECT_FALSE(other.socket->features().batches);
}

CORO_TEST_REAL(UdpFaults, AComplaintOfSomethingSentHidesNoDatagram) {
  ScriptedEnd end;
  open_scripted(loop, udp_options("127.0.0.1:0"), end);
  CO_ASSERT_OK(end.socket->send(as_bytes("x"), 100, end.route, Ecn::NotEct));
  end.calls.receives = {-ECONNREFUSED, -EINTR, -EHOSTUNREACH};
  UdpBatch batch;
  EXPECT_EQ(end.socket->receive(batch).value_or(0), 1U);
  end.calls.receives = {-EBADF};
  EXPECT_EQ(end.socket->receive(batch).error().code, Errc::Io);
}

CORO_TEST_REAL(UdpFaults, ASetWallClockMovesNoArrivalOutOfItsBounds) {
  for (const hours jump : {hours(0), hours(1), hours(-1), hours(1'000'000), hours(2), hours(-2)}) {
    ScriptedEnd end;
    open_scripted(loop, udp_options("127.0.0.1:0"), end);
    UdpBatch batch;
    // It looks, and finds the queue empty: at once, or behind what came.
    const bool came = std::chrono::abs(jump) == hours(2);
    if (came) CO_ASSERT_OK(end.socket->send(as_bytes("x"), 100, end.route, Ecn::NotEct));
    EXPECT_EQ(end.socket->receive(batch).value_or(9), came ? 1U : 0U);
    const runtime::TimePoint before = runtime::read_boot_clock();
    end.calls.clock_set_by = jump;
    CO_ASSERT_OK(end.socket->send(as_bytes("x"), 100, end.route, Ecn::NotEct));
    const std::vector<UdpSeen> seen = co_await collect(*end.socket, 1);
    CO_ASSERT_TRUE(seen.size() == 1);
    EXPECT_GE(seen[0].received, before - std::chrono::milliseconds(5));
    EXPECT_LE(seen[0].received, runtime::read_boot_clock());
  }
}

}  // namespace
}  // namespace booster::net
