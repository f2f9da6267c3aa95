// One live stream of a session: both directions, and what is due for it.
#pragma once
#include <cstdint>
#include <optional>
#include <utility>

#include "booster/session/stream/receive_side.h"
#include "booster/session/stream/send_side.h"
#include "booster/session/types.h"

namespace booster::session {

// What next_event() has still to tell of a stream, lowest bit first.
namespace tells {
constexpr std::uint8_t kOpened = 1 << 0;
constexpr std::uint8_t kReset = 1 << 1;
constexpr std::uint8_t kStopped = 1 << 2;
constexpr std::uint8_t kReadable = 1 << 3;
constexpr std::uint8_t kWritable = 1 << 4;
constexpr std::uint8_t kAllAcked = 1 << 5;
}  // namespace tells

struct StreamState {
  StreamState(StreamId stream, Class sends, std::optional<Bytes> opening, std::uint64_t credit, std::uint64_t granted)
      : id(stream), of(sends), opened_as(sends), send(credit, std::move(opening)), receive(granted) {}

  const StreamId id;
  Class of;             // our direction
  Class opened_as;      // the opener's choice: what the peer's direction is counted as
  bool opened = false;  // we know class and metadata
  Bytes metadata;       // the peer's, until Opened is told
  stream::SendSide send;
  stream::ReceiveSide receive;

  std::uint8_t events = 0;
  bool readable_told = false;  // and not looked at since
  bool max_data_due = false;
  bool stop_due = false;
  std::optional<Error> stop;         // we want nothing more
  std::optional<Error> stopped;      // the peer wants nothing more
  std::uint64_t unacknowledged = 0;  // bytes received since an acknowledgement was given out
  bool counts_urgent = false;
  bool keeps_little = false;

  bool over() const { return send.over() && receive.over() && events == 0; }
};

}  // namespace booster::session
