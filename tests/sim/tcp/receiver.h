// The receiving end of the model: acknowledges every second segment, or after 40 ms, and at once while something is
// missing (RFC 5681 §4.2).
#pragma once
#include <map>

#include "tests/sim/node.h"
#include "tests/sim/tcp/segment.h"

namespace sim::tcp {

class Receiver : public Node {
 public:
  std::uint64_t in_order() const { return base_; }  // segments handed to the application
  std::uint64_t repeated() const { return repeated_; }

  void on_datagram(const Route& route, std::span<const std::byte> bytes, Ecn ecn, TimePoint now) override;
  void on_deadline(TimePoint /*now*/) override { owes_ = true; }
  TimePoint next_deadline() const override { return owes_ ? kNever : ack_at_; }
  DatagramRun next_datagrams(std::span<std::byte> into, TimePoint now) override;

 private:
  bool insert(std::uint64_t number);  // false: known
  Ack present() const;

  std::uint64_t base_ = 0;
  std::map<std::uint64_t, std::uint64_t> ranges_;  // first -> end, above base_
  std::uint64_t repeated_ = 0;
  int unacknowledged_ = 0;
  TimePoint ack_at_ = kNever;
  bool owes_ = false;
  Route route_{};
};

}  // namespace sim::tcp
