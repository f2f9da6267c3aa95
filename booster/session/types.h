// The words of the session layer.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>

#include "booster/schedule/class.h"
#include "booster/session/limits.h"
#include "codec/base/bytes.h"
#include "codec/base/result.h"

namespace booster::session {

using schedule::Class;

enum class Role : std::uint8_t {
  Client = 0,
  Gateway = 1
};  // who opens even, who odd streams; between front and worker
    // the front is the Client
constexpr Role other(Role role) {
  return role == Role::Client ? Role::Gateway : Role::Client;
}

struct StreamId {
  std::uint64_t value = 0;
  auto operator<=>(const StreamId&) const = default;
};
constexpr StreamId kControlStream{0};

struct BitsPerSecond {
  std::uint64_t value = 0;
  auto operator<=>(const BitsPerSecond&) const = default;
};

// What next_event() tells. Each stream has each of these at most once waiting, so events are bounded by streams.
struct Opened {  // the peer opened it; its class is our direction's default
  StreamId id;
  Class of;
  Bytes metadata;
};
struct Readable {  // bytes or the end are there to read; not repeated before a read()/consume()/at_end() of that stream
  StreamId id;
};
struct Writable {  // a write() was cut short and would now take more
  StreamId id;
};
struct ResetByPeer {  // the peer gave up sending; what was unread is gone
  StreamId id;
  Error error;
};
struct StoppedByPeer {  // the peer does not want what we write; our direction was reset with the same error
  StreamId id;
  Error error;
};
struct AllAcked {  // everything written and the end have arrived at the peer's session
  StreamId id;
};
struct StreamsAvailable {};  // an open() was refused for want of streams and would now pass
struct Datagram {
  Bytes bytes;
};
struct Pong {
  Duration rtt;
};
struct Silent {  // an answer was owed and nothing came for Limits::silence: give the carrier up, join on a new one
  Duration since;
};
struct Closed {  // the last event
  Error error;
  bool by_peer;
};
using Event = std::variant<Opened, Readable, Writable, ResetByPeer, StoppedByPeer, AllAcked, StreamsAvailable, Datagram,
                           Pong, Silent, Closed>;

}  // namespace booster::session

template <>
struct std::hash<booster::session::StreamId> {
  std::size_t operator()(booster::session::StreamId id) const noexcept { return std::hash<std::uint64_t>{}(id.value); }
};
