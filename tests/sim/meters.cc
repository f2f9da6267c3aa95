#include "tests/sim/meters.h"

#include <algorithm>
#include <limits>

namespace sim {
namespace {

void add(TrafficMeter::Traffic& traffic, const Datagram& datagram, TimePoint now) {
  ++traffic.datagrams;
  traffic.bytes += datagram.bytes.size();
  traffic.last = now;
}

}  // namespace

double AmplificationMeter::Bytes::ratio() const {
  if (sent <= 0) return 0;
  return received > 0 ? sent / received : std::numeric_limits<double>::infinity();
}

Address AmplificationMeter::plain(Address address) {
  address.interface = 0;
  return address;
}

double AmplificationMeter::ratio(const Address& remote) const {
  const auto found = remotes_.find(plain(remote));
  return found == remotes_.end() ? 0 : found->second.ratio();
}

void AmplificationMeter::on_sent(const Datagram& datagram, TimePoint /*now*/) {
  const Address remote = plain(datagram.destination);
  Bytes& bytes = remotes_[remote];
  bytes.sent += static_cast<double>(datagram.bytes.size());
  if (!validated_.contains(remote)) worst_ = std::max(worst_, bytes.ratio());
}

void AmplificationMeter::on_received(const Datagram& datagram, TimePoint /*now*/) {
  remotes_[plain(datagram.source)].received += static_cast<double>(datagram.bytes.size());
}

void TrafficMeter::on_sent(const Datagram& datagram, TimePoint now) {
  add(sent_, datagram, now);
  add(to_[datagram.destination], datagram, now);
}

void TrafficMeter::on_received(const Datagram& datagram, TimePoint now) {
  add(received_, datagram, now);
  add(from_[datagram.source], datagram, now);
}

double fairness(std::span<const double> shares) {
  double sum = 0;
  double squares = 0;
  for (const double share : shares) {
    sum += share;
    squares += share * share;
  }
  return squares > 0 ? sum * sum / (static_cast<double>(shares.size()) * squares) : 1;
}

}  // namespace sim
