// Every bound of a connection, in one place; those of its parts are in their own limits.h.
#pragma once
#include <chrono>
#include <cstddef>

#include "booster/session/join.h"
#include "booster/transport/types.h"

namespace booster::transport {

constexpr std::size_t kMaxTls = std::size_t{64} << 10;  // of the exchange, not yet taken
constexpr std::size_t kMaxGreeting = session::kMaxJoin + 16;
constexpr std::size_t kMaxEarly = std::size_t{64} << 10;  // packets that came before they may be read: a train's worth
constexpr Duration kHandshakeLimit = std::chrono::seconds(30);
constexpr Duration kDraining = std::chrono::seconds(3);  // after a CLOSE: answers to what is still under way
constexpr std::size_t kMaxResponses = 4;                 // challenges answered at once; RFC 9000 §21.12
constexpr std::size_t kMaxEvents = 256;
constexpr Duration kHandshakePto = std::chrono::seconds(1);  // RFC 9002 §6.2.2, nothing known of the path

}  // namespace booster::transport
