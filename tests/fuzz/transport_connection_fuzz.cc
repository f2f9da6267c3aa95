// A whole pair of connections in virtual time. The input decides what is lost, late, doubled or damaged, how time
// passes, what both say, and which packets come under valid keys. Whatever it is: no crash, nothing that never rests,
// octets as they were sent, and memory that stays bounded.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "tests/booster/transport/couple.h"

namespace {

using namespace booster::transport;
using booster::Bytes;
using booster::ByteView;

void require(bool holds) {
  if (!holds) std::abort();
}

class Machine {
 public:
  explicit Machine(ByteView script) : script_(script) {}

  void run() {
    const bool quiet = next() % 2 == 0;
    if (quiet) require(couple_.establish());
    while (at_ < script_.size()) {
      step(next());
      couple_.take_events();
      couple_.client_events.clear();
      couple_.gateway_events.clear();
      look(couple_.client());
      if (couple_.has_gateway()) look(couple_.gateway());
    }
  }

 private:
  std::uint8_t next() { return at_ < script_.size() ? std::to_integer<std::uint8_t>(script_[at_++]) : std::uint8_t{0}; }

  void step(std::uint8_t op) {
    switch (op & 15) {
      case 0:
      case 1:
      case 2:
      case 3:
        fate_ = next();
        couple_.run(std::chrono::milliseconds(op >> 4),
                    [this](bool up, Bytes& datagram) { return keep(up, datagram); });
        break;
      case 4:
        couple_.run(std::chrono::milliseconds(50 * next()));
        break;
      case 5:
        release();
        break;
      case 6:
      case 7:
        inject();
        break;
      case 8:
        say(couple_.client_session());
        break;
      case 9:
        if (couple_.has_gateway()) say(couple_.gateway_session());
        break;
      case 10: {
        Route route = Couple::client_route();
        route.local.port = static_cast<std::uint16_t>(1 + next() % 4);
        (void)couple_.client().move(route, couple_.now);
        break;
      }
      case 11:
        if (couple_.client().established()) couple_.client().wear_key(std::uint64_t{1} << 22);
        break;
      case 12:
        if (couple_.has_gateway() && couple_.gateway().established())
          couple_.gateway().wear_key(std::uint64_t{1} << 22);
        break;
      case 13:
        couple_.now += std::chrono::seconds(next()) * next();
        break;
      case 14:
        couple_.client().on_too_large(Couple::client_route(), 1100 + 2 * next(), couple_.now);
        break;
      default:
        if (op == 0xff) couple_.client().close(booster::Error(booster::Errc::Closed, "enough"), couple_.now);
    }
  }

  // Two bits for each datagram: kept, lost, held, damaged.
  bool keep(bool up, Bytes& datagram) {
    const int fate = fate_ & 3;
    fate_ = static_cast<std::uint8_t>(fate_ >> 2 | fate_ << 6);
    if (fate == 1) return false;
    if (fate == 2) held_.emplace_back(up, datagram);
    if (fate == 3) datagram[next() % datagram.size()] ^= std::byte{1};
    return fate != 2 || datagram.size() % 2 == 0;  // held, or doubled
  }

  void release() {
    while (!held_.empty()) {
      auto [up, datagram] = std::move(held_.back());
      held_.pop_back();
      couple_.arrive(up, datagram);
    }
  }

  void inject() {
    if (!couple_.has_gateway() || !couple_.has_keys()) return;
    Bytes payload;
    for (std::size_t size = next() % 64; size > 0 && at_ < script_.size(); --size) payload.push_back(script_[at_++]);
    Route route = Couple::gateway_route();
    route.remote.port = static_cast<std::uint16_t>(443 + payload.size() % 3);
    couple_.inject(payload, route);
  }

  void say(booster::session::Session& session) {
    const auto id = session.open(booster::session::Class::Bodies, {});
    if (!id) return;
    session.write(*id, Bytes(next() * 40U, std::byte{1}));
    session.finish(*id);
  }

  static void look(const Connection& connection) {
    require(connection.paths() >= 1 && connection.paths() <= path::kPathsAtOnce);
    require(connection.active().received.ranges().size() <= recovery::kMaxRanges);
    require(connection.active().responses.size() <= kMaxResponses);
  }

  ByteView script_;
  std::size_t at_ = 0;
  std::uint8_t fate_ = 0;
  Couple couple_;
  std::vector<std::pair<bool, Bytes>> held_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Machine(ByteView(reinterpret_cast<const std::byte*>(data), std::min<std::size_t>(size, 400))).run();
  return 0;
}
