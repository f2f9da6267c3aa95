// Path: one pair of addresses with its connection ids, its packet numbers both ways, its loss recovery and its rate.
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "booster/transport/packet/frame.h"
#include "booster/transport/path/mtu_search.h"
#include "booster/transport/path/validation.h"
#include "booster/transport/rate/controller.h"
#include "booster/transport/rate/pacer.h"
#include "booster/transport/recovery/ack_schedule.h"
#include "booster/transport/recovery/lull.h"
#include "booster/transport/recovery/received_packets.h"
#include "booster/transport/recovery/redundancy.h"
#include "booster/transport/recovery/sent_packets.h"

namespace booster::transport::path {

// The arrival times of the first packets of a burst, which the peer's train is measured by.
struct TrainTimes {
  TimePoint last_at{};
  bool first = true;  // the path's first burst: each ACK tells what has come
  std::vector<std::pair<PacketNumber, packet::frame::ArrivalTick>> waiting;
  std::size_t left = rate::kTrainTimed;
};

// An address that a packet of this path came from, and which has not proved to receive there.
struct Candidate {
  Route route;
  Validation validation;
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
};

struct Path {
  Path(PathId number, const Route& at, std::size_t most) : id(number), route(at), mtu(most) {}

  PathId id;
  Route route;
  packet::ConnectionId ours;    // the peer sends to it
  packet::ConnectionId theirs;  // we send to it
  std::optional<packet::ResetToken> reset;

  recovery::ReceivedPackets received;
  recovery::AckSchedule acks;
  recovery::Lull lull;
  recovery::SentPackets sent;
  recovery::Rtt rtt;
  recovery::Redundancy redundancy;
  TrainTimes train;
  std::unique_ptr<rate::RateController> rate;
  rate::Pacer pacer;
  MtuSearch mtu;
  Validation validation;
  std::optional<Candidate> candidate;
  std::deque<packet::frame::Challenge> responses;  // owed
  std::optional<Route> respond_to;                 // where the last challenge came from

  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  bool claimed = false;                  // more than a trial: the client has gone on here
  bool brought_data = false;             // something of the session
  int probes = 0;                        // probe time-outs in a row
  int probes_due = 0;                    // packets that go whatever the window says
  int full_probes_due = 0;               // of them: with what may be missing
  bool went_on = false;                  // in this row of probes the peer was heard, and was sent what may be missing
  TimePoint silent_since = kNever;       // the first unanswered packet of a row of probes
  TimePoint opened{};                    // client: when it moved here
  TimePoint heard{};                     // a packet of the peer's was opened
  TimePoint left{};                      // the last one of ours went
  std::uint64_t app_limited_to = 0;      // octets sent when there was nothing more to send
  bool ran_dry = true;                   // nothing waited behind what left last
  std::optional<Duration> arrival_base;  // unwraps the peer's clock
  std::uint32_t arrival_last = 0;
  std::uint64_t ce_seen = 0;
  int unasked = 0;  // packets in a row that asked for no ACK
  enum class EcnUse : std::uint8_t { Testing, Works, Fails } ecn = EcnUse::Testing;
  std::uint64_t round_ends = 0;  // octets sent, for the reorder window
  int large_lost = 0;            // in a row, while smaller ones arrive
  TimePoint large_arrived{};     // when the newest large one left that has arrived
  PacketNumber last_lost{};
  std::uint64_t lost_packets = 0;
  std::uint64_t spurious_losses = 0;
  std::uint64_t copies = 0;  // packets of which something was sent a second time at once

  bool proved() const { return validation.state() == Validation::State::Proved; }
};

}  // namespace booster::transport::path
