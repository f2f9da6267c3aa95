// Whether what was lost took its turn at the bottleneck, read off the times between arrivals: what the radio loses
// behind it leaves a gap, what a full queue turned away leaves none.
//   Method  least squares: time between two points = one part for each packet that arrived, another for each lost
#pragma once
#include "booster/transport/rate/limits.h"

namespace booster::transport::rate {

class Turns {
 public:
  // Between two points of arrival: packets, while there was enough to send.
  void on_arrivals(Duration apart, double arrived, double lost);

  // Of what was lost, the share that took its turn. 1 unless the times clearly say less.
  double share() const { return share_; }
  bool turned_away() const { return share_ < .5; }

 private:
  void judge();

  double seen_ = 0;
  double lost_ = 0;
  double arrived_arrived_ = 0;
  double arrived_lost_ = 0;
  double lost_lost_ = 0;
  double time_arrived_ = 0;
  double time_lost_ = 0;
  double time_time_ = 0;
  double share_ = 1;
};

}  // namespace booster::transport::rate
