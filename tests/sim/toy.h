// Two nodes without a protocol worth the name: a sender with a fixed window and a receiver that acknowledges each
// datagram by its number. They show how a node is written, and test the network.
#pragma once
#include "tests/sim/node.h"

namespace sim {

struct ToySettings {
  Route route{};
  std::uint64_t datagrams = 100;
  std::size_t bytes = 1200;                  // of each; at least 8, for its number
  std::size_t window = 10;                   // in flight
  Duration retry = std::chrono::seconds(1);  // after so long without any answer all are sent again
  Ecn ecn = Ecn::NotEct;
};

class ToySender : public Node {
 public:
  explicit ToySender(const ToySettings& settings) : settings_(settings), states_(settings.datagrams) {}

  bool done() const { return acked_ == settings_.datagrams; }
  std::uint64_t acked() const { return acked_; }
  std::uint64_t sent() const { return sent_; }
  TimePoint last_now() const { return last_now_; }  // by its own clock

  void on_datagram(const Route& route, std::span<const std::byte> bytes, Ecn ecn, TimePoint now) override;
  void on_deadline(TimePoint now) override;
  TimePoint next_deadline() const override { return done() ? kNever : retry_at_; }
  DatagramRun next_datagrams(std::span<std::byte> into, TimePoint now) override;

 private:
  enum class State : std::uint8_t { Waiting, Flying, Acked };

  ToySettings settings_;
  std::uint64_t next_ = 0;
  std::uint64_t sent_ = 0;
  std::vector<State> states_;
  std::size_t flying_ = 0;
  std::uint64_t acked_ = 0;
  TimePoint retry_at_ = kNever;
  TimePoint last_now_{};
};

class ToyReceiver : public Node {
 public:
  const std::vector<std::uint64_t>& numbers() const { return numbers_; }  // as they came, with repetitions
  const std::vector<TimePoint>& times() const { return times_; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t marked() const { return marked_; }  // came with CE
  const Route& last_route() const { return last_route_; }
  void set_silent() { silent_ = true; }  // acknowledges nothing

  void on_datagram(const Route& route, std::span<const std::byte> bytes, Ecn ecn, TimePoint now) override;
  void on_deadline(TimePoint /*now*/) override {}
  TimePoint next_deadline() const override { return kNever; }
  DatagramRun next_datagrams(std::span<std::byte> into, TimePoint now) override;

 private:
  std::vector<std::uint64_t> numbers_;
  std::vector<TimePoint> times_;
  std::uint64_t bytes_ = 0;
  std::uint64_t marked_ = 0;
  Route last_route_{};
  bool owes_ = false;
  bool silent_ = false;
};

}  // namespace sim
