// The first message on a connection that starts a session, and its answer.               Source: PROTOCOL.md §2
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "booster/session/types.h"

namespace booster::session {

constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kMaxAgent = 128;   // "packetboat 0.1.0 (linux x86_64)"
constexpr std::size_t kMaxDevice = 128;  // a device's name, for people

using SessionId = std::array<std::byte, 16>;      // random, given by the gateway's carrier
using SessionSecret = std::array<std::byte, 32>;  // random; never logged, lives in both processes' memory only

struct VersionRange {
  std::uint32_t low = kVersion;
  std::uint32_t high = kVersion;
  auto operator<=>(const VersionRange&) const = default;
};

// Bits of Hello::features; a feature is used when both ends have its bit. Unknown bits are carried and mean nothing.
namespace feature {
constexpr std::uint64_t kDatagrams = 1u << 0;
}
constexpr std::uint64_t kFeatures = feature::kDatagrams;

struct Hello {
  VersionRange versions;
  std::uint64_t features = kFeatures;
  std::string agent;   // program and version, for status and logs
  std::string device;  // empty: none enrolled
  bool operator==(const Hello&) const = default;
};

struct Welcome {
  std::uint32_t version = kVersion;
  std::uint64_t features = kFeatures;
  std::string agent;
  SessionId session{};
  SessionSecret secret{};
  bool operator==(const Welcome&) const = default;
};

// Why no session, or no way back to it.
struct Refusal {
  enum class Code : std::uint8_t {
    UnknownSession = 1,  // the gateway restarted or gave it up: say Hello
    Denied = 2,          // MAC, carrier number or device do not fit
    Busy = 3,            // later
    Version = 4,         // no common version: the text names both ranges
  };
  Code code = Code::Denied;
  std::string text;  // one line for a person, at most kMaxReason bytes
  bool operator==(const Refusal&) const = default;
};
std::string_view to_string(Refusal::Code code);
Error to_error(const Refusal& refusal);  // NotFound, Denied, Full (retry later), Unsupported

struct Agreed {
  std::uint32_t version;
  std::uint64_t features;
};
// The highest common version and the common features.     Errors  Unsupported: none; names both ranges
Result<Agreed> negotiate(VersionRange ours, std::uint64_t our_features, VersionRange theirs,
                         std::uint64_t their_features);

// Property chains; unknown properties are skipped.   Errors  Protocol: not a chain, a part missing or of wrong size ·
// Limit
Bytes encode_hello(const Hello& hello);
Result<Hello> decode_hello(ByteView chain);
Bytes encode_welcome(const Welcome& welcome);
Bytes encode_refusal(const Refusal& refusal);
Result<std::variant<Welcome, Refusal>> decode_hello_reply(ByteView chain);

// A handshake message as it stands on a stream carrier before the first frame: varint length, then the chain.
Bytes wrap_handshake(ByteView chain);
//   Shape   the chain and how many bytes of `in` it took; nullopt: more bytes are needed
//   Errors  Limit: longer than `limit` (kMaxHandshake, for joins and their replies + kMaxResumeState) · Protocol: bad
//   length
Result<std::optional<std::pair<ByteView, std::size_t>>> unwrap_handshake(ByteView in, std::size_t limit);

}  // namespace booster::session
