// Rivals: whether others keep the bottleneck's queue full, and what of the link is ours then. Keeping our own part of
// such a queue small only gives it to them.
#pragma once
#include "booster/transport/rate/delivery.h"

namespace booster::transport::rate {

class Rivals {
 public:
  enum class Verdict : std::uint8_t {
    Open,
    Rivals,  // others fill what we leave
    Path     // nothing moves at all: this is no queue, the path has become longer
  };
  // Once a round: the least queue seen in it, the most that is wanted, by how much it should have fallen because we
  // sent less than comes out, what of it is noise, and how long the round took.
  Verdict on_round(Duration least_queue, Duration most_wanted, Duration should_fall, Duration noise, Duration took);
  bool present() const { return present_; }
  bool giving_way() const { return waiting_; }
  bool empty() const { return empty_rounds_ > 0; }  // nothing waits, for now
  bool full() const { return full_; }

  // They are there. The link's own rate, as far as it is known: it was ours alone, or its rate was measured.
  void begin(BitsPerSecond link);
  void leave() { present_ = false; }
  // `share` of it was ours when we sent `rate`, as a sounding says; `loses`: the queue overflows.
  void on_share(double share, BitsPerSecond rate, bool loses);
  BitsPerSecond ours() const { return ours_; }
  bool new_here() const { return soundings_ < kFew; }

 private:
  static constexpr int kFew = 4;

  bool present_ = false;
  bool waiting_ = false;  // we are giving way, since
  int rounds_ = 0;
  Duration began_at_{};  // this queue
  Duration lowest_{};    // and it was between these since
  Duration highest_{};
  Duration owed_{};   // and should have fallen by this
  Duration empty_{};  // nothing waits, since
  int empty_rounds_ = 0;
  int still_rounds_ = 0;      // in a row in which it did not move
  bool full_ = false;         // more waits than is wanted
  double time_of_a_bit_ = 0;  // on the link
  BitsPerSecond ours_{};
  int soundings_ = 0;
};

}  // namespace booster::transport::rate
