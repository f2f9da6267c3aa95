// What became of what was sent: acknowledged, lost, or silence that asks for a probe.
#include <algorithm>

#include "booster/transport/connection.h"

namespace booster::transport {
namespace {

using recovery::OwnFrame;

constexpr int kLargeLost = 10;    // in a row, and all smaller ones arrive: the path no longer takes large ones
constexpr int kOutageProbes = 2;  // unanswered, and the path is taken to be interrupted
constexpr std::size_t kProbeOctets = 60;
constexpr double kProbeShare = .02;  // of the rate the path had

}  // namespace

Result<> Connection::on_long_ack(const packet::frame::Ack& ack, TimePoint now) {
  if (!long_) return {};
  TRY_ASSIGN(recovery::AckReport report, long_->sent.on_ack(ack.ranges, now));
  const PacketNumber largest = ack.ranges.front().largest;
  for (const recovery::SentPacket& packet : report.acked) frames_acked(packet.own, kHandshakePath);
  // What was sent again too early is out of `sent` by now; when it left is still known.
  const LongSpace::Left* left = largest.value < long_->left.size() ? &long_->left[largest.value] : nullptr;
  const auto& last = long_->last_arrival;
  const bool news = !last || largest > last->first;
  if (left != nullptr && news && left->eliciting) active_path().rtt.on_sample(now - left->at, Duration{}, Duration{});
  // Two packets that left together and arrived apart: the path's rate, roughly, before anything else is sent.
  if (last && left != nullptr && largest.value == last->first.value + 1 && ack.received.value > last->second.value) {
    const auto apart =
        std::chrono::duration_cast<Duration>(packet::frame::Ticks(ack.received.value - last->second.value));
    pair_rate_ = rate::rate_of(left->size, apart);
  }
  if (news) long_->last_arrival = {largest, ack.received};
  long_->probes = 0;
  for (const recovery::SentPacket& lost : long_->sent.take_lost(now, active_path().rtt)) frames_lost(lost.own);
  return {};
}

Duration Connection::arrival(path::Path& path, packet::frame::ArrivalTick tick) {
  if (!path.arrival_base) {
    path.arrival_base = std::chrono::duration_cast<Duration>(packet::frame::Ticks(tick.value));
  } else {
    const auto step = static_cast<std::int32_t>(tick.value - path.arrival_last);
    *path.arrival_base += std::chrono::duration_cast<Duration>(packet::frame::Ticks(step));
  }
  path.arrival_last = tick.value;
  return *path.arrival_base;
}

Result<> Connection::on_path_ack(const packet::frame::Ack& ack, TimePoint now) {
  const auto found = paths_.find(ack.path);
  if (found == paths_.end()) {
    if (path_ids_.retired(ack.path)) return {};
    return fail(Errc::Protocol, "acknowledges packets of a path that was never used");
  }
  path::Path& path = *found->second;
  TRY_ASSIGN(recovery::AckReport report, path.sent.on_ack(ack.ranges, now));
  if (settings_.role == Role::Client) confirm(now);  // the gateway reads short packets only once it has finished
  settle(path, report, ack, now);
  return {};
}

void Connection::settle(path::Path& path, recovery::AckReport& report, const packet::frame::Ack& ack, TimePoint now) {
  const PacketNumber largest = ack.ranges.front().largest;
  keys_->on_acked(path.id, largest);
  if (!report.acked.empty()) {
    path.probes = 0;
    path.silent_since = kNever;
  }
  const recovery::SentPacket* newest = nullptr;  // the largest, if this ACK is the first to tell of it
  bool eliciting = false;
  for (const recovery::SentPacket& packet : report.acked) {
    if (packet.number == largest) newest = &packet;
    eliciting = eliciting || packet.eliciting;
    if (packet.probe_of_size) path.mtu.on_arrived(packet.size, now);
    if (packet.size > path::kLeastDatagram) path.large_lost = 0;
    if (path.rate && packet.eliciting) path.rate->on_outcome(static_cast<rate::Pace>(packet.pace), 1, 0);
    if (source_ != nullptr) source_->on_acked(packet.tickets, now);
    frames_acked(packet.own, path.id);
  }
  for (const recovery::SentPacket& packet : report.returned) {
    if (source_ != nullptr) source_->on_acked(packet.tickets, now);
    frames_acked(packet.own, path.id);
  }
  if (!eliciting) newest = nullptr;  // RFC 9002 §5.1: the peer may have waited as long as it liked
  path.spurious_losses += report.returned.size();
  if (path.rate && !report.returned.empty()) path.rate->on_regret(report.returned.size());
  if (newest != nullptr) {
    path.rtt.on_sample(now - newest->sent_at, std::chrono::duration_cast<Duration>(ack.delay), std::chrono::seconds(1));
    if (newest->sent_bytes > path.round_ends) {
      path.round_ends = path.sent.sent_bytes();
      path.sent.window().on_round();
    }
  }
  const std::uint64_t ce = ack.ecn ? ack.ecn->ce : 0;
  if (ce > path.ce_seen && path.rate) path.rate->on_congestion_mark(now);
  path.ce_seen = std::max(path.ce_seen, ce);
  if (newest != nullptr) path.ecn = ack.ecn ? path::Path::EcnUse::Works : path::Path::EcnUse::Fails;

  give_up_lost(path, now);
  if (newest != nullptr && path.rate) {
    path.rate->on_ack({.now = now,
                       .received = arrival(path, ack.received),
                       .left = newest->sent_at,
                       .size = newest->size,
                       .largest_sent = newest->sent_bytes,
                       .sent = path.sent.sent_bytes(),
                       .delivered = path.sent.delivered_bytes(),
                       .app_limited = newest->sent_bytes <= path.app_limited_to},
                      {path.rtt.smoothed(), path.rtt.minimum()});
    path.pacer.set_rate(path.rate->pacing(), path.mtu.size(), now);
    path.acks.set_default(path.rtt.smoothed());
  }
}

void Connection::give_up_lost(path::Path& path, TimePoint now) {
  const bool outage = path.silent_since != kNever;
  for (const recovery::SentPacket& packet : path.sent.take_lost(now, path.rtt)) {
    if (packet.probe_of_size) {
      path.mtu.on_lost(packet.size, now);
      continue;
    }
    ++path.lost_packets;
    if (path.rate && packet.eliciting) {
      if (packet.number.value > path.last_lost.value + rate::kBurstGap) path.rate->on_burst();
      path.last_lost = packet.number;
      path.rate->on_outcome(static_cast<rate::Pace>(packet.pace), 0, 1);
    }
    if (packet.size > path::kLeastDatagram && !outage) notice_large_lost(path, packet, now);
    requeue(packet, now);
  }
}

// Not a burst: nothing large gets through for round trips.
void Connection::notice_large_lost(path::Path& path, const recovery::SentPacket& packet, TimePoint now) {
  if (path.large_lost++ == 0) path.large_lost_since = packet.sent_at;
  if (path.large_lost < kLargeLost || packet.sent_at - path.large_lost_since < 3 * path.rtt.smoothed()) return;
  path.mtu.on_black_hole(now);
  path.large_lost = 0;
}

void Connection::requeue(const recovery::SentPacket& packet, TimePoint now) {
  if (source_ != nullptr) source_->on_lost(packet.tickets, now);
  frames_lost(packet.own);
}

void Connection::frames_acked(std::span<const OwnFrame> frames, PathId path) {
  for (const OwnFrame& frame : frames) {
    if (frame.kind == OwnFrame::Kind::Handshake) tls_.on_acked(frame.value, frame.length);
    if (frame.kind == OwnFrame::Kind::Greeting) greeting_.on_acked(frame.value, frame.length);
    if (frame.kind != OwnFrame::Kind::Ack) continue;
    if (const auto found = paths_.find(path); found != paths_.end()) found->second->received.on_told({frame.value});
  }
}

void Connection::frames_lost(std::span<const OwnFrame> frames) {
  for (const OwnFrame& frame : frames) {
    const PathId path{static_cast<std::uint32_t>(frame.value)};
    switch (frame.kind) {
      case OwnFrame::Kind::Handshake:
        tls_.on_lost(frame.value, frame.length);
        break;
      case OwnFrame::Kind::Greeting:
        greeting_.on_lost(frame.value, frame.length);
        break;
      case OwnFrame::Kind::PathId:
        ids_due_.push_back(path);
        break;
      case OwnFrame::Kind::RetirePath:
        retires_due_.push_back(path);
        break;
      case OwnFrame::Kind::Token:
        token_due_ = true;
        break;
      case OwnFrame::Kind::Done:
        done_due_ = true;
        break;
      case OwnFrame::Kind::Challenge:  // has a timer of its own
      case OwnFrame::Kind::AckRate:    // the newest goes when it is told anew
      case OwnFrame::Kind::Ack:
        break;
    }
  }
}

Duration Connection::probe_timeout(const path::Path& path) const {
  return path.rtt.known() ? path.rtt.probe_timeout(path.acks.most_delay()) : kHandshakePto;
}

TimePoint Connection::probe_deadline(const path::Path& path) const {
  if (path.sent.eliciting_in_flight() == 0) return kNever;
  const TimePoint last = path.sent.last_eliciting_at();
  if (path.probes < kOutageProbes) return last + probe_timeout(path) * (1 << path.probes);
  // Interrupted: its end is to be noticed at once, as long as that is likely to be soon, and for little of the path.
  if (last - path.silent_since > rate::kOutageProbed) return last + recovery::kLongestProbe;
  const BitsPerSecond known = path.rate ? path.rate->capacity() : rate::kLeast;
  return last + std::max(rate::kProbeApart, rate::time_for(kProbeOctets, rate::scaled(known, kProbeShare)));
}

void Connection::on_probe_timeout(path::Path& path, TimePoint now) {
  if (path.silent_since == kNever) path.silent_since = path.sent.last_eliciting_at();
  ++path.probes;
  path.probes_due = 1;
  if (path.probes == kOutageProbes) {
    if (path.rate) path.rate->on_outage();
    if (path.ecn == path::Path::EcnUse::Testing) path.ecn = path::Path::EcnUse::Fails;
  }
  // The first probe brings something that may be missing; in an outage there is no use in that.
  if (path.probes > 1) return;
  if (recovery::SentPacket* const oldest = path.sent.oldest_unprobed()) requeue(*oldest, now);
}

TimePoint Connection::long_probe_deadline() const {
  if (!long_) return kNever;
  const bool waits = long_->sent.eliciting_in_flight() > 0;
  // A client goes on asking: the gateway may owe it something that it may not send unasked.
  if (!waits && (settings_.role == Role::Gateway || established_)) return kNever;
  const TimePoint last = std::max(long_->sent.last_eliciting_at(), began_);
  return last + probe_timeout(active()) * (1 << std::min(long_->probes, recovery::kMostBackoff));
}

void Connection::watch_long_space(TimePoint now) {
  if (!long_) return;
  for (const recovery::SentPacket& lost : long_->sent.take_lost(now, active().rtt)) frames_lost(lost.own);
  if (now < long_probe_deadline()) return;
  ++long_->probes;
  long_->probes_due = 1;
  for (const recovery::SentPacket& lost : long_->sent.take_all()) frames_lost(lost.own);
}

void Connection::watch_path(path::Path& path, TimePoint now) {
  if (now >= path.sent.loss_deadline(path.rtt)) give_up_lost(path, now);
  if (now >= probe_deadline(path)) on_probe_timeout(path, now);
  path.validation.on_deadline(now);
  if (path.candidate) path.candidate->validation.on_deadline(now);
  if (path.candidate && path.candidate->validation.state() == path::Validation::State::Failed) path.candidate.reset();
}

void Connection::on_deadline(TimePoint now) {
  if (end_) return;
  if (!established_ && now - began_ >= kHandshakeLimit) {
    return end(Error(Errc::Timeout, "no answer to the handshake"), false, now);
  }
  watch_long_space(now);
  std::vector<PathId> failed;
  for (auto& [id, path] : paths_) {
    watch_path(*path, now);
    if (path->validation.state() == path::Validation::State::Failed) failed.push_back(id);
  }
  for (const PathId id : failed) {
    tell(PathFailed{id});
    if (paths_.size() > 1) drop_path(id, now);
  }
  if (source_ != nullptr && now >= source_->next_deadline()) source_->on_deadline(now);
}

void Connection::on_too_large(const Route& route, std::size_t size, TimePoint now) {
  for (auto& [id, path] : paths_) {
    if (path->route == route) path->mtu.on_too_large(size, now);
  }
}

// The peer's answer to our challenge: this path is real, and the newest one is where we go on.
void Connection::on_proved(PathId id, TimePoint now) {
  if (id < active_) return;
  if (id != active_) ++moves_;
  active_ = id;
  tell(Moved{id, paths_.at(id)->route});
  if (settings_.role == Role::Gateway) return;
  std::vector<PathId> others;
  for (const auto& [other, path] : paths_) {
    if (other != id) others.push_back(other);
  }
  for (const PathId other : others) {
    retires_due_.push_back(other);
    drop_path(other, now);
  }
}

void Connection::drop_path(PathId id, TimePoint now) {
  const auto found = paths_.find(id);
  if (found == paths_.end()) return;
  const std::unique_ptr<path::Path> path = std::move(found->second);
  paths_.erase(found);
  path_ids_.retire(id);
  if (keys_) keys_->forget(id);
  tell(IdRetired{path->ours});
  if (active_ == id) active_ = paths_.rbegin()->first;
  for (const recovery::SentPacket& packet : path->sent.take_all()) requeue(packet, now);
  issue_ids();
}

}  // namespace booster::transport
