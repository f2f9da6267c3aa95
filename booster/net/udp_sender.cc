#include "booster/net/udp_sender.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "codec/base/check.h"

namespace booster::net {
namespace {

constexpr std::size_t kMostSegments = 64;    // UDP_MAX_SEGMENTS of the kernels that began with it
constexpr std::size_t kMostOctets = 65'487;  // 65,535 less an IPv6 and a UDP header

Result<SendStatus> status_of(int reason, const UdpRoute& route) {
  switch (reason) {
    case EAGAIN:
      return SendStatus::Blocked;
    case ENOBUFS:
    case ENOMEM:
      return SendStatus::NoBuffers;
    case EMSGSIZE:
      return SendStatus::TooLarge;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
      return SendStatus::Unreachable;
    case ECONNREFUSED:
      return SendStatus::Refused;
    case EPERM:
    case EACCES:
      return SendStatus::Forbidden;
    case EADDRNOTAVAIL:
    case ENODEV:
    case ENXIO:
      return SendStatus::NoSource;
    default:
      break;
  }
  const bool source_given = !route.local.is_unspecified() || route.local.interface != 0;
  if (reason == EINVAL && source_given) return SendStatus::NoSource;  // what Linux says of a source that is not ours
  return fail(Errc::Io, "udp send: " + std::generic_category().message(reason), reason);
}

}  // namespace

UdpSender::UdpSender(int family, UdpFeatures& features, UdpCalls& calls)
    : family_(family), features_(features), calls_(calls) {}

Result<SendOutcome> UdpSender::send(int fd, ByteView run, std::size_t segment, const UdpRoute& route, Ecn ecn) {
  CHECK(segment > 0);
  SendOutcome outcome;
  if (family_ == AF_INET && !route.remote.is_v4()) {
    outcome.status = SendStatus::Unreachable;
    return outcome;
  }
  address(route, ecn, segment);
  while (outcome.bytes < run.size()) {
    const int taken = pass(fd, run.subspan(outcome.bytes), segment);
    if (taken == -EINTR) continue;
    if (taken < 0) {
      TRY_ASSIGN(outcome.status, status_of(-taken, route));
      break;
    }
    outcome.bytes += static_cast<std::size_t>(taken);
  }
  return outcome;
}

void UdpSender::address(const UdpRoute& route, Ecn ecn, std::size_t segment) {
  name_size_ = route.remote.write(name_, family_);
  single_.size = write_udp_control(single_.bytes, family_, route, ecn, 0);
  if (features_.send_segments) joined_.size = write_udp_control(joined_.bytes, family_, route, ecn, segment);
}

std::span<UdpHeader> UdpSender::cut(ByteView run, std::size_t segment, std::size_t most_headers,
                                    std::size_t most_segments) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < run.size() && count < most_headers; ++count) {
    const std::size_t size = std::min(run.size() - at, segment * most_segments);
    parts_[count] = {const_cast<std::byte*>(run.data() + at), size};
    Control& control = size > segment ? joined_ : single_;
    msghdr& header = headers_[count].msg_hdr;
    header = msghdr{};
    header.msg_name = &name_;
    header.msg_namelen = name_size_;
    header.msg_iov = &parts_[count];
    header.msg_iovlen = 1;
    header.msg_control = control.size > 0 ? control.bytes.data() : nullptr;
    header.msg_controllen = control.size;
    at += size;
  }
  return std::span(headers_).first(count);
}

// Octets taken by one call, or -errno.
int UdpSender::pass(int fd, ByteView run, std::size_t segment) {
  const std::size_t most_segments =
      features_.send_segments ? std::clamp<std::size_t>(kMostOctets / segment, 1, kMostSegments) : 1;
  const std::span<UdpHeader> headers = cut(run, segment, features_.batches ? kHeaders : 1, most_segments);
  const int sent = calls_.send(fd, headers);
  if (sent == -ENOSYS && headers.size() > 1) {
    features_.batches = false;
    return pass(fd, run, segment);
  }
  const bool joined = parts_[0].iov_len > segment;
  if (joined && (sent == -EIO || sent == -EINVAL || sent == -ENOPROTOOPT)) return pass_alone(fd, run, segment);
  if (sent < 0) return sent;
  std::size_t taken = 0;
  for (int i = 0; i < sent; ++i) taken += parts_[static_cast<std::size_t>(i)].iov_len;
  return static_cast<int>(taken);
}

// The kernel refused several datagrams in one message. Where it takes the first of them alone it was the joining (a
// device without checksums says EIO); else it is the datagram itself: too large, or from an address that is gone.
int UdpSender::pass_alone(int fd, ByteView run, std::size_t segment) {
  const int sent = calls_.send(fd, cut(run, segment, 1, 1));
  if (sent < 0) return sent;
  features_.send_segments = false;
  return static_cast<int>(parts_[0].iov_len);
}

}  // namespace booster::net
