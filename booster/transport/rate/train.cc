#include "booster/transport/rate/train.h"

#include <algorithm>

namespace booster::transport::rate {
namespace {

constexpr double kSpread = .9;         // arrivals this much slower than departures are a bottleneck's doing
constexpr std::size_t kPacket = 1252;  // octets of a packet before its path's MTU is known
constexpr std::size_t kLoad = kPacket * 3 / 4;
constexpr Duration kHeavy = milliseconds(5);  // and what takes a slow path so long is load, too

}  // namespace

Train::Train(std::optional<BitsPerSecond> hint, Duration rtt)
    : packets_(kBlindTrainPackets), load_(kLoad), kept_(2 * rtt) {
  if (!hint) return;
  // A train that stands in a slow bottleneck for longer than half a round trip would delay what people wait for.
  load_ = std::min<std::uint64_t>(load_, bytes_in(kHeavy, *hint));
  const std::uint64_t fits = bytes_in(std::max<Duration>(rtt / 2, kQueueMost), *hint) / kPacket;
  packets_ = std::clamp<std::size_t>(fits, kShortestTrain, kTrainPackets);
  apart_ =
      std::max<Duration>(kTrainApart, 2 * rtt / static_cast<int>(packets_));  // a slow path's is paced over rtt / 2
}

void Train::on_departure(const Departure& packet) {
  if (packet.size < load_) return;
  // The first of a burst are told of; what is not told of for so long has no place here.
  const bool full = departures_.size() >= 2 * kTrainTimed;
  if (full && packet.left - departures_.front().left < kept_) return;
  if (full) departures_.pop_front();
  departures_.push_back(packet);
}

const Departure* Train::on_arrival(PacketNumber number, Duration received) {
  const auto found = std::lower_bound(departures_.begin(), departures_.end(), number,
                                      [](const Departure& each, PacketNumber wanted) { return each.number < wanted; });
  if (found == departures_.end() || found->number != number) return nullptr;
  const Arrival here{found->sent, found->left, received};
  if (arrived_ > 0 && here.sent > last_.sent && here.left - last_.left > apart_) {
    if (const std::optional<Measured> row = measure()) before_ = row;
    arrived_ = 0;
  }
  if (arrived_ == 0 || here.sent < first_.sent) first_ = here;
  if (arrived_ == 0 || here.sent > last_.sent) last_ = here;
  ++arrived_;
  return &*found;
}

std::optional<Train::Measured> Train::measured() const {
  const std::optional<Measured> row = measure();
  return row ? row : before_;
}

std::optional<Train::Measured> Train::measure() const {
  if (arrived_ < std::min(kTrainNeeds, packets_) || last_.sent <= first_.sent) return std::nullopt;
  const std::uint64_t bytes = last_.sent - first_.sent;
  const BitsPerSecond out = rate_of(bytes, last_.received - first_.received);
  const BitsPerSecond in = rate_of(bytes, last_.left - first_.left);
  return Measured{std::min(out, in), static_cast<double>(out.value) < kSpread * static_cast<double>(in.value)};
}

}  // namespace booster::transport::rate
