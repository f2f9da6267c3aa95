#include "booster/transport/recovery/received_packets.h"

#include <algorithm>

namespace booster::transport::recovery {
namespace {

// The first range (they descend) that does not lie wholly above `number`.
std::size_t find_place(std::span<const NumberRange> ranges, PacketNumber number) {
  const auto at = std::lower_bound(ranges.begin(), ranges.end(), number,
                                   [](const NumberRange& range, PacketNumber value) { return range.smallest > value; });
  return static_cast<std::size_t>(at - ranges.begin());
}

}  // namespace

bool ReceivedPackets::is_old(PacketNumber number) const {
  if (number.value < floor_) return true;
  const std::size_t place = find_place(ranges_, number);
  return place < ranges_.size() && ranges_[place].largest >= number;
}

void ReceivedPackets::add(PacketNumber number, Ecn ecn, TimePoint received_at) {
  ++count_;
  if (ecn == Ecn::Ect0) ++ecn_.ect0;
  if (ecn == Ecn::Ect1) ++ecn_.ect1;
  if (ecn == Ecn::Ce) ++ecn_.ce;
  if (ranges_.empty() || number > largest()) largest_at_ = received_at;

  const std::size_t place = find_place(ranges_, number);
  const bool joins_above = place > 0 && ranges_[place - 1].smallest.value == number.value + 1;
  const bool joins_below = place < ranges_.size() && ranges_[place].largest.value + 1 == number.value;
  const auto offset = static_cast<std::ptrdiff_t>(place);
  if (joins_above && joins_below) {
    ranges_[place - 1].smallest = ranges_[place].smallest;
    ranges_.erase(ranges_.begin() + offset);
    told_.erase(told_.begin() + offset);
    told_[place - 1] = 0;
  } else if (joins_above) {
    ranges_[place - 1].smallest = number;
    told_[place - 1] = 0;
  } else if (joins_below) {
    ranges_[place].largest = number;
    told_[place] = 0;
  } else {
    ranges_.insert(ranges_.begin() + offset, {number, number});
    told_.insert(told_.begin() + offset, 0);
    if (ranges_.size() > kMaxRanges) forget_oldest();
  }
}

void ReceivedPackets::forget_oldest() {
  floor_ = std::max(floor_, ranges_.back().largest.value + 1);
  ranges_.pop_back();
  told_.pop_back();
}

std::vector<NumberRange> ReceivedPackets::tell(std::size_t most) {
  std::vector<NumberRange> told;
  for (std::size_t i = 0; i < ranges_.size() && told.size() < most; ++i) {
    if (i > 0 && told_[i] >= kRangeRepeats) continue;
    ++told_[i];
    told.push_back(ranges_[i]);
  }
  return told;
}

void ReceivedPackets::on_told(PacketNumber largest) {
  while (ranges_.size() > 1 && ranges_.back().largest < largest && told_.back() >= kRangeRepeats) forget_oldest();
}

}  // namespace booster::transport::recovery
