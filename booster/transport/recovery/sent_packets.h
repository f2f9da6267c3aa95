// The packets of one space that were sent: which arrived, which are lost, when to probe.
// Source: RFC 9002 §6, RFC 8985
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "booster/session/frame_source.h"
#include "booster/transport/recovery/reorder_window.h"
#include "booster/transport/recovery/rtt.h"

namespace booster::transport::recovery {

// A transport frame of ours in a packet, so that it can be made anew when the packet is lost.
struct OwnFrame {
  enum class Kind : std::uint8_t { Handshake, Greeting, PathId, RetirePath, Challenge, Token, Done, Ack };
  Kind kind;
  bool fin = false;
  std::uint32_t length = 0;  // Handshake, Greeting
  std::uint64_t value = 0;   // offset; path; Ack: largest told
};

struct SentPacket {
  PacketNumber number;
  TimePoint sent_at{};
  std::uint32_t size = 0;        // of the datagram's part, with header and tag
  bool eliciting = false;        // asks for an ACK, and counts as in flight
  bool probe_of_size = false;    // its loss says something about its size only
  std::uint64_t sent_bytes = 0;  // of eliciting packets, this one included, since the path began
  std::uint64_t delivered_before = 0;
  TimePoint delivered_at{};  // when delivered_before was reached
  bool app_limited = false;  // there was less to send than the path would have taken
  std::uint8_t pace = 0;     // rate::Pace it was sent at
  session::FrameTickets tickets;
  std::vector<OwnFrame> own;
};

struct AckReport {                   // what an ACK said
  std::vector<SentPacket> acked;     // newly, descending
  std::vector<SentPacket> returned;  // had been given up as lost, and arrived after all
  bool largest_is_new = false;
};

class SentPackets {
 public:
  PacketNumber next_number() const { return {next_}; }
  // In the order of their numbers.
  void on_sent(SentPacket packet);

  //   Errors  Protocol: acknowledges what was never sent
  Result<AckReport> on_ack(std::span<const NumberRange> ranges, TimePoint now);
  // Those that count as lost now; each once.
  std::vector<SentPacket> take_lost(TimePoint now, const Rtt& rtt);
  // What carries data and waits longest for its acknowledgement, as something to send again in a probe; it stays in
  // flight and counts as lost for nobody. nullptr: nothing waits.
  SentPacket* oldest_unprobed();
  void forget_probes();  // none of them arrived
  // nullptr: not remembered (any more).
  const SentPacket* find(PacketNumber number);
  // nullptr: what became of it is known, or it was no packet of ours.
  const SentPacket* find_in_flight(PacketNumber number);
  // All that is in flight is lost (the path is given up, or the space ends).
  std::vector<SentPacket> take_all();

  ReorderWindow& window() { return window_; }
  TimePoint loss_deadline(const Rtt& rtt) const;  // take_lost() has something then
  TimePoint last_eliciting_at() const { return last_eliciting_at_; }
  std::uint64_t bytes_in_flight() const { return in_flight_; }
  std::size_t eliciting_in_flight() const { return eliciting_; }
  std::optional<PacketNumber> largest_acked() const { return largest_acked_; }
  std::uint64_t sent_bytes() const { return sent_bytes_; }
  std::uint64_t delivered_bytes() const { return delivered_; }
  TimePoint delivered_at() const { return delivered_at_; }

 private:
  enum class State : std::uint8_t { InFlight, Acked, Lost };
  struct Entry {
    SentPacket packet;
    State state = State::InFlight;
    bool probed = false;
  };
  Entry* entry(std::uint64_t number);
  std::size_t first_waiting();
  void acknowledge(Entry& entry, AckReport& report);
  bool is_lost(const Entry& entry, TimePoint now, Duration window) const;
  void leave_flight(const SentPacket& packet);
  void drop_settled(TimePoint now);

  std::deque<Entry> entries_;  // consecutive numbers
  std::uint64_t next_ = 0;
  std::uint64_t settled_to_ = 0;  // what became of all below it is known: nothing there is looked at again and again
  std::optional<PacketNumber> largest_acked_;
  TimePoint newest_acked_sent_{};  // the latest time of sending among what arrived
  PacketNumber newest_acked_{};
  ReorderWindow window_;
  std::uint64_t in_flight_ = 0;
  std::size_t eliciting_ = 0;
  std::uint64_t sent_bytes_ = 0;
  std::uint64_t delivered_ = 0;
  TimePoint delivered_at_{};
  TimePoint last_eliciting_at_{};
};

}  // namespace booster::transport::recovery
