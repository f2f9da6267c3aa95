// BBR version 1.                                               Source: draft-cardwell-iccrg-bbr-congestion-control-00
#pragma once
#include <deque>
#include <utility>

#include "tests/sim/fabric/random.h"
#include "tests/sim/tcp/congestion.h"

namespace sim::tcp {

class Bbr : public Congestion {
 public:
  explicit Bbr(std::uint64_t seed) : random_(seed) {}

  void on_ack(const Acked& ack) override;
  void on_loss(const Acked& ack) override;
  void on_recovered() override;
  void on_timeout(TimePoint now, std::uint64_t in_flight) override;
  double window() const override { return window_; }
  double pacing() const override { return pacing_; }

  enum class State : std::uint8_t { Startup, Drain, ProbeBandwidth, ProbeRtt };
  State state() const { return state_; }
  double bottleneck() const { return bandwidths_.empty() ? 0 : bandwidths_.front().second; }
  Duration min_rtt() const { return min_rtt_; }

 private:
  void update_round(const Acked& ack);      // §4.1.1.3
  void update_bandwidth(const Acked& ack);  // §4.1.1
  void check_full_pipe();                   // §4.3.2.2
  void check_drain(const Acked& ack);       // §4.3.3
  void probe_bandwidth(TimePoint now);      // §4.3.4.3
  void advance_cycle(const Acked& ack);
  void update_min_rtt(const Acked& ack);  // §4.1.2, §4.3.5
  void enter_probe_rtt();
  void probe_rtt(const Acked& ack);
  void leave_probe_rtt(TimePoint now);
  void set_pacing();                  // §4.2.1
  void set_window(const Acked& ack);  // §4.2.3
  void save_window();
  double target(double gain) const;

  static constexpr double kHighGain = 2.885;  // 2/ln 2: doubles the rate each round

  Random random_;
  State state_ = State::Startup;
  double pacing_gain_ = kHighGain;
  double window_gain_ = kHighGain;
  double window_ = kInitialWindow;
  double saved_window_ = 0;
  double pacing_ = 0;

  std::deque<std::pair<std::uint64_t, double>> bandwidths_;  // (round, rate), falling: the front is the maximum
  std::uint64_t round_ = 0;
  std::uint64_t next_round_delivered_ = 0;
  bool round_start_ = false;

  double full_bandwidth_ = 0;
  int full_count_ = 0;
  bool filled_ = false;

  std::size_t cycle_ = 0;
  TimePoint cycle_since_{};

  Duration min_rtt_{};
  TimePoint min_rtt_at_{};
  bool min_rtt_expired_ = false;
  TimePoint probe_rtt_until_ = kNever;
  bool probe_rtt_round_done_ = false;

  bool recovering_ = false;
  bool conserving_ = false;
};

}  // namespace sim::tcp
