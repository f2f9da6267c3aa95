// The two ends of a tunnel as nodes of a world: the real transport and session, with a fake key exchange unless a world
// brings the real one.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "booster/transport/door.h"
#include "tests/sim/ends/fake_handshake.h"
#include "tests/sim/ends/traffic.h"
#include "tests/sim/node.h"

namespace sim {

namespace transport = booster::transport;

struct ClientSettings {
  Route route{};
  std::optional<transport::rate::Remembered> remembered{};
  std::optional<transport::path::IdleLife> idle_life{};
  booster::Bytes token{};
  session::Limits limits{};
  std::shared_ptr<Exchanges> exchanges = std::make_shared<FakeExchanges>();
};

class ClientEnd : public Node {
 public:
  ClientEnd(std::uint64_t seed, ClientSettings settings);

  // Once, before its host is woken; `now` by the host's clock.
  void call(TimePoint now);
  bool called() const { return connection_ != nullptr; }
  transport::Connection& connection() { return *connection_; }
  session::Session& session() { return session_; }
  Traffic& traffic() { return traffic_; }
  booster::Result<transport::PathId> move(const Route& route, TimePoint now) { return connection_->move(route, now); }
  booster::Result<transport::PathId> try_path(const Route& route, TimePoint now) {
    return connection_->try_path(route, now);
  }
  const std::vector<transport::Event>& events() const { return events_; }
  template <typename E>
  const E* last() const {
    for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
      if (const auto* found = std::get_if<E>(&*event)) return found;
    }
    return nullptr;
  }
  std::optional<TimePoint> established_at() const { return established_at_; }

  void on_datagram(const Route& route, std::span<const std::byte> bytes, Ecn ecn, TimePoint now) override;
  void on_deadline(TimePoint now) override;
  TimePoint next_deadline() const override;
  DatagramRun next_datagrams(std::span<std::byte> into, TimePoint now) override;

 private:
  void after(TimePoint now);

  ClientSettings settings_;
  SeededEntropy entropy_;
  std::unique_ptr<transport::Handshake> handshake_;
  session::Session session_;
  Traffic traffic_{session_};
  std::unique_ptr<transport::Connection> connection_;
  std::vector<transport::Event> events_;
  std::optional<TimePoint> established_at_;
  TimePoint now_{};
};

class GatewayEnd : public Node {
 public:
  explicit GatewayEnd(std::uint64_t seed, std::shared_ptr<Exchanges> exchanges = std::make_shared<FakeExchanges>(),
                      transport::DoorLimits limits = {}, session::Limits session_limits = {});

  struct Guest {
    explicit Guest(const session::Limits& limits) : session(session::Role::Gateway, limits) {}
    session::Session session;
    Traffic traffic{session};
    std::optional<transport::Closed> closed;
  };
  transport::Door& door() { return *door_; }
  // The session of the connection that came n-th; nullptr: it has not come yet.
  Guest* guest(std::size_t nth);
  transport::Connection* connection(std::size_t nth);
  void restart(TimePoint now);  // everything but its secret is forgotten
  using OnGuest = std::function<void(Guest&)>;
  void on_guest(OnGuest call) { on_guest_ = std::move(call); }

  void on_datagram(const Route& route, std::span<const std::byte> bytes, Ecn ecn, TimePoint now) override;
  void on_deadline(TimePoint now) override;
  TimePoint next_deadline() const override;
  DatagramRun next_datagrams(std::span<std::byte> into, TimePoint now) override;

 private:
  void after(TimePoint now);

  SeededEntropy entropy_;
  std::shared_ptr<Exchanges> exchanges_;
  transport::DoorLimits limits_;
  session::Limits session_limits_;
  booster::crypto::Secret secret_;
  std::unique_ptr<transport::Door> door_;
  std::map<transport::Connection*, std::unique_ptr<Guest>> guests_;
  std::vector<transport::Connection*> order_;
  OnGuest on_guest_;
};

}  // namespace sim
