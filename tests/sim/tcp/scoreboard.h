// Which segments are in flight, acknowledged, lost; the round trip and delivery rate that acknowledgements show.
//   Source: RFC 6675 (three later ones delivered: lost, here by the order of sending, so that lost retransmissions are
//   found too, as RFC 8985 does), RFC 6298, draft-cheng-iccrg-delivery-rate-estimation-00
#pragma once
#include <deque>
#include <set>
#include <utility>

#include "tests/sim/tcp/congestion.h"
#include "tests/sim/tcp/segment.h"

namespace sim::tcp {

class RoundTrip {
 public:
  void add(Duration sample);
  void back_off() { backed_off_ = std::min(backed_off_ * 2, 64); }
  Duration smoothed() const { return smoothed_; }
  Duration least() const { return least_; }
  Duration timeout() const;

 private:
  Duration smoothed_{};
  Duration variation_{};
  Duration least_ = Duration::max();
  int backed_off_ = 1;
};

class Scoreboard {
 public:
  std::uint64_t in_flight() const { return in_flight_; }
  std::uint64_t base() const { return base_; }                     // all below are acknowledged
  std::uint64_t next() const { return base_ + segments_.size(); }  // never sent yet
  std::uint64_t total_delivered() const { return delivered_; }
  std::uint64_t total_sent() const { return transmissions_; }
  bool has_lost() const { return !lost_.empty(); }
  std::uint64_t highest_lost() const { return *lost_.rbegin(); }
  Duration timeout() const { return round_trip_.timeout(); }

  std::uint64_t send_next(TimePoint now);  // the first lost one, or a new one
  Acked on_ack(const Ack& ack, TimePoint now);
  void on_timeout();  // all in flight are taken for lost

 private:
  enum class State : std::uint8_t { Flying, Lost, Delivered };
  struct Segment {
    State state = State::Flying;
    bool again = false;  // sent more than once: no round trip sample (Karn)
    std::uint64_t transmission = 0;
    TimePoint sent{};
    std::uint64_t delivered = 0;  // totals when it was sent
    TimePoint delivered_at{};
    TimePoint first_sent{};
  };
  struct Newest {  // the segment last sent of those that an acknowledgement newly names
    bool any = false;
    Segment segment{};
    Duration rtt{};
  };

  void deliver(std::uint64_t number, TimePoint now, Newest& newest);
  void lose(std::uint64_t number);
  std::uint64_t detect_losses();
  double rate_of(const Newest& newest) const;

  std::uint64_t base_ = 0;
  std::deque<Segment> segments_;
  std::deque<std::pair<std::uint64_t, std::uint64_t>> order_;  // (transmission, number)
  std::set<std::uint64_t> lost_;
  std::uint64_t in_flight_ = 0;
  std::uint64_t transmissions_ = 0;
  std::uint64_t newest_delivered_ = 0;  // transmission
  std::uint64_t delivered_ = 0;
  TimePoint delivered_at_{};
  TimePoint first_sent_{};
  RoundTrip round_trip_;
};

}  // namespace sim::tcp
