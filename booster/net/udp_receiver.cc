#include "booster/net/udp_receiver.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace booster::net {
namespace {

// The kernel stamps with the wall clock. Both clocks are read anew for every batch, so a wall clock that is set moves
// at most what waits in the queue at that moment; and nothing is older than the last look that found the queue empty.
struct ReceiveClocks {
  std::chrono::nanoseconds wall = std::chrono::system_clock::now().time_since_epoch();
  runtime::TimePoint now = runtime::read_boot_clock();

  runtime::TimePoint moment(const UdpArrival& arrival, runtime::TimePoint earliest) const {
    if (!arrival.stamp) return now;
    return std::clamp(now - (wall - *arrival.stamp), std::min(earliest, now), now);
  }
};

// An ICMP message's complaint about something sent; it is told once, in the place of a datagram.
bool complains_of_sent(int reason) {
  return reason == ECONNREFUSED || reason == EHOSTUNREACH || reason == ENETUNREACH || reason == EMSGSIZE ||
         reason == EHOSTDOWN || reason == ENETDOWN || reason == EPROTO || reason == ENOPROTOOPT;
}

enum class Failure { Empty, Again, Broken };

Failure judge_receive(int reason, int& patience) {
  if (reason == EAGAIN || reason == EWOULDBLOCK) return Failure::Empty;
  const bool again = reason == EINTR || complains_of_sent(reason);
  return again && patience-- > 0 ? Failure::Again : Failure::Broken;
}

constexpr int kPatience = 16;  // complaints in a row; a socket that has no more than those is broken

tl::unexpected<Error> receive_error(int reason) {
  return fail(Errc::Io, "udp receive: " + std::generic_category().message(reason), reason);
}

}  // namespace

UdpReceiver::UdpReceiver(UdpFeatures& features, UdpCalls& calls)
    : features_(features), calls_(calls), empty_at_(runtime::read_boot_clock()) {}

Result<std::size_t> UdpReceiver::receive(int fd, std::uint16_t local_port, UdpBatch& batch) {
  for (;;) {
    batch.clear();
    const runtime::TimePoint asked = runtime::read_boot_clock();
    TRY_ASSIGN(const std::size_t count, features_.batches ? fill(fd, batch) : fill_singly(fd, batch));
    if (count == 0) {
      empty_at_ = asked;
      return std::size_t{0};
    }
    const ReceiveClocks clocks;
    for (std::size_t i = 0; i < count; ++i) {
      const msghdr& header = batch.headers()[i].msg_hdr;
      const UdpArrival arrival = read_udp_control(header);
      const bool whole = (header.msg_flags & MSG_TRUNC) == 0;
      if (whole) batch.take(i, arrival, local_port, clocks.moment(arrival, empty_at_));
      batch.rearm(i);
    }
    batch.full_ = count == batch.headers().size();
    if (!batch.full_) empty_at_ = asked;
    if (!batch.datagrams().empty()) return batch.datagrams().size();  // else only empty ones, which are nobody's
  }
}

Result<std::size_t> UdpReceiver::fill(int fd, UdpBatch& batch) {
  for (int patience = kPatience;;) {
    const int count = calls_.receive(fd, batch.headers());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (count == -ENOSYS) {
      features_.batches = false;
      return fill_singly(fd, batch);
    }
    const Failure failure = judge_receive(-count, patience);
    if (failure == Failure::Empty) return std::size_t{0};
    if (failure == Failure::Broken) return receive_error(-count);
  }
}

Result<std::size_t> UdpReceiver::fill_singly(int fd, UdpBatch& batch) {
  std::size_t filled = 0;
  for (int patience = kPatience; filled < batch.headers().size();) {
    const int count = calls_.receive(fd, batch.headers().subspan(filled, 1));
    if (count > 0) {
      ++filled;
      continue;
    }
    const Failure failure = judge_receive(-count, patience);
    if (failure == Failure::Empty) break;
    if (failure == Failure::Broken && filled > 0) break;  // the next call says it again
    if (failure == Failure::Broken) return receive_error(-count);
  }
  return filled;
}

}  // namespace booster::net
