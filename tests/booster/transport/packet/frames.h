// One of each frame, and ways to look at them.
#pragma once
#include <vector>

#include "booster/transport/packet/frame.h"
#include "tests/booster/transport/packet/hex.h"

namespace booster::transport::packet::frame {

inline std::vector<Frame> sample_frames() {
  static const std::array ranges = {NumberRange{{95}, {100}}, NumberRange{{90}, {93}}, NumberRange{{0}, {0}}};
  static const std::array times = {ArrivalTick{0xfffffff0}, ArrivalTick{0xfffffff5}, ArrivalTick{0x10},
                                   ArrivalTick{0x10}};
  static const Bytes data(300, std::byte{7}), token(64, std::byte{8});
  Ack ack{{3}, Ticks(125), {77}, ranges, std::nullopt};
  Ack ecn{kHandshakePath, Ticks(0), {0}, std::span(ranges).first(1), EcnCounts{1, 2, 300}};
  return {Padding{5},
          Ping{},
          ack,
          ecn,
          Times{{1}, {1000}, times},
          Handshake{70000, data},
          Greeting{0, {}},
          NewPath{{2}, *ConnectionId::from(bytes_of("a1a2a3a4a5a6")), {}},
          RetirePath{{2}},
          PathChallenge{{std::byte{1}}},
          PathResponse{{std::byte{2}}},
          Token{token},
          HandshakeDone{},
          Close{5, as_bytes("why")},
          Keepalive{std::chrono::seconds(300)},
          SessionFrames{as_bytes("\x01 a ping of the session")}};
}

inline Bytes encoded(const Frame& frame) {
  Bytes bytes(frame_size(frame));
  bytes.resize(encode(bytes, frame));
  return bytes;
}

// PADDING and the session's frames end with the payload: cut, they are shorter ones.
inline bool ends_with_the_payload(const Frame& frame) {
  return std::holds_alternative<Padding>(frame) || std::holds_alternative<SessionFrames>(frame);
}

}  // namespace booster::transport::packet::frame
