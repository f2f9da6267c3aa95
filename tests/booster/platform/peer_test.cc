#include "booster/platform/peer.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "booster/platform/harden.h"

namespace booster::platform {
namespace {

struct Pair {
  int client = -1;
  int server = -1;
  ~Pair() {
    if (client >= 0) ::close(client);
    if (server >= 0) ::close(server);
  }
};

// A connection over loopback; the client's address family may be narrower than the listener's.
void connect_over(int listen_family, int client_family, Pair& pair) {
  sockaddr_storage at{};
  socklen_t size = 0;
  if (listen_family == AF_INET) {
    auto& in = reinterpret_cast<sockaddr_in&>(at);
    in.sin_family = AF_INET;
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    size = sizeof in;
  } else {
    auto& in6 = reinterpret_cast<sockaddr_in6&>(at);
    in6.sin6_family = AF_INET6;
    if (client_family == AF_INET6) in6.sin6_addr = in6addr_loopback;
    size = sizeof in6;
  }
  const int listener = ::socket(listen_family, SOCK_STREAM, 0);
  if (listener < 0) GTEST_SKIP() << "no such address family here";
  if (::bind(listener, reinterpret_cast<sockaddr*>(&at), size) != 0) {
    ::close(listener);
    GTEST_SKIP() << "no loopback of this family here";
  }
  ASSERT_EQ(::listen(listener, 1), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size), 0);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  v4.sin_port = reinterpret_cast<sockaddr_in&>(at).sin_port;  // at the same place in both
  pair.client = ::socket(client_family, SOCK_STREAM, 0);
  const bool as_v4 = client_family == AF_INET;
  ASSERT_EQ(::connect(pair.client, as_v4 ? reinterpret_cast<sockaddr*>(&v4) : reinterpret_cast<sockaddr*>(&at),
                      as_v4 ? sizeof v4 : size),
            0);
  pair.server = ::accept(listener, nullptr, nullptr);
  ::close(listener);
  ASSERT_GE(pair.server, 0);
}

TEST(Peer, AUnixSocketTellsItsUser) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  EXPECT_EQ(peer_uid(ends[0]).value(), ::geteuid());
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_FALSE(peer_uid(-1));
}

TEST(Peer, ALoopbackConnectionTellsItsUser) {
  for (const auto& [listening, calling] : {std::pair(AF_INET, AF_INET), {AF_INET6, AF_INET6}, {AF_INET6, AF_INET}}) {
    Pair pair;
    connect_over(listening, calling, pair);
    if (testing::Test::IsSkipped()) return;
    const auto uid = tcp_peer_uid(pair.server);
    ASSERT_TRUE(uid) << to_string(uid.error());
    EXPECT_EQ(*uid, ::geteuid());
  }
}

// The kernel lists an orphaned socket with uid 0: that must never read as root.
TEST(Peer, AClosedPeerIsNobody) {
  Pair pair;
  connect_over(AF_INET, AF_INET, pair);
  ::close(std::exchange(pair.client, -1));
  EXPECT_EQ(tcp_peer_uid(pair.server).error().code, Errc::NotFound);
}

TEST(Peer, OnlyIpAddressesAreAsked) {
  sockaddr_storage unix_end{};
  unix_end.ss_family = AF_UNIX;
  EXPECT_EQ(tcp_peer_uid(unix_end, unix_end).error().code, Errc::Unsupported);
}

TEST(Harden, LeavesNoWayToACoreFile) {
  const pid_t child = ::fork();
  if (child == 0) {
    rlimit core{};
    const bool good = harden_process().has_value() && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 &&
                      ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && ::getrlimit(RLIMIT_CORE, &core) == 0 &&
                      core.rlim_cur == 0 && core.rlim_max == 0;
    ::_exit(good ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace booster::platform
