// Every bound of rate control, in one place.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "booster/transport/types.h"

namespace booster::transport::rate {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What is wanted of our own standing queue: enough that the bottleneck never runs dry between two acknowledgements, and
// that its rate can be read off what it lets through; so little that a message behind it does not notice.
constexpr Duration kQueueWanted = milliseconds(10);
constexpr Duration kQueueMost = milliseconds(25);  // or a quarter of the base RTT, whichever is longer
constexpr Duration kQueueNone = milliseconds(2);   // below it (and the jitter) the queue counts as empty
constexpr Duration kBaseKept = seconds(30);        // how long the least delay seen is believed
constexpr Duration kDipEvery = seconds(5);         // our own queue is drained so often, to see the path's own delay

constexpr Duration kShortestWindow = milliseconds(25);  // of a rate sample: a few deliveries of a radio scheduler
constexpr Duration kLongestWindow = milliseconds(200);
constexpr std::size_t kWindowPackets = 8;
constexpr std::size_t kLargestPacket = 1472;
constexpr std::size_t kLeastSample = 2;       // packets: where eight would take longer than …
constexpr Duration kSampleTime = seconds(1);  // … this

constexpr Duration kSwingsKept = seconds(2);  // or ten round trips: what the better of them took

constexpr std::size_t kTrainPackets = 32;               // when the handshake showed a fast path
constexpr std::size_t kBlindTrainPackets = 10;          // when nothing is known: RFC 6928's initial window
constexpr std::size_t kShortestTrain = 4;               // 5 kB: half a second of 80 kbit/s
constexpr Duration kTrainApart = milliseconds(5);       // a train's packets leave in shorter order
constexpr int kTrainRounds = 3;                         // full ones; then what arrives has to do
constexpr std::size_t kTrainTimed = 2 * kTrainPackets;  // packets of a burst of which the arrival is told
constexpr std::size_t kTrainNeeds = 6;                  // of them must have arrived for a dispersion
constexpr BitsPerSecond kTrainRate{40'000'000};         // faster paths are found by growing from there
constexpr BitsPerSecond kLeast{8'000};                  // one packet in 1.2 s
constexpr BitsPerSecond kMost{10'000'000'000};

constexpr int kLongRounds = 6;               // in a row in which the queue never becomes short: it is others'
constexpr double kLevelBand = .03;           // gains nearer to 1 than this are level
constexpr double kBrakeLoss = .30;           // above it, with delay risen, the rate halves each round
constexpr double kMostUnproved = .15;        // of loss: more than this is hardly the radio's, until it is proved
constexpr double kMostRadio = .25;           // of loss: more of it is no radio's
constexpr double kLossWorthATest = .01;      // below it the kind of loss does not matter
constexpr double kDeepestDip = .5;           // of the rate, for a round
constexpr double kTestDepth = .10;           // rate up and down by this, a round each, to see whether loss follows
constexpr int kTestEvery = 4;                // rounds
constexpr std::size_t kMemoryPackets = 600;  // of loss: half of what is older is forgotten
constexpr std::uint64_t kBurstGap = 3;       // packets: lost ones nearer to each other are lost together
constexpr std::size_t kBurstPackets = 2;     // RFC 9002 §7.7
constexpr Duration kBurstTime = milliseconds(1);
constexpr std::size_t kGroupPackets = 4;  // in half a burst, from some 100 Mbit/s on: then they leave together
constexpr Duration kProbeApart = milliseconds(50);  // in an outage: its end is found so soon, for a minute
constexpr Duration kOutageProbed = seconds(60);

}  // namespace booster::transport::rate
