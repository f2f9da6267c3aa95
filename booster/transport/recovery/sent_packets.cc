#include "booster/transport/recovery/sent_packets.h"

#include <algorithm>
#include <utility>

#include "codec/base/check.h"

namespace booster::transport::recovery {
namespace {

// A packet given up as lost is remembered for so long, to notice that it arrived after all.
constexpr Duration kRegret = std::chrono::seconds(3);

}  // namespace

void SentPackets::on_sent(SentPacket packet) {
  CHECK(packet.number.value == next_);
  ++next_;
  if (packet.eliciting) {
    sent_bytes_ += packet.size;
    in_flight_ += packet.size;
    ++eliciting_;
    last_eliciting_at_ = packet.sent_at;
    if (delivered_at_ == TimePoint{}) delivered_at_ = packet.sent_at;
  }
  packet.sent_bytes = sent_bytes_;
  packet.delivered_before = delivered_;
  packet.delivered_at = delivered_at_;
  entries_.push_back({std::move(packet)});
}

SentPackets::Entry* SentPackets::entry(std::uint64_t number) {
  const std::uint64_t first = next_ - entries_.size();
  return number < first || number >= next_ ? nullptr : &entries_[number - first];
}

// The place of the oldest packet of which nothing is known yet.
std::size_t SentPackets::first_waiting() {
  const std::uint64_t first = next_ - entries_.size();
  settled_to_ = std::max(settled_to_, first);
  while (settled_to_ < next_ && entries_[settled_to_ - first].state != State::InFlight) ++settled_to_;
  return settled_to_ - first;
}

const SentPacket* SentPackets::find(PacketNumber number) {
  Entry* const found = entry(number.value);
  return found == nullptr ? nullptr : &found->packet;
}

const SentPacket* SentPackets::find_in_flight(PacketNumber number) {
  Entry* const found = entry(number.value);
  return found == nullptr || found->state != State::InFlight ? nullptr : &found->packet;
}

void SentPackets::leave_flight(const SentPacket& packet) {
  if (!packet.eliciting) return;
  in_flight_ -= packet.size;
  --eliciting_;
}

void SentPackets::acknowledge(Entry& entry, AckReport& report) {
  SentPacket& packet = entry.packet;
  if (entry.state == State::InFlight) leave_flight(packet);
  if (packet.eliciting) delivered_ += packet.size;
  if (packet.sent_at > newest_acked_sent_ || (packet.sent_at == newest_acked_sent_ && packet.number > newest_acked_)) {
    newest_acked_sent_ = packet.sent_at;
    newest_acked_ = packet.number;
  }
  const bool was_lost = std::exchange(entry.state, State::Acked) == State::Lost;
  // Its tickets go with it; what it was stays findable.
  (was_lost ? report.returned : report.acked).push_back(std::move(packet));
}

Result<AckReport> SentPackets::on_ack(std::span<const NumberRange> ranges, TimePoint now) {
  AckReport report;
  if (ranges.empty()) return fail(Errc::Protocol, "an acknowledgement of nothing");
  const PacketNumber largest = ranges.front().largest;
  if (largest.value >= next_) return fail(Errc::Protocol, "acknowledges a packet that was never sent");
  const std::uint64_t first = next_ - entries_.size();
  const std::optional<PacketNumber> before = largest_acked_;
  const std::uint64_t told =
      largest.value + 1 - std::min(std::max(ranges.front().smallest.value, first), largest.value);
  report.acked.reserve(std::min<std::size_t>(told, eliciting_));
  for (const NumberRange& range : ranges) {
    if (range.largest.value < first) break;
    for (std::uint64_t number = range.largest.value + 1; number-- > std::max(range.smallest.value, first);) {
      Entry& found = *entry(number);
      if (found.state == State::Acked) continue;
      if (before && number < before->value && found.packet.eliciting) window_.on_reordering();
      acknowledge(found, report);
      if (number == largest.value) report.largest_is_new = true;
    }
  }
  if (!report.acked.empty() || !report.returned.empty()) delivered_at_ = now;
  largest_acked_ = std::max(largest_acked_.value_or(largest), largest);
  if (!report.returned.empty()) window_.on_spurious_loss();
  drop_settled(now);
  return report;
}

bool SentPackets::is_lost(const Entry& entry, TimePoint now, Duration window) const {
  const SentPacket& packet = entry.packet;
  if (!window_.reordering_seen() && newest_acked_.value >= packet.number.value + kReorderPackets) return true;
  return packet.sent_at <= newest_acked_sent_ && packet.number < newest_acked_ && now >= packet.sent_at + window;
}

std::vector<SentPacket> SentPackets::take_lost(TimePoint now, const Rtt& rtt) {
  std::vector<SentPacket> lost;
  if (!largest_acked_) return lost;
  const Duration window = std::max(rtt.latest(), rtt.smoothed()) + window_.value(rtt);
  for (std::size_t i = first_waiting(); i < entries_.size(); ++i) {
    Entry& each = entries_[i];
    if (each.packet.number >= newest_acked_) break;
    if (each.state != State::InFlight || !is_lost(each, now, window)) continue;
    each.state = State::Lost;
    leave_flight(each.packet);
    lost.push_back(each.packet);  // a copy: should it arrive after all, what it carried need not go again
  }
  drop_settled(now);
  return lost;
}

TimePoint SentPackets::loss_deadline(const Rtt& rtt) const {
  if (!largest_acked_) return kNever;
  const Duration window = std::max(rtt.latest(), rtt.smoothed()) + window_.value(rtt);
  const std::uint64_t first = next_ - entries_.size();
  for (std::size_t i = std::max(settled_to_, first) - first; i < entries_.size(); ++i) {
    const Entry& each = entries_[i];
    if (each.packet.number >= newest_acked_) break;
    if (each.state == State::InFlight && each.packet.sent_at <= newest_acked_sent_) return each.packet.sent_at + window;
  }
  return kNever;
}

SentPacket* SentPackets::oldest_unprobed() {
  for (std::size_t i = first_waiting(); i < entries_.size(); ++i) {
    Entry& each = entries_[i];
    if (each.state != State::InFlight || !each.packet.eliciting || each.probed) continue;
    if (each.packet.tickets.empty() && each.packet.own.empty()) continue;
    each.probed = true;
    return &each.packet;
  }
  return nullptr;
}

void SentPackets::forget_probes() {
  for (std::size_t i = first_waiting(); i < entries_.size(); ++i) entries_[i].probed = false;
}

std::vector<SentPacket> SentPackets::take_all() {
  std::vector<SentPacket> lost;
  for (Entry& each : entries_) {
    if (each.state != State::InFlight) continue;
    leave_flight(each.packet);
    lost.push_back(std::move(each.packet));
  }
  entries_.clear();
  return lost;
}

void SentPackets::drop_settled(TimePoint now) {
  while (!entries_.empty()) {
    const Entry& oldest = entries_.front();
    if (oldest.state == State::InFlight) return;
    const bool regretted = oldest.state == State::Lost && now - oldest.packet.sent_at < kRegret;
    if (regretted && entries_.size() <= kMostKept) return;
    entries_.pop_front();
  }
}

}  // namespace booster::transport::recovery
