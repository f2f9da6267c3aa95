// LinkRate: how fast the path takes what we send, from what its carrier measures now and then.
#pragma once
#include <array>
#include <cstddef>
#include <optional>

#include "booster/session/types.h"

namespace booster::carrier {

using session::BitsPerSecond;

class LinkRate {
 public:
  // At most once a round trip. `app_limited`: there was less to send than the path would have taken.
  void on_sample(BitsPerSecond rate, bool app_limited);
  // As often, of a carrier that measures the path all the time: it may err upwards for a moment, too.
  void on_estimate(BitsPerSecond rate);
  void on_new_path();  // nothing is known of it

  // The best of the last few samples, or the middle one of estimates, once they have stopped to grow: a start is no
  // rate. nullopt: not known.
  std::optional<BitsPerSecond> value() const { return value_; }

 private:
  static constexpr std::size_t kKept = 5;
  static constexpr std::size_t kSteady = 2;  // samples in a row that did not grow by a quarter

  bool keep(BitsPerSecond rate);  // whether there are enough of them

  std::array<BitsPerSecond, kKept> kept_{};
  std::size_t next_ = 0;  // of all that were kept
  BitsPerSecond best_;
  std::size_t level_ = 0;
  std::optional<BitsPerSecond> value_;
};

bool differ(BitsPerSecond one, BitsPerSecond other);  // by a quarter or more

}  // namespace booster::carrier
