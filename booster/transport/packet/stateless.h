// Answers that need no connection: Version Negotiation, Retry, stateless reset.           Source: PROTOCOL.md §1, §2
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "booster/crypto/secret.h"
#include "booster/transport/packet/header.h"

namespace booster::transport::packet {

// `destination` and `source` are those of the answer: the asker's, exchanged. They return the packet's size; 0: there
// is not enough room.
std::size_t write_version_negotiation(std::span<std::byte> into, const ConnectionId& destination,
                                      const ConnectionId& source, std::span<const std::uint32_t> versions);

struct RetryAnswer {
  ConnectionId destination;
  ConnectionId source;                // new: the client's next packets go there
  ConnectionId original_destination;  // of the packet that is answered
  ByteView token;                     // 1 to kMaxToken bytes
};
std::size_t write_retry(std::span<std::byte> into, const RetryAnswer& retry);
// Whether who sent this Retry (the whole packet) has seen the client's first one.
bool is_genuine_retry(ByteView packet, const ConnectionId& original_destination);

using ResetToken = std::array<std::byte, 16>;
constexpr std::size_t kMinReset = 5 + sizeof(ResetToken);  // RFC 9000 §10.3
constexpr std::size_t kResetRandom = 27;  // as much as leaves a reset among the short packets of an idle connection

ResetToken reset_token(const crypto::Secret& reset_key, const ConnectionId& id);
// A reset in answer to a packet of `trigger_size` bytes: always shorter than it, so that two ends that know nothing do
// not answer each other for ever.
//   Shape   returns its size: `random` and the token, cut to fit; 0: the trigger was too short to be answered
std::size_t write_stateless_reset(std::span<std::byte> into, std::size_t trigger_size, const ResetToken& token,
                                  ByteView random);
// For a datagram that was not opened; constant time.
bool is_reset(ByteView datagram, const ResetToken& token);

}  // namespace booster::transport::packet
