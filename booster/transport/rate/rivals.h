// Rivals: whether others keep the bottleneck's queue full. Then keeping our own part of it small only gives it to them.
#pragma once
#include "booster/transport/rate/limits.h"

namespace booster::transport::rate {

class Rivals {
 public:
  enum class Verdict : std::uint8_t {
    Open,
    Rivals,  // others fill what we leave
    Path     // nothing moves at all: this is no queue, the path has become longer
  };
  // Once a round: the least queue seen in it, the most that is wanted, by how much it should have fallen because we
  // sent less than comes out, and what of it is noise.
  Verdict on_round(Duration least_queue, Duration most_wanted, Duration should_fall, Duration noise);
  bool present() const { return present_; }
  bool giving_way() const { return waiting_; }

 private:
  bool present_ = false;
  bool waiting_ = false;  // we are giving way, since
  int rounds_ = 0;
  Duration began_at_{};  // this queue
  Duration lowest_{};    // and it was between these since
  Duration highest_{};
  Duration owed_{};  // and should have fallen by this
};

}  // namespace booster::transport::rate
