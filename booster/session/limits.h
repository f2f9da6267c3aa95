// Every bound of the session layer, in one place.                                         Source: PROTOCOL.md §8
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace booster::session {

using TimePoint = std::chrono::steady_clock::time_point;  // handed in by callers; nothing here reads a clock
using Duration = TimePoint::duration;
constexpr TimePoint kNever = TimePoint::max();

// Part of protocol version 1: both ends build with the same numbers.
constexpr std::size_t kMaxRecord = std::size_t{16} << 10;  // what TLS puts into one record
constexpr std::size_t kUrgentRecord = std::size_t{4}
                                      << 10;  // a record is opened when it is whole: short while someone waits
constexpr std::size_t kMaxMetadata = std::size_t{1} << 10;  // names and digests of one item; no list fits, none should
constexpr std::size_t kMaxReason = 256;                     // one line for a person
constexpr std::size_t kMaxDatagram = 1024;                  // fits a UDP packet on every path
constexpr std::chrono::seconds kLeastKeepalive{5};          // no flood
constexpr std::chrono::seconds kMostKeepalive{3600};
constexpr std::size_t kMaxAckEntries = 256;  // in one OFFSET_ACK; more go into the next
constexpr std::size_t kFrameOverhead = 64;   // type, ids, offsets, lengths of any frame, generously
constexpr std::size_t kMaxFrame = kMaxRecord + kMaxMetadata + kFrameOverhead;  // what a reader must be able to hold
constexpr std::size_t kMaxHandshake = std::size_t{16} << 10;  // Hello, HelloReply, Join without resume state
constexpr std::size_t kMaxResumeState = std::size_t{64}
                                        << 10;                // 2 x 1024 live streams of at most 22 bytes, and the rest
constexpr std::uint64_t kMaxOffset = std::uint64_t{1} << 62;  // so that sums never wrap

// Local, no need to agree.
constexpr std::size_t kMinFill = kMaxMetadata + kFrameOverhead;  // an opening is never cut; a packet of 1,200 has it
constexpr std::size_t kMinPayload = 16;  // nor a data frame for fewer bytes, unless the rest is that short
constexpr std::size_t kAckSoon = std::size_t{4}
                                 << 10;  // acknowledged within kAckDelay: 80 bytes with record and headers, 2 %
constexpr Duration kAckDelay = std::chrono::milliseconds(100);  // several streams' ends share one frame
constexpr Duration kAckTrickle = std::chrono::seconds(1);       // a few bytes hold no buffer worth a packet
constexpr std::size_t kLittleSend = std::size_t{64} << 10;  // of a stream that keeps little, before a path is measured
constexpr std::size_t kMaxPongs = 8;       // owed to a peer that pings faster than we may send: the latest count
constexpr std::size_t kMaxDatagrams = 64;  // waiting, each way; the oldest is worth least and goes
// Out-of-order ranges of all streams, about 1 MiB of nodes: a receive budget of packets of which each second one is
// lost has 3,500.
constexpr std::size_t kMaxRanges = 8192;
constexpr std::size_t kMaxClosedAcks = 4096;  // acknowledgements owed for streams already forgotten

// Windows and budgets of one session. The first three are what the peer may assume before any credit frame, so both
// ends must be given the same; the others are local.
struct Limits {
  std::uint64_t stream_window = std::uint64_t{256} << 10;  // one BDP of 10 Mbit/s at 200 ms before anything is measured
  std::uint64_t session_window = std::uint64_t{4} << 20;   // 16 such streams
  std::uint64_t streams = 1024;  // open at once, each way: a skeleton of a big account needs ~100

  // Bytes received and not yet read, all streams. Unread streams do not take from the session window until this is
  // reached, so that one slow worker stops only its own streams.
  std::size_t receive_budget = std::size_t{8} << 20;
  // Bytes written and not yet acknowledged, all streams; the last quarter is kept for urgent classes.
  std::size_t send_budget = std::size_t{8} << 20;
  std::size_t stream_send = std::size_t{512} << 10;  // the same of one stream; grows with the window by set_path

  std::size_t ack_bytes = std::size_t{64} << 10;  // acknowledged at once: 6 bytes per 64 KiB are 0.01 %

  // Silence is only meaningful when an answer is owed: a ping, or an acknowledgement.
  Duration keepalive = std::chrono::seconds(25);  // below the 30 s after which the worst NATs forget; zero: none
  Duration silence = std::chrono::seconds(20);    // a full record and a full queue at 20 kbit/s drain in 12 s
};

}  // namespace booster::session
