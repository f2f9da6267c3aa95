// Every bound of paths, in one place.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "booster/transport/types.h"

namespace booster::transport::path {

constexpr std::size_t kLeastDatagram = 1200;  // RFC 9000 §14: every path takes it
constexpr std::size_t kUdpIpv4 = 28;          // octets of headers below us
constexpr std::size_t kUdpIpv6 = 48;
constexpr std::size_t kEthernet = 1500;
constexpr std::size_t kMtuStep = 16;  // RFC 8899 §5.3.2: the search ends when so little is in doubt
constexpr int kMtuTries = 3;          // RFC 8899 §5.1.2, MAX_PROBES
constexpr Duration kMtuAgain = std::chrono::minutes(10);  // RFC 8899 §5.1.1, PMTU_RAISE_TIMER
constexpr int kBlackHole = 3;                             // probe time-outs in a row without any large packet arriving

constexpr std::size_t kAmplification = 3;  // RFC 9000 §8.1: octets to an unproved address for each one from it
constexpr int kChallengeTries = 4;
constexpr Duration kChallengeAgain = std::chrono::seconds(20);  // where nothing answers; small probes go there too
constexpr std::size_t kPathsAtOnce = 4;                         // live ones; ids for as many are in the peer's hand
constexpr std::uint32_t kMaxPaths = 1u << 20;  // of one connection in all: a move a second for twelve days

}  // namespace booster::transport::path
