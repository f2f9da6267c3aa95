// What a carrier asks of a session: frames when it can send, and nothing else.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "booster/session/types.h"

namespace booster::session {

// What one frame carried, so that a carrier that acknowledges packets can say what became of it. A packet's carrier
// keeps the tickets of the packet; a stream carrier passes nullptr.
struct FrameTicket {
  enum class Kind : std::uint8_t { Stream, MaxData, MaxStreamData, MaxStreams, Reset, StopSending, OffsetAck, Close };
  Kind kind;
  Class of = Class::Control;  // Stream: its class
  bool fin : 1 = false;       // Stream: carried the end
  bool open : 1 = false;      // Stream: carried class and metadata
  bool again : 1 = false;     // Stream: nothing that was not sent before
  std::uint32_t length = 0;   // Stream: payload bytes
  StreamId stream;
  std::uint64_t value = 0;  // Stream: offset; OffsetAck: mark; credit: the limit told
};
using FrameTickets = std::vector<FrameTicket>;

class FrameSource {
 public:
  virtual ~FrameSource() = default;

  // Writes whole frames: control frames first, then what the scheduler chooses.
  //   Shape   returns bytes written; 0: nothing to send, or `into` is shorter than kMinFill; appends to *tickets
  virtual std::size_t fill(std::span<std::byte> into, TimePoint now, FrameTickets* tickets) = 0;
  // Whether fill() would write something now.
  virtual bool has_frames(TimePoint now) const = 0;
  // How much to ask for at once: kMaxRecord, or kUrgentRecord while somebody waits for an interactive stream.
  virtual std::size_t record_limit() const = 0;

  // Stream carriers: takes whole frames from the front of `in`.
  //   Shape   returns bytes used; an incomplete last frame (< kMaxFrame) stays with the caller
  //   Errors  Protocol, Limit: the session has closed; flush what fill() still gives (the CLOSE), then end the carrier.
  //           Closed: it was closed before
  virtual Result<std::size_t> on_frames(ByteView in, TimePoint now) = 0;
  // Packet carriers: all frames of one packet, all whole. No OFFSET_ACK answers them: the packet's own acknowledgement
  // does.
  virtual Result<> on_packet(ByteView in, TimePoint now) = 0;
  virtual void on_acked(std::span<const FrameTicket> tickets, TimePoint now) = 0;
  virtual void on_lost(std::span<const FrameTicket> tickets, TimePoint now) = 0;

  virtual void on_deadline(TimePoint now) = 0;
  virtual TimePoint next_deadline() const = 0;  // kNever: none. After it fill() may have something
};

}  // namespace booster::session
