// Every bound of a connection, in one place; those of its parts are in their own limits.h.
#pragma once
#include <chrono>
#include <cstddef>

#include "booster/session/join.h"
#include "booster/transport/types.h"

namespace booster::transport {

constexpr std::size_t kMaxTls = std::size_t{64} << 10;  // of the exchange, not yet taken
constexpr std::size_t kMaxGreeting = session::kMaxJoin + 16;
constexpr std::size_t kMaxEarly = std::size_t{24} << 10;  // packets that came before they may be read: 1024 half-open
                                                          // ones of the door hold 24 MiB at worst
constexpr std::size_t kEarlyEach = 64;                    // what keeping one costs beside its octets
constexpr Duration kHandshakeLimit = std::chrono::seconds(30);
constexpr Duration kDraining = std::chrono::seconds(3);       // after a CLOSE: answers to what is still under way
constexpr std::size_t kMaxResponses = 4;                      // challenges answered at once; RFC 9000 §21.12
constexpr Duration kSlept = std::chrono::seconds(1);          // so late for a deadline is only who was not running
constexpr Duration kSilentAfter = std::chrono::seconds(3);    // then the carrier is told: time to try another way
constexpr Duration kSilenceLimit = std::chrono::minutes(15);  // a session stays hot so long; then nobody will come back
constexpr Duration kBurstApart = std::chrono::milliseconds(50);  // silence that makes what follows a burst of its own
constexpr int kMostUnasked = 32;  // packets in a row that ask for no ACK; RFC 9000 §13.2.4
constexpr Duration kLongestHandshakeProbe = std::chrono::seconds(3);  // ten tries within kHandshakeLimit: 10 % loss
                                                                      // each way fails one in ten million
constexpr Duration kHandshakePto = std::chrono::seconds(1);           // RFC 9002 §6.2.2, nothing known of the path

}  // namespace booster::transport
