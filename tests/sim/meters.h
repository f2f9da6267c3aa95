// Invariants of a protocol, watched from outside.
#pragma once
#include <functional>
#include <map>
#include <set>

#include "tests/sim/node.h"

namespace sim {

// RFC 9000 §8.1: to an address that is not validated, at most three times the bytes that came from it. UDP payloads.
class AmplificationMeter : public Watcher {
 public:
  void validated(const Address& remote) { validated_.insert(plain(remote)); }  // from here on it does not count
  double worst() const { return worst_; }  // ratio, the worst of all addresses at any time; unasked bytes: infinite
  double ratio(const Address& remote) const;

  void on_sent(const Datagram& datagram, TimePoint now) override;
  void on_received(const Datagram& datagram, TimePoint now) override;

 private:
  struct Bytes {
    double received = 0;
    double sent = 0;
    double ratio() const;
  };
  static Address plain(Address address);

  std::map<Address, Bytes> remotes_;
  std::set<Address> validated_;
  double worst_ = 0;
};

// What went to and came from each remote address, and when last.
class TrafficMeter : public Watcher {
 public:
  struct Traffic {
    std::uint64_t datagrams = 0;
    std::uint64_t bytes = 0;  // UDP payloads
    TimePoint last{};
  };
  const Traffic& sent() const { return sent_; }
  const Traffic& received() const { return received_; }
  const Traffic& sent_to(const Address& remote) { return to_[remote]; }
  const Traffic& received_from(const Address& remote) { return from_[remote]; }

  void on_sent(const Datagram& datagram, TimePoint now) override;
  void on_received(const Datagram& datagram, TimePoint now) override;

 private:
  Traffic sent_;
  Traffic received_;
  std::map<Address, Traffic> to_;
  std::map<Address, Traffic> from_;
};

// Jain's index of shares: 1 = equal, 1/n = one has all.
double fairness(std::span<const double> shares);

}  // namespace sim
