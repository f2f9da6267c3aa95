#include "booster/transport/rate/train.h"

#include <algorithm>

namespace booster::transport::rate {
namespace {

constexpr double kSpread = .9;         // arrivals this much slower than departures are a bottleneck's doing
constexpr std::size_t kPacket = 1252;  // octets of a packet before its path's MTU is known

}  // namespace

Train::Train(std::optional<BitsPerSecond> hint, Duration rtt) : packets_(kBlindTrainPackets) {
  if (!hint) return;
  // A train that stands in a slow bottleneck for longer than half a round trip would delay what people wait for.
  const std::uint64_t fits = bytes_in(std::max<Duration>(rtt / 2, kQueueMost), *hint) / kPacket;
  packets_ = std::clamp<std::size_t>(fits, kShortestTrain, kTrainPackets);
  apart_ =
      std::max<Duration>(kTrainApart, 2 * rtt / static_cast<int>(packets_));  // a slow path's is paced over rtt / 2
}

void Train::on_arrival(std::uint64_t sent, TimePoint left, Duration received) {
  const Arrival here{sent, left, received};
  if (arrived_ > 0 && sent > last_.sent && left - last_.left > apart_) arrived_ = 0;
  if (arrived_ == 0 || sent < first_.sent) first_ = here;
  if (arrived_ == 0 || sent > last_.sent) last_ = here;
  ++arrived_;
}

std::optional<Train::Measured> Train::measured() const {
  if (arrived_ < std::min(kTrainNeeds, packets_) || last_.sent <= first_.sent) return std::nullopt;
  const std::uint64_t bytes = last_.sent - first_.sent;
  const BitsPerSecond out = rate_of(bytes, last_.received - first_.received);
  const BitsPerSecond in = rate_of(bytes, last_.left - first_.left);
  return Measured{std::min(out, in), static_cast<double>(out.value) < kSpread * static_cast<double>(in.value)};
}

}  // namespace booster::transport::rate
