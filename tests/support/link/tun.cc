#include "tests/support/link/tun.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace support::link {

using codec::Errc;
using codec::fail;
using codec::Result;

namespace {

tl::unexpected<codec::Error> refused(const std::string& what) {
  const int error = errno;
  const Errc code = error == EPERM || error == EACCES ? Errc::Denied : Errc::Io;
  return fail(code, what + ": " + std::strerror(error), error);
}

ifreq request_for(const std::string& name) {
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  return request;
}

Result<> bring_up(int control, const std::string& name) {
  ifreq request = request_for(name);
  if (ioctl(control, SIOCGIFFLAGS, &request) != 0) return refused("read flags of " + name);
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP | IFF_RUNNING);
  if (ioctl(control, SIOCSIFFLAGS, &request) != 0) return refused("bring up " + name);
  return {};
}

Result<> set_address(int control, unsigned long what, const std::string& name, const std::string& address) {
  ifreq request = request_for(name);
  sockaddr_in in{};
  in.sin_family = AF_INET;
  if (inet_pton(AF_INET, address.c_str(), &in.sin_addr) != 1)
    return fail(Errc::Protocol, "no IPv4 address: " + address);
  std::memcpy(&request.ifr_addr, &in, sizeof in);
  if (ioctl(control, what, &request) != 0) return refused("set " + address + " on " + name);
  return {};
}

Result<> set_address6(const std::string& name, const std::string& address) {
  const Fd control(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (control.get() < 0) return refused("IPv6 socket");
  in6_ifreq request{};
  if (inet_pton(AF_INET6, address.c_str(), &request.ifr6_addr) != 1)
    return fail(Errc::Protocol, "no IPv6 address: " + address);
  request.ifr6_prefixlen = 64;
  request.ifr6_ifindex = static_cast<int>(if_nametoindex(name.c_str()));
  if (ioctl(control.get(), SIOCSIFADDR, &request) != 0) return refused("set " + address + " on " + name);
  return {};
}

// Packets that wait for us to read them: what does not fit is lost without a count. The default of 500 is two
// milliseconds of small packets.
constexpr int kDeviceQueue = 20'000;

Result<> configure(const TunSettings& settings) {
  const Fd control(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (control.get() < 0) return refused("socket");
  TRY(bring_up(control.get(), "lo"));
  TRY(set_address(control.get(), SIOCSIFADDR, settings.name, settings.address));
  TRY(set_address(control.get(), SIOCSIFNETMASK, settings.name, "255.255.255.0"));
  ifreq request = request_for(settings.name);
  request.ifr_mtu = settings.mtu;
  if (ioctl(control.get(), SIOCSIFMTU, &request) != 0) return refused("set MTU of " + settings.name);
  request = request_for(settings.name);
  request.ifr_qlen = kDeviceQueue;
  if (ioctl(control.get(), SIOCSIFTXQLEN, &request) != 0) return refused("set queue of " + settings.name);
  TRY(bring_up(control.get(), settings.name));
  // A kernel without IPv6 still gives a link.
  if (!settings.address6.empty()) (void)set_address6(settings.name, settings.address6);
  return {};
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

Result<Fd> open_tun(const TunSettings& settings) {
  const Fd netns(open(settings.netns.c_str(), O_RDONLY | O_CLOEXEC));
  if (netns.get() < 0) return refused("open " + settings.netns);
  if (setns(netns.get(), CLONE_NEWNET) != 0) return refused("enter " + settings.netns);
  Fd tun(open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (tun.get() < 0) return refused("open /dev/net/tun");
  ifreq request = request_for(settings.name);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (ioctl(tun.get(), TUNSETIFF, &request) != 0) return refused("make " + settings.name);
  TRY(configure(settings));
  return tun;
}

}  // namespace support::link
