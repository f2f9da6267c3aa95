#include "booster/platform/harden.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace booster::platform {
namespace {

enum class Reached : int { No = 0, Yes = 1, NotAllowedToLeave = 2 };

Reached reach_from_outside(const sockaddr_in& place) {
  if (!leave_network()) return Reached::NotAllowedToLeave;
  const int wire = ::socket(AF_INET, SOCK_STREAM, 0);
  const bool reached = wire >= 0 && ::connect(wire, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0;
  return reached ? Reached::Yes : Reached::No;
}

TEST(Harden, ANetworkThatWasLeftCannotBeReached) {
  const int door = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof place;
  ASSERT_EQ(::bind(door, reinterpret_cast<const sockaddr*>(&place), size), 0);
  ASSERT_EQ(::listen(door, 1), 0);
  ASSERT_EQ(::getsockname(door, reinterpret_cast<sockaddr*>(&place), &size), 0);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(static_cast<int>(reach_from_outside(place)));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ::close(door);
  ASSERT_TRUE(WIFEXITED(status));
  const auto reached = static_cast<Reached>(WEXITSTATUS(status));
  if (reached == Reached::NotAllowedToLeave) GTEST_SKIP() << "no network namespaces for us here";
  EXPECT_EQ(reached, Reached::No);
}

}  // namespace
}  // namespace booster::platform
