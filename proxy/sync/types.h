// The words of the mail lane: what a mailbox and an item are to client and agent alike.
#pragma once
#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "codec/base/bytes.h"
#include "codec/base/result.h"

namespace proxy::sync {

// What the mail server calls a message. Only meaningful together with a UidValidity. Local (eternal) UIDs never cross
// the link.
struct ServerUid {
  std::uint32_t value = 0;
  auto operator<=>(const ServerUid&) const = default;
};
struct UidRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;  // inclusive
  bool operator==(const UidRange&) const = default;
};
struct UidValidity {
  std::uint32_t value = 0;
  auto operator<=>(const UidValidity&) const = default;
};
struct ModSeq {
  std::uint64_t value = 0;  // 0: the server has none
  auto operator<=>(const ModSeq&) const = default;
};

// The identity of one submission or change: made once by the client, known to both ends for ever.
using Ticket = std::array<std::byte, 16>;
using ContentDigest = std::array<std::byte, 32>;  // SHA-256 of an item's octets
using DigestFront = std::array<std::byte, 8>;     // enough of it to find an accident
inline DigestFront front_of(const ContentDigest& digest) {
  DigestFront front;
  std::copy_n(digest.begin(), front.size(), front.begin());
  return front;
}

// System flags are bits, keywords are text in the server's spelling. \Recent never crosses the link.
struct Flags {
  static constexpr std::uint8_t kSeen = 1;
  static constexpr std::uint8_t kAnswered = 2;
  static constexpr std::uint8_t kFlagged = 4;
  static constexpr std::uint8_t kDeleted = 8;
  static constexpr std::uint8_t kDraft = 16;
  std::uint8_t system = 0;
  std::set<std::string> keywords;  // canonical order: by bytes
  auto operator<=>(const Flags&) const = default;
};

// What may be changed in a mailbox, as the server stated when it was opened.
struct Rights {
  bool read_only = false;
  bool any_keyword = true;         // \\* in PERMANENTFLAGS
  std::set<std::string> keywords;  // where not any: these
  bool operator==(const Rights&) const = default;
};

// How a mailbox is kept in step, found out by the agent (DESIGN §9).
enum class SyncClass : std::uint8_t { Plain = 0, Condstore = 1, Qresync = 2 };

// Additive digest of a set of (uid, flags): the sum modulo 2^128 of a hash of each element, so that it is kept in step
// in O(1) per change and a range's digest is the difference of two.                              Source: PROTOCOL.md §4
struct SetDigest {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  void add(ServerUid uid, const Flags& flags);
  void remove(ServerUid uid, const Flags& flags);
  SetDigest& operator+=(const SetDigest& other);
  auto operator<=>(const SetDigest&) const = default;
};

}  // namespace proxy::sync
