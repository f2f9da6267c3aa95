// One link in a world of its own, fed at given times: for the tests of links.
#pragma once
#include "tests/sim/world.h"

namespace sim {

struct Fed {
  Duration at{};  // since the epoch
  std::uint64_t number = 0;
  bool operator==(const Fed&) const = default;
};

// Sends what it is told, when it is told.
class Feeder : public Node {
 public:
  struct Item {
    Duration at{};
    std::size_t wire = 0;
    Ecn ecn = Ecn::NotEct;
  };
  static constexpr std::size_t kHeaders = kUdpHeader + kIpv4Header;

  explicit Feeder(Route route) : route_(route) {}
  void feed(Duration at, std::size_t wire, Ecn ecn = Ecn::NotEct) { items_.push_back({at, wire, ecn}); }

  void on_datagram(const Route&, std::span<const std::byte>, Ecn, TimePoint) override {}
  void on_deadline(TimePoint) override {}
  TimePoint next_deadline() const override { return next_ < items_.size() ? kEpoch + items_[next_].at : kNever; }
  DatagramRun next_datagrams(std::span<std::byte> into, TimePoint now) override;

 private:
  Route route_;
  std::vector<Item> items_;  // in order of time
  std::size_t next_ = 0;
};

class Collector : public Node {
 public:
  struct Arrival {
    TimePoint at;
    std::vector<std::byte> bytes;
    Ecn ecn;
  };
  std::vector<Arrival> arrivals;

  std::vector<Fed> fed() const;
  void on_datagram(const Route&, std::span<const std::byte> bytes, Ecn ecn, TimePoint now) override {
    arrivals.push_back({now, {bytes.begin(), bytes.end()}, ecn});
  }
  void on_deadline(TimePoint) override {}
  TimePoint next_deadline() const override { return kNever; }
  DatagramRun next_datagrams(std::span<std::byte>, TimePoint) override { return {}; }
};

struct FedLink {
  explicit FedLink(LinkSettings settings, std::uint64_t seed = 1);
  std::vector<Fed> run(Duration length = std::chrono::hours(1));

  World world;
  Feeder feeder;
  Collector collector;
  Link& link;
  Host& source;
};

}  // namespace sim
