// The sending end of a bulk transfer over a model of TCP: a peer for tests of fairness, not TCP.
#pragma once
#include <memory>

#include "tests/sim/node.h"
#include "tests/sim/tcp/congestion.h"
#include "tests/sim/tcp/scoreboard.h"

namespace sim::tcp {

struct SenderSettings {
  Route route{};
  std::uint64_t segments = 0;          // 0: for ever
  TimePoint start = TimePoint::min();  // nothing is sent before
  TimePoint stop = kNever;             // nothing new after
};

class Sender : public Node {
 public:
  Sender(const SenderSettings& settings, std::unique_ptr<Congestion> congestion)
      : settings_(settings), congestion_(std::move(congestion)) {}

  bool done() const { return settings_.segments != 0 && board_.base() >= settings_.segments; }
  const Congestion& congestion() const { return *congestion_; }
  const Scoreboard& board() const { return board_; }
  std::uint64_t recoveries() const { return recoveries_; }
  std::uint64_t timeouts() const { return timeouts_; }

  void on_datagram(const Route& route, std::span<const std::byte> bytes, Ecn ecn, TimePoint now) override;
  void on_deadline(TimePoint now) override;
  TimePoint next_deadline() const override;
  DatagramRun next_datagrams(std::span<std::byte> into, TimePoint now) override;

 private:
  enum class State : std::uint8_t { Open, Recovery, Loss };  // Loss: after a time-out

  bool has_more() const;
  bool may_send() const;
  void follow_recovery(Acked& acked);

  SenderSettings settings_;
  std::unique_ptr<Congestion> congestion_;
  Scoreboard board_;
  State state_ = State::Open;
  std::uint64_t recovery_end_ = 0;  // the first segment that was not sent yet when it began
  TimePoint timeout_at_ = kNever;
  TimePoint pace_at_ = TimePoint::min();
  TimePoint last_now_ = TimePoint::min();
  std::uint64_t recoveries_ = 0;
  std::uint64_t timeouts_ = 0;
};

}  // namespace sim::tcp
