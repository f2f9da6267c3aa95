#include "booster/transport/recovery/redundancy.h"

#include <algorithm>
#include <cmath>

namespace booster::transport::recovery {
namespace {

constexpr double kLossWorthIt = .002;  // one message in five hundred would wait: below it, nobody notices
constexpr double kLossLeft = .002;     // of messages, after the copies
constexpr int kMostCopies = 2;
constexpr std::size_t kFewPackets = 4;  // a longer urgent answer tells of its own losses
constexpr Duration kShortestApart = std::chrono::milliseconds(5);
constexpr Duration kLongestApart = std::chrono::milliseconds(25);
constexpr int kApartShare = 8;   // of the round trip
constexpr int kCostShare = 4;    // of the round trip, at most, that a copy may take of the path
constexpr double kBudget = .05;  // of the path's rate
constexpr Duration kBudgetKept = std::chrono::seconds(2);  // so much of it may be saved up

double octets_in(Duration time, BitsPerSecond rate) {
  return std::chrono::duration<double>(time).count() * static_cast<double>(rate.value) / 8;
}

}  // namespace

Duration Redundancy::apart() const {
  if (!path_.bursts) return kShortestApart;
  return std::clamp<Duration>(path_.rtt / kApartShare, kShortestApart, kLongestApart);
}

int Redundancy::copies_worth(const Sent& packet) const {
  if (path_.loss < kLossWorthIt || path_.rtt < kShortestApart * kApartShare) return 0;
  if (static_cast<double>(packet.size) > octets_in(path_.rtt / kCostShare, path_.rate)) return 0;
  return path_.loss * path_.loss <= kLossLeft ? 1 : kMostCopies;
}

void Redundancy::forget_urgent() {
  for (Waiting& each : waiting_) each.packet.urgent = false;
}

void Redundancy::on_sent(const Sent& packet, const Measured& path, TimePoint now) {
  path_ = path;
  for (Waiting& each : waiting_) each.packet.last = false;
  urgent_run_ = packet.urgent ? urgent_run_ + 1 : 0;
  if (urgent_run_ > kFewPackets) forget_urgent();
  std::erase_if(waiting_, [](const Waiting& each) { return !each.packet.urgent && !each.packet.last; });
  Sent wanted = packet;
  wanted.urgent = packet.urgent && urgent_run_ <= kFewPackets;
  if (packet.last) urgent_run_ = 0;
  if (!wanted.urgent && !wanted.last) return;
  if (const int copies = copies_worth(wanted); copies > 0) waiting_.push_back({wanted, now + apart(), copies});
}

bool Redundancy::afford(std::size_t size, TimePoint now) {
  const double most = kBudget * octets_in(kBudgetKept, path_.rate);
  credit_ = std::min(most, credit_ + kBudget * octets_in(now - credit_at_, path_.rate));
  credit_at_ = now;
  if (credit_ < static_cast<double>(size)) return false;
  credit_ -= static_cast<double>(size);
  return true;
}

std::vector<Redundancy::Copy> Redundancy::take_due(TimePoint now) {
  std::vector<Copy> due;
  for (Waiting& each : waiting_) {
    if (each.due > now) continue;
    if (afford(each.packet.size, now)) due.push_back({each.packet.number, each.packet.last});
    --each.copies;
    each.due = now + apart();
  }
  std::erase_if(waiting_, [](const Waiting& each) { return each.copies == 0; });
  return due;
}

TimePoint Redundancy::deadline() const {
  TimePoint next = kNever;
  for (const Waiting& each : waiting_) next = std::min(next, each.due);
  return next;
}

}  // namespace booster::transport::recovery
