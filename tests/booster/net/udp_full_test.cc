// A socket buffer that is really full: in a network of our own, behind a neighbour whose address nobody answers for.
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstring>

#include "tests/booster/net/udp_ends.h"

namespace booster::net {
namespace {

constexpr const char* kOurs = "10.77.0.1";
constexpr const char* kNeighbour = "10.77.0.2";

sockaddr name_of(const char* host) {
  const Address address = *Address::ip(host, 0);
  sockaddr name{};
  std::memcpy(&name, address.get(), sizeof name);
  return name;
}

// This thread's network while it lives: one device, which nobody reads. Needs the right to make one.
class LoneNetwork {
 public:
  LoneNetwork() : home_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
    if (home_ < 0 || ::unshare(CLONE_NEWNET) != 0) return;
    left_home_ = true;
    tap_ = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    control_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "pbtap0");
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (tap_ < 0 || ::ioctl(tap_, TUNSETIFF, &request) != 0) return;
    request.ifr_addr = name_of(kOurs);
    bool up = ::ioctl(control_, SIOCSIFADDR, &request) == 0;
    request.ifr_netmask = name_of("255.255.255.0");
    up = up && ::ioctl(control_, SIOCSIFNETMASK, &request) == 0;
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    ready_ = up && ::ioctl(control_, SIOCSIFFLAGS, &request) == 0;
  }
  LoneNetwork(const LoneNetwork&) = delete;
  LoneNetwork& operator=(const LoneNetwork&) = delete;
  ~LoneNetwork() {
    EXPECT_TRUE(!left_home_ || ::setns(home_, CLONE_NEWNET) == 0);
    for (const int fd : {home_, tap_, control_}) {
      if (fd >= 0) ::close(fd);
    }
  }
  bool ready() const { return ready_; }
  bool neighbour_answers() {
    arpreq request{};
    request.arp_pa = name_of(kNeighbour);
    request.arp_ha.sa_family = ARPHRD_ETHER;
    request.arp_ha.sa_data[0] = 2;
    request.arp_flags = ATF_COM | ATF_PERM;
    std::strcpy(request.arp_dev, "pbtap0");
    return ::ioctl(control_, SIOCSARP, &request) == 0;
  }

 private:
  int home_;
  int tap_ = -1;
  int control_ = -1;
  bool left_home_ = false;
  bool ready_ = false;
};

CORO_TEST_REAL(UdpFull, AFullBufferSaysBlockedAndIsWritableWhenItHasRoom) {
  LoneNetwork network;
  if (!network.ready()) {
    std::printf("skipped: may not make a network namespace with a device\n");
    co_return;
  }
  UdpOptions options = udp_options("0.0.0.0:0");
  options.send_buffer = 8192;
  const auto socket = UdpSocket::open(loop, options);
  CO_ASSERT_OK(socket);
  UdpRoute route;
  route.remote = udp_endpoint(kNeighbour, 9);
  const Bytes packet(1200);
  SendOutcome outcome;
  for (int i = 0; i < 100 && outcome.status == SendStatus::Sent; ++i)
    outcome = (*socket)->send(packet, 1200, route, Ecn::NotEct).value();
  EXPECT_EQ(outcome.status, SendStatus::Blocked);
  EXPECT_EQ(outcome.bytes, 0U);
  const Result<> still_full = co_await runtime::with_timeout(std::chrono::milliseconds(20), (*socket)->writable());
  CO_ASSERT_TRUE(!still_full);
  EXPECT_EQ(still_full.error().code, Errc::Timeout);
  CO_ASSERT_TRUE(network.neighbour_answers());
  CO_ASSERT_OK(co_await runtime::with_timeout(std::chrono::seconds(10), (*socket)->writable()));
  EXPECT_EQ((*socket)->send(packet, 1200, route, Ecn::NotEct)->status, SendStatus::Sent);
}

CORO_TEST_REAL(UdpFull, ADatagramAboveTheDevicesMtuIsTooLargeAloneAndInARun) {
  LoneNetwork network;
  if (!network.ready() || !network.neighbour_answers()) {
    std::printf("skipped: may not make a network namespace with a device\n");
    co_return;
  }
  const auto socket = UdpSocket::open(loop, udp_options("0.0.0.0:0"));
  CO_ASSERT_OK(socket);
  UdpRoute route;
  route.remote = udp_endpoint(kNeighbour, 9);
  const bool segments = (*socket)->features().send_segments;
  const Bytes run(10 * std::size_t{1600});
  EXPECT_EQ((*socket)->send(run, 1600, route, Ecn::NotEct)->status, SendStatus::TooLarge);
  EXPECT_EQ((*socket)->send(ByteView(run).first(1600), 1600, route, Ecn::NotEct)->status, SendStatus::TooLarge);
  EXPECT_EQ((*socket)->send(ByteView(run).first(1472), 1600, route, Ecn::NotEct)->status, SendStatus::Sent);
  EXPECT_EQ((*socket)->features().send_segments, segments);
  route.remote = udp_endpoint("192.0.2.1", 9);
  EXPECT_EQ((*socket)->send(as_bytes("x"), 100, route, Ecn::NotEct)->status, SendStatus::Unreachable);
}

}  // namespace
}  // namespace booster::net
