// The largest datagram that a path takes, found by probes that carry nothing else.        Source: RFC 8899
#pragma once
#include <optional>

#include "booster/transport/path/limits.h"

namespace booster::transport::path {

class MtuSearch {
 public:
  // Octets of UDP payload.
  explicit MtuSearch(std::size_t most) : most_(most), above_(most + 1) {}

  std::size_t size() const { return size_; }
  // The size of a probe that should go now; nullopt: none is due. One at a time. A search that ended begins again only
  // where the path is `in_use`: who is idle needs no larger datagrams.
  std::optional<std::size_t> next_probe(bool in_use, TimePoint now);
  void on_arrived(std::size_t size, TimePoint now);
  void on_lost(std::size_t size, TimePoint now);
  void on_too_large(std::size_t size, TimePoint now);  // the system itself says so
  // Large packets no longer arrive though small ones do: small ones go until it is clear whether what passed still
  // does.
  void on_black_hole(TimePoint now);
  bool done() const { return above_ - size_ <= kMtuStep; }

 private:
  std::size_t middle() const;
  void end_if_done(TimePoint now);

  std::size_t most_;
  std::size_t size_ = kLeastDatagram;
  std::size_t above_;  // does not pass, or is more than we want
  std::size_t probing_ = 0;
  std::size_t doubted_ = 0;  // passed until now: asked first
  int tries_ = 0;
  bool tried_most_ = false;
  TimePoint again_ = kNever;
};

std::size_t most_datagram(const Address& remote);  // on Ethernet

}  // namespace booster::transport::path
