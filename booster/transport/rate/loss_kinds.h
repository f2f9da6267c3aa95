// Tells loss that the radio makes from loss that our own rate makes: the one is the same whatever we send, the other
// grows with it. So the loss of rounds sent slower than the path takes is compared with that of rounds sent faster.
#pragma once
#include <cstdint>

#include "booster/transport/rate/limits.h"

namespace booster::transport::rate {

enum class Pace : std::uint8_t { Below, Level, Above };  // of what the path was thought to take

class LossKinds {
 public:
  void on_outcome(Pace pace, std::uint64_t arrived, std::uint64_t lost);
  // A packet was lost whose neighbours before it were not: the beginning of a burst, perhaps of one.
  void on_burst() { bursts_ += 1; }
  void on_regret(std::uint64_t returned);  // counted as lost, and arrived after all
  // The rate is another from here on, and what was seen before says nothing.
  void start_over();
  void forget_slow() { below_ = {}; }

  double all() const;        // share lost of everything lately
  double radio() const;      // what would be lost at any rate
  double when_slow() const;  // the same from slow rounds alone: where the level itself may be too much
  bool knows_slow() const;   // and whether there were enough of them
  double burst() const;      // packets lost together, on average: so many fewer independent observations there are
  bool in_bursts() const { return bursts_ < kEnoughBursts || burst() > kAlone; }  // not clearly one by one
  // More is lost the faster we send: the path is full, though no delay may show it.
  bool follows_rate() const;
  // One round lost clearly more than the radio does.
  bool exceeds_radio(std::uint64_t arrived, std::uint64_t lost) const;

 private:
  struct Count {
    double arrived = 0;
    double lost = 0;
    double total() const { return arrived + lost; }
    double share() const { return total() > 0 ? lost / total() : 0; }
  };
  static constexpr double kEnoughBursts = 5;
  static constexpr double kAlone = 1.3;                      // packets
  double doubt(const Count& one, const Count& other) const;  // three standard errors of their difference

  Count below_;
  Count level_;
  Count above_;
  double lost_ = 0;
  double bursts_ = 0;
};

}  // namespace booster::transport::rate
