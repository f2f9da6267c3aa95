#include "tests/sim/tcp/receiver.h"

#include <iterator>

namespace sim::tcp {
namespace {

constexpr Duration kDelayedAck = std::chrono::milliseconds(40);  // as Linux

}  // namespace

bool Receiver::insert(std::uint64_t number) {
  if (number < base_) return false;
  auto next = ranges_.upper_bound(number);
  std::uint64_t first = number;
  std::uint64_t end = number + 1;
  if (next != ranges_.begin()) {
    const auto before = std::prev(next);
    if (before->second > number) return false;
    if (before->second == number) {
      first = before->first;
      ranges_.erase(before);
    }
  }
  if (next != ranges_.end() && next->first == end) {
    end = next->second;
    ranges_.erase(next);
  }
  if (first == base_) {
    base_ = end;
  } else {
    ranges_[first] = end;
  }
  return true;
}

void Receiver::on_datagram(const Route& route, std::span<const std::byte> bytes, Ecn /*ecn*/, TimePoint now) {
  const std::optional<std::uint64_t> number = decode_segment(bytes);
  if (!number) return;
  route_ = route;
  const bool gaps_before = !ranges_.empty();
  const bool fresh = insert(*number);
  if (!fresh) ++repeated_;
  if (++unacknowledged_ >= 2 || !fresh || gaps_before || !ranges_.empty()) owes_ = true;
  if (ack_at_ == kNever) ack_at_ = now + kDelayedAck;
}

Ack Receiver::present() const {
  Ack ack{base_};
  for (auto range = ranges_.rbegin(); range != ranges_.rend() && ack.ranges.size() < kMaxRanges; ++range)
    ack.ranges.push_back({range->first, range->second});
  return ack;
}

DatagramRun Receiver::next_datagrams(std::span<std::byte> into, TimePoint /*now*/) {
  if (!owes_) return {};
  owes_ = false;
  unacknowledged_ = 0;
  ack_at_ = kNever;
  const std::size_t size = encode_ack(present(), into);
  return {route_, size, size, Ecn::NotEct};
}

}  // namespace sim::tcp
