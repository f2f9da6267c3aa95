// What a connection does, step by step, for whoever wants to watch: numbers and states, never content or addresses.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "booster/transport/types.h"
#include "codec/base/error.h"

namespace booster::transport::trace {

// `path` is kHandshakePath for long packets. `size`: octets with header and tag.
struct PacketSent {
  PathId path;
  PacketNumber number;
  std::uint32_t size = 0;
  bool eliciting = false;  // asks for an ACK
};
struct PacketReceived {  // opened, and new
  PathId path;
  PacketNumber number;
  std::uint32_t size = 0;
  Ecn ecn = Ecn::NotEct;
};
struct PacketsAcked {  // by one ACK
  PathId path;
  std::vector<PacketNumber> numbers;
  bool after_all = false;  // they had been given up as lost
};
struct PacketLost {
  PathId path;
  PacketNumber number;
  std::uint32_t size = 0;
  bool probe_of_size = false;
};
struct CopiesSent {  // of what somebody waits for, before anybody knew whether it was lost
  PathId path;
  std::uint64_t packets = 0;
};

// At most once a round trip, and when the estimate of the rate changes by an eighth.
struct Metrics {
  PathId path;
  BitsPerSecond rate;  // what the path is thought to take
  BitsPerSecond pacing;
  Duration queue{};  // of ours before the bottleneck
  Duration smoothed_rtt{};
  Duration latest_rtt{};
  Duration least_rtt{};
  Duration rtt_variation{};
  std::uint64_t window = 0;  // octets
  std::uint64_t in_flight = 0;
  bool operator==(const Metrics&) const = default;
};
struct LossJudged {
  PathId path;
  double all = 0;    // share of packets lost lately
  double radio = 0;  // … whatever we send; the rest is our own rate's
};
struct PolicerJudged {
  PathId path;
  bool found = false;
  BitsPerSecond rate;
};
struct RivalsJudged {
  PathId path;
  bool present = false;
};

struct PathChanged {
  enum class To : std::uint8_t {
    Opened,
    Proved,  // who is there has shown that it receives
    Failed,  // does not answer
    InUse,   // we go on here
    Moved,   // the same path, the peer has another address
    Gone
  };
  PathId path;
  To to = To::Opened;
};
struct MtuFound {  // octets of a datagram
  PathId path;
  std::size_t before = 0;
  std::size_t now = 0;
};
struct KeyUpdated {
  std::uint64_t updates = 0;  // since the watching began
};
struct ProbeTimeout {
  PathId path;
  int in_row = 0;
};
struct OutageBegan {
  PathId path;
};
struct OutageEnded {
  PathId path;
  Duration lasted{};  // since the first packet that went unanswered
};
struct ConnectionClosed {
  Error error;
  bool by_peer = false;
};

using Event = std::variant<PacketSent, PacketReceived, PacketsAcked, PacketLost, CopiesSent, Metrics, LossJudged,
                           PolicerJudged, RivalsJudged, PathChanged, MtuFound, KeyUpdated, ProbeTimeout, OutageBegan,
                           OutageEnded, ConnectionClosed>;

class Observer {
 public:
  virtual ~Observer() = default;
  // Must not call the connection.
  virtual void on_trace(const Event& event, TimePoint now) = 0;
};

}  // namespace booster::transport::trace
