// Every bound of loss recovery, in one place.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "booster/transport/types.h"

namespace booster::transport::recovery {

constexpr Duration kGranularity = std::chrono::milliseconds(1);     // RFC 9002 §6.1.2: no timer is finer
constexpr Duration kInitialRtt = std::chrono::milliseconds(333);    // RFC 9002 §6.2.2
constexpr int kMostBackoff = 6;                                     // probes no rarer than 64 probe time-outs apart
constexpr int kOutageProbes = 2;                                    // unanswered in a row: the path is interrupted
constexpr std::uint64_t kLullRun = 16;                              // packets in a row are a stream …
constexpr Duration kShortestLull = std::chrono::milliseconds(100);  // … which stops, or after a round trip if longer
constexpr Duration kLongestProbe = std::chrono::seconds(2);         // an outage's end is found within this

constexpr std::uint64_t kReorderPackets = 3;  // RFC 9002 §6.1.1, until reordering was seen
constexpr int kWindowRounds = 16;             // RFC 8985 §7.2: a wider window is kept for 16 rounds
constexpr int kMostWindow = 16;               // quarters of the minimum RTT, at most the smoothed RTT

constexpr std::size_t kMaxRanges = 64;    // in one ACK
constexpr std::size_t kMostKept = 32768;  // packets remembered at once: 5 BDP of 100 Mbit/s at 600 ms
constexpr std::uint64_t kAckPackets = 2;  // RFC 9000 §13.2.2
constexpr int kAckFraction = 8;           // … or an eighth of the RTT, whichever is later
constexpr Duration kMostAckDelay = std::chrono::milliseconds(25);  // RFC 9000 §18.2's default
constexpr int kRangeRepeats = 3;                                   // each range is told at least so often

}  // namespace booster::transport::recovery
