// Sounding: how much of a link is ours that others fill too. What we send less for a round trip makes the queue
// shorter by our part of the link; the others' part goes on as before, since they see it a round trip later.
#pragma once
#include <algorithm>
#include <deque>
#include <optional>

#include "booster/transport/rate/limits.h"

namespace booster::transport::rate {

class Sounding {
 public:
  void on_sample(TimePoint left, Duration delay);
  void begin(TimePoint now, double depth);  // from now on we send less by so much
  void end(TimePoint now);
  void drop() { state_ = State::None; }
  void start_over();
  bool sends_less() const { return state_ == State::Begun; }
  double depth() const { return depth_; }
  // Packets; `below`: they left at a slower pace.
  void on_outcome(bool below, std::uint64_t arrived, std::uint64_t lost);
  bool loses() const;  // at the level, clearly
  // What we sent before, as a share of what the link takes; once what left soon after the end has arrived.
  // nullopt: not yet
  std::optional<double> share();

 private:
  enum class State : std::uint8_t { None, Begun, Ended };
  struct Sample {
    TimePoint left;
    Duration delay;
  };
  struct Count {
    double arrived = 0;
    double lost = 0;
    double passed() const;
  };
  std::optional<Duration> mean(TimePoint after, TimePoint to) const;

  State state_ = State::None;
  double depth_ = 0;
  TimePoint began_{};
  TimePoint ended_{};
  std::deque<Sample> samples_;
  Count level_;
  Count less_;
};

}  // namespace booster::transport::rate
