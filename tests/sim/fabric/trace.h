// What happened in a world, typed; dumped as text when a test fails.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/fabric/digest.h"
#include "tests/sim/fabric/types.h"

namespace sim {

// From DroppedQueue on: the datagram ended here.
enum class What : std::uint8_t {
  Sent,
  Delivered,
  Marked,      // ECN: congestion experienced
  Corrupted,   // bits were flipped
  Duplicated,  // the datagram is the copy
  HeldBack,    // so that later ones overtake it
  Mapped,      // a NAT gave a port
  Injected,    // by an attacker
  DroppedQueue,
  DroppedCodel,
  DroppedPolicer,
  DroppedLoss,
  DroppedOutage,
  DroppedDown,    // the link was, or was taken, down
  DroppedSize,    // larger than the MTU
  DroppedNat,     // no mapping, or its filter
  DroppedGate,    // UDP is blocked
  DroppedAttack,  // an attacker swallowed it
  DroppedAsleep,  // the host sleeps
  DroppedRoute,   // no route to there
  DroppedHost,    // no such address at the receiver, or not the sender's own
};
constexpr std::size_t kWhats = static_cast<std::size_t>(What::DroppedHost) + 1;
constexpr bool is_drop(What what) {
  return what >= What::DroppedQueue;
}
std::string_view name_of(What what);

using ElementId = std::uint16_t;  // of a link, node, NAT ... in the order they were added

struct TraceEvent {
  TimePoint at;
  std::uint64_t serial = 0;  // of the datagram; a copy has its own
  std::uint32_t bytes = 0;   // on the wire
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  ElementId who = 0;
  What what = What::Sent;
};

class Trace {
 public:
  explicit Trace(std::size_t kept) : kept_(kept) {}

  ElementId name(std::string_view element);
  const std::string& name_of(ElementId id) const { return names_[id]; }
  void add(const TraceEvent& event);

  std::uint64_t count(What what) const { return counts_[static_cast<std::size_t>(what)]; }
  std::vector<TraceEvent> events() const;  // the last ones, oldest first
  std::string dump(std::size_t most = 200) const;
  Digest& digest() { return digest_; }
  const Digest& digest() const { return digest_; }

 private:
  std::size_t kept_;
  std::vector<TraceEvent> ring_;
  std::size_t oldest_ = 0;
  std::vector<std::string> names_;
  std::array<std::uint64_t, kWhats> counts_{};
  Digest digest_;
};

}  // namespace sim
