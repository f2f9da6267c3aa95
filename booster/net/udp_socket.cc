#include "booster/net/udp_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace booster::net {
namespace {

// Closes what was not given on.
class OwnedFd {
 public:
  explicit OwnedFd(int fd) : fd_(fd) {}
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;
  ~OwnedFd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

tl::unexpected<Error> open_error(const UdpOptions& options, int reason) {
  const std::string what = "udp on " + options.bind.to_string() + ": " + std::generic_category().message(reason);
  return fail(Errc::Io, what, reason);
}

bool switch_option(int fd, int level, int name, bool on) {
  const int value = on ? 1 : 0;
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

bool make_private(int fd) {
  return ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && ::fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

// Before bind(), which some of them decide on.
Result<> apply_options(int fd, const UdpOptions& options) {
  if (options.bind.family() == AF_INET6 && !switch_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, !options.both))
    return open_error(options, errno);
  if (options.share_port && !switch_option(fd, SOL_SOCKET, SO_REUSEPORT, true)) return open_error(options, errno);
  if (!options.device.empty()) return bind_udp_to_device(fd, options.device);
  return {};
}

UdpEndpoint bound_name(int fd) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  (void)::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size);
  return UdpEndpoint::from(reinterpret_cast<const sockaddr*>(&name));
}

}  // namespace

Result<std::unique_ptr<UdpSocket>> UdpSocket::open(runtime::Loop& loop, const UdpOptions& options, UdpCalls& calls) {
  const int family = options.bind.family();
  if (family != AF_INET && family != AF_INET6)
    return fail(Errc::Unsupported, "udp on " + options.bind.to_string() + ": no IP address");
  OwnedFd fd(::socket(family, SOCK_DGRAM, IPPROTO_UDP));
  if (fd.get() < 0 || !make_private(fd.get())) return open_error(options, errno);
  TRY(apply_options(fd.get(), options));
  // Before bind(), so that no datagram comes without its time and address.
  const UdpFeatures features = prepare_udp(fd.get(), family, options);
  if (::bind(fd.get(), options.bind.get(), options.bind.size()) != 0) return open_error(options, errno);
  return std::unique_ptr<UdpSocket>(new UdpSocket(loop, fd.release(), family, features, calls));
}

UdpSocket::UdpSocket(runtime::Loop& loop, int fd, int family, const UdpFeatures& features, UdpCalls& calls)
    : fd_(fd),
      features_(features),
      local_(bound_name(fd)),
      receiver_(features_, calls),
      sender_(family, features_, calls),
      watch_(loop, fd) {}

UdpSocket::~UdpSocket() {
  close();
}

Result<std::size_t> UdpSocket::receive(UdpBatch& batch) {
  if (fd_ < 0) return fail(Errc::Closed, "udp: closed here");
  return receiver_.receive(fd_, local_.port, batch);
}

Result<SendOutcome> UdpSocket::send(ByteView run, std::size_t segment, const UdpRoute& route, Ecn ecn) {
  if (fd_ < 0) return fail(Errc::Closed, "udp: closed here");
  return sender_.send(fd_, run, segment, route, ecn);
}

void UdpSocket::close() {
  if (fd_ < 0) return;
  watch_.close();
  ::close(std::exchange(fd_, -1));
}

}  // namespace booster::net
