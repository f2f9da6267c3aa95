// What a sender tells its congestion control, and what it asks of it. Units: segments, segments a second.
#pragma once
#include "tests/sim/fabric/types.h"

namespace sim::tcp {

constexpr double kInitialWindow = 10;  // RFC 6928

// One acknowledgement, with the delivery rate sample it gives (draft-cheng-iccrg-delivery-rate-estimation-00).
struct Acked {
  TimePoint now{};
  std::uint64_t delivered = 0;        // by this acknowledgement
  std::uint64_t lost = 0;             // found lost by it
  std::uint64_t in_flight = 0;        // after it
  std::uint64_t prior_in_flight = 0;  // before it
  std::uint64_t total_delivered = 0;
  std::uint64_t prior_delivered = 0;  // total when the newest segment of this acknowledgement was sent
  Duration rtt{};                     // zero: no sample
  Duration srtt{};
  double rate = 0;  // 0: no sample
  bool recovering = false;
};

class Congestion {
 public:
  virtual ~Congestion() = default;
  virtual void on_ack(const Acked& ack) = 0;
  virtual void on_loss(const Acked& ack) = 0;  // recovery begins; before the on_ack of the same acknowledgement
  virtual void on_recovered() = 0;             // all is acknowledged that was in flight when it began
  virtual void on_timeout(TimePoint now, std::uint64_t in_flight) = 0;
  virtual double window() const = 0;
  virtual double pacing() const = 0;  // 0: none
};

}  // namespace sim::tcp
