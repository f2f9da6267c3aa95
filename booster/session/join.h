// The first message on a connection that carries an old session on, and its answer.      Source: PROTOCOL.md §2.2
#pragma once
#include <array>
#include <cstdint>
#include <variant>

#include "booster/session/hello.h"
#include "booster/session/resume_state.h"

namespace booster::session {

constexpr std::size_t kMaxJoin = kMaxHandshake + kMaxResumeState;

using JoinMac = std::array<std::byte, 32>;  // HMAC-SHA-256, made and compared (in constant time) by the carrier

struct Join {
  SessionId session{};
  std::uint64_t carrier = 0;  // rises with every attempt of the session; the gateway refuses one that does not
  JoinMac mac{};
  Bytes resume;         // Session::resume_state(); of no meaning beside
  bool beside = false;  // the present carrier: that one goes on, and nothing is resumed
  bool operator==(const Join&) const = default;
};

struct Joined {
  JoinMac mac{};  // the mirror: proves that the gateway holds the secret
  Bytes resume;
  bool operator==(const Joined&) const = default;
};

// What HMAC(secret, ·) is made over: "join" ‖ role:u8 ‖ carrier:u64 ‖ exporter. `sender` makes the two directions
// differ; `exporter` is 32 bytes of this very handshake (kExporterLabel), so a MAC is good on one connection only.
constexpr std::string_view kExporterLabel = "EXPORTER-packetboat-join-1";
constexpr std::size_t kExporterSize = 32;
Bytes join_mac_input(Role sender, std::uint64_t carrier, ByteView exporter);

Bytes encode_join(const Join& join);
Result<Join> decode_join(ByteView chain);
Bytes encode_joined(const Joined& joined);  // a refusal: encode_refusal()
Result<std::variant<Joined, Refusal>> decode_join_reply(ByteView chain);

// What a client may say first on a connection.
Result<std::variant<Hello, Join>> decode_first(ByteView chain);

}  // namespace booster::session
