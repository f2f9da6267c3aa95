// How fast packets come out of the path, from the times at which they arrived there.
#pragma once
#include <deque>
#include <optional>

#include "booster/transport/rate/limits.h"

namespace booster::transport::rate {

class Delivery {
 public:
  struct Point {
    TimePoint left;         // when the newest packet was sent
    Duration received;      // its arrival on the peer's clock
    std::uint64_t sent;     // octets sent up to and with that packet, lost ones included
    std::uint64_t arrived;  // octets known to have arrived by then
  };
  // In the order of arrival; an earlier one is passed over.
  void on_point(Point point);
  void forget() { points_.clear(); }

  struct Rates {
    BitsPerSecond through;  // as if what was lost had been lost behind the bottleneck
    BitsPerSecond arrived;  // without it
    BitsPerSecond offered;  // what we sent in the time in which these packets left
    Duration over;
  };
  // Over at least `window` and `packets` of `size`.   nullopt: not known yet
  std::optional<Rates> over(Duration window, std::uint64_t bytes) const;

 private:
  std::deque<Point> points_;
};

double in_seconds(Duration time);
BitsPerSecond rate_of(std::uint64_t bytes, Duration over);
Duration time_for(std::uint64_t bytes, BitsPerSecond rate);
std::uint64_t bytes_in(Duration time, BitsPerSecond rate);
BitsPerSecond scaled(BitsPerSecond rate, double factor);  // within kLeast and kMost

}  // namespace booster::transport::rate
