// A Mahimahi trace as a bottleneck: instants at which 1500 bytes may leave, repeated for ever. What an instant cannot
// use is gone; a packet larger than what is left waits for the next one.
#pragma once
#include <string_view>

#include "codec/base/result.h"
#include "tests/support/link/settings.h"

namespace support::link {

constexpr std::size_t kOpportunityBytes = 1500;        // Mahimahi's own unit
constexpr std::size_t kMaxOpportunities = 20'000'000;  // a day at 2.7 Mbit/s; beyond it the file is no trace

// One whole number of milliseconds a line, not falling.
//   Errors  Protocol: names the line · Limit: too many lines
codec::Result<std::vector<std::chrono::milliseconds>> parse_trace(std::string_view text);

class Opportunities {
 public:
  // `trace` is not empty and its last instant is later than 0.
  Opportunities(std::vector<std::chrono::milliseconds> trace, TimePoint start);

  // When the last of `bytes` leaves that are ready at `ready`. Called in order of departure.
  TimePoint depart(TimePoint ready, std::size_t bytes);

 private:
  TimePoint instant() const;
  void skip_to(TimePoint ready);

  std::vector<std::chrono::milliseconds> trace_;
  TimePoint round_;  // when this pass over the trace began
  std::size_t index_ = 0;
  std::size_t left_ = kOpportunityBytes;
};

}  // namespace support::link
