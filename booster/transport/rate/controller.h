// RateController: how fast one direction of one path may be sent into.
//
// It knows three things: what the bottleneck lets through (Delivery), what waits before it (QueueDelay), and which loss
// is the radio's (LossKinds). While something of ours waits at the bottleneck, what comes out of it *is* its rate; so a
// small queue is kept there on purpose, and the rate follows the path in both directions within a quarter of a round
// trip, without probing. Where no queue can be kept (a policer, a shallow buffer), loss that follows our rate takes its
// place. Source: PROTOCOL.md §7
#pragma once
#include <array>
#include <optional>
#include <vector>

#include "booster/transport/rate/delivery.h"
#include "booster/transport/rate/held.h"
#include "booster/transport/rate/loss_kinds.h"
#include "booster/transport/rate/queue_delay.h"
#include "booster/transport/rate/rivals.h"
#include "booster/transport/rate/rounds.h"
#include "booster/transport/rate/sounding.h"
#include "booster/transport/rate/swings.h"
#include "booster/transport/rate/train.h"
#include "booster/transport/rate/turns.h"

namespace booster::transport::rate {

// What is kept of a path for the next time.
struct Remembered {
  BitsPerSecond rate;
  Duration rtt{};
  bool operator==(const Remembered&) const = default;
};

struct RoundTrip {  // as loss recovery knows it
  Duration smoothed{};
  Duration least{};
};

struct Acked {  // one ACK
  TimePoint now;
  Duration received{};             // arrival of the largest on the peer's clock
  TimePoint left{};                // when that was sent
  std::size_t size = 0;            // its octets
  std::uint64_t largest_sent = 0;  // octets sent up to and with it
  std::uint64_t sent = 0;          // octets sent up to now
  std::uint64_t delivered = 0;     // octets known to have arrived
  bool app_limited = false;        // there was less to send than the path would have taken
};

class RateController {
 public:
  RateController(std::size_t packet, RoundTrip rtt, std::optional<BitsPerSecond> hint,
                 std::optional<Remembered> remembered);

  // Of what asks for an ACK, in the order of the numbers.
  void on_departure(const Departure& packet);
  void on_arrival(PacketNumber number, Duration received);
  void on_outcome(Pace pace, std::uint64_t arrived, std::uint64_t lost);  // packets
  void on_burst() { loss_.on_burst(); }
  void on_regret(std::uint64_t returned) { loss_.on_regret(returned); }
  // What is sent now finds the path empty of ours. While nothing is known of it, this is a train anew: the packets of
  // earlier ones came one by one. `delivered`: as in Acked.
  void on_burst_begins(std::uint64_t delivered, TimePoint now);
  void on_ack(const Acked& ack, RoundTrip rtt);
  void on_congestion_mark(TimePoint now);  // ECN-CE was seen at the peer
  void on_outage();                        // probes go unanswered: what is lost now says nothing of the rate

  BitsPerSecond pacing() const { return pacing_; }
  std::uint64_t window() const;  // octets in flight at most
  Pace pace() const { return pace_; }
  std::size_t packet() const { return packet_; }

  enum class Stage : std::uint8_t { Train, Jump, Cruise };
  Stage stage() const { return stage_; }
  BitsPerSecond capacity() const { return capacity_; }
  Duration queue() const { return delay_.queue(); }
  double loss() const { return loss_.all(); }
  double radio_loss() const { return loss_.radio(); }
  bool loses_in_bursts() const { return loss_.in_bursts(); }
  bool policed() const { return held_.now(); }
  bool rivals() const { return rivals_.present(); }
  bool swings() const { return swings_.present(); }
  std::optional<Remembered> remember() const;

 private:
  enum class Step : std::uint8_t { Level, Up, Down, Settle };
  bool tells_delay(std::size_t size) const;
  Duration as_largest(Duration delay, std::size_t size) const;
  void take_early_delays();
  Duration window_of_samples() const;
  std::size_t sample_size() const;
  void begin_train(std::uint64_t delivered, TimePoint now);
  Duration queue_most() const;
  Duration queue_wanted() const;
  BitsPerSecond train_pacing() const;
  void leave_train(const Acked& ack);
  void on_round(const Acked& ack);
  void next_step(TimePoint now);
  double test_depth() const;
  bool overflows() const;
  double question(TimePoint now) const;
  void measure(const Acked& ack);
  void count_turns(const Acked& ack);
  bool turned_away() const;
  double passed(const Delivery::Rates& rates) const;
  bool rides_swings() const;
  BitsPerSecond swing_rate() const;
  void choose_pacing();
  double servo_gain() const;
  void sound(const Acked& ack, Duration took);
  void keep_to_what_arrives();
  void meet_rivals(BitsPerSecond link);
  double growth() const;
  bool waits() const;
  void judge_room(Duration took);
  bool has_room() const;
  void judge_queue(Duration gave_way, Duration took);
  void judge_loss(const Acked& ack);
  void fall_to_what_arrives();
  void steer_by_loss(const Acked& ack);
  void correct_memory(const Acked& ack);

  std::size_t packet_;
  RoundTrip rtt_;
  Train train_;
  Stage stage_ = Stage::Train;
  Delivery delivery_;
  QueueDelay delay_;
  struct EarlyDelay {
    Duration delay;
    std::size_t size;
    TimePoint left;
    std::optional<TimePoint> acked;  // nullopt: only its arrival was told
  };
  std::vector<EarlyDelay> early_;  // while there is no rate
  LossKinds loss_;
  Rivals rivals_;
  Sounding sounding_;
  int rounds_since_sounding_ = 0;
  int doubts_ = 0;  // soundings in a row that seemed to show others
  Duration lossless_{};
  Swings swings_;
  Turns turns_;
  std::optional<Acked> acked_;  // the last
  Rounds rounds_;
  BitsPerSecond capacity_ = kTrainRate;
  bool capacity_seen_ = false;  // a bottleneck was seen, not only our own pace
  bool confirmed_ = false;      // while something of ours waited there, not by a train alone
  bool only_arrived_ = false;   // no train was measured: it is what happened to arrive
  std::optional<BitsPerSecond> hint_;
  std::uint64_t train_from_ = 0;  // octets delivered before it
  TimePoint train_began_{};
  int train_rounds_ = 0;
  bool train_broken_ = false;  // by an outage
  std::uint64_t delivered_in_train_ = 0;
  BitsPerSecond pacing_ = kTrainRate;
  Pace pace_ = Pace::Level;

  Step step_ = Step::Level;
  int rounds_at_level_ = 0;
  double dip_ = 0;
  TimePoint last_dip_{};
  int long_rounds_ = 0;   // in a row in which our queue never became short
  int empty_rounds_ = 0;  // in a row in which nothing of ours waited though there was enough to send
  Duration round_queue_ = Duration::max();
  Duration round_most_{};                   // the highest in it
  Duration round_least_ = Duration::max();  // the same above the path's least
  bool drains_ = false;                     // this dip leaves nothing of ours waiting
  bool round_app_limited_ = false;
  std::uint64_t round_arrived_ = 0;
  std::uint64_t round_lost_ = 0;
  TimePoint round_began_{};
  std::array<BitsPerSecond, 2> paced_{};  // at the beginning of this round and of the one before
  std::uint64_t believed_from_ = 0;       // the round from which on loss is counted: before it, it is of another rate
  double way_arrived_ = 0;                // packets, since we give way to a queue
  double way_lost_ = 0;
  double radio_kept_ = 0;          // loss that was there before others came
  BitsPerSecond capacity_kept_{};  // before a queue was seen that may be none
  double gain_ = 1;
  Duration room_{};  // of queue that what we sent should have filled
  std::array<Duration, 2> filling_{};
  Held held_;
  BitsPerSecond alone_{};  // ours when nobody else seemed to be there
  TimePoint asked_{};      // whether there are others
  TimePoint deep_dip_{};
  bool from_memory_ = false;  // the jump goes to a remembered rate, which its own first packets may contradict
  bool jumped_ = false;       // the round of the jump is known
  TimePoint marked_{};
  double wanted_share_ = 1;  // of the standing queue: less where the path marks it
  bool outage_ = false;
};

}  // namespace booster::transport::rate
