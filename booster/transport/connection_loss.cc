// What became of what was sent: acknowledged, lost, or silence that asks for a probe.
#include <algorithm>
#include <utility>

#include "booster/transport/connection.h"

namespace booster::transport {
namespace {

using recovery::kOutageProbes;
using recovery::OwnFrame;

constexpr int kLargeLost = 5;  // in a row, and smaller ones arrive: the path may take large ones no more
constexpr std::size_t kProbeOctets = 60;
constexpr BitsPerSecond kUnknownRate{96'000};                 // of which the share is a probe each quarter of a second
constexpr double kProbeShare = .02;                           // of the rate the path had
constexpr Duration kTogether = std::chrono::milliseconds(1);  // packets that left within it left as a pair
constexpr Duration kLongestAckDelay =
    std::chrono::seconds(1);              // what was told later than that says nothing of the path
constexpr std::size_t kFrameAround = 16;  // octets of a stream frame beside its payload
constexpr std::size_t kAckOctets = 80;    // of a datagram with an ACK, and headers below it
constexpr Duration kClockKept = std::chrono::hours(24 * 1000);  // the peer's clock may not run away with our sums

// Somebody waits for it, or for the submission to be out of the house.
bool is_worth_copying(const session::FrameTicket& ticket) {
  return ticket.of <= session::Class::SendSmall;
}

}  // namespace

Result<> Connection::on_long_ack(const packet::frame::Ack& ack, TimePoint now) {
  if (!long_) return {};
  if (ack.path != kHandshakePath) return fail(Errc::Protocol, "a long packet acknowledges those of a path");
  TRY_ASSIGN(recovery::AckReport report, long_->sent.on_ack(ack.ranges, now));
  for (const recovery::SentPacket& packet : report.acked) frames_acked(packet.own, kHandshakePath);
  notice_long_arrival(ack, now);
  long_->probes = 0;
  for (const recovery::SentPacket& lost : long_->sent.take_lost(now, active_path().rtt)) frames_lost(lost.own);
  return {};
}

void Connection::notice_long_arrival(const packet::frame::Ack& ack, TimePoint now) {
  const PacketNumber largest = ack.ranges.front().largest;
  const auto& last = long_->last_arrival;
  if (largest.value >= long_->left.size() || (last && largest <= last->number)) return;
  // What was sent again too early is out of `sent` by now; when it left is still known.
  const LongSpace::Left& left = long_->left[largest.value];
  if (left.eliciting && left.at >= woke_) active_path().rtt.on_sample(now - left.at, Duration{}, Duration{});
  // Two packets that left together and arrived apart: the path's rate, roughly, before anything else is sent.
  const auto apart = packet::frame::Ticks(static_cast<std::int32_t>(ack.received.value - (last ? last->at.value : 0)));
  if (last && largest == last->number.next() && left.at - last->left < kTogether && apart.count() > 0) {
    pair_rate_ = rate::rate_of(left.size, std::chrono::duration_cast<Duration>(apart));
  }
  long_->last_arrival = {largest, ack.received, left.at};
}

Duration Connection::arrival(path::Path& path, packet::frame::ArrivalTick tick) {
  const bool astray = path.arrival_base && (*path.arrival_base > kClockKept || *path.arrival_base < -kClockKept);
  if (!path.arrival_base || astray) {
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
  if (watch_) watch_->on_acked(path.id, report, now);
  // In an outage the peer tells again what it had before: only an answer to what was sent since ends it.
  const bool outage = path.probes >= kOutageProbes;
  const bool answers = std::any_of(report.acked.begin(), report.acked.end(),
                                   [&](const auto& each) { return !outage || each.sent_at > path.silent_since; });
  if (answers) {
    path.probes = 0;
    path.full_probes_due = 0;
    path.went_on = false;
    path.silent_since = kNever;
  }
  const recovery::SentPacket* newest = nullptr;  // the largest, if this ACK is the first to tell of it
  bool eliciting = false;
  for (const recovery::SentPacket& packet : report.acked) {
    if (packet.number == largest) newest = &packet;
    eliciting = eliciting || packet.eliciting;
    if (packet.probe_of_size) path.mtu.on_arrived(packet.size, now);
    if (packet.size > path::kLeastDatagram) {
      path.large_lost = 0;
      path.large_arrived = std::max(path.large_arrived, packet.sent_at);
    }
    if (path.rate && packet.eliciting) path.rate->on_outcome(static_cast<rate::Pace>(packet.pace), 1, 0);
    frames_acked(packet.own, path.id);
  }
  for (const recovery::SentPacket& packet : report.returned) frames_acked(packet.own, path.id);
  session_acked(report.acked, now);
  session_acked(report.returned, now);
  if (newest != nullptr && (newest->sent_at < woke_ || (outage && !answers))) newest = nullptr;
  if (!eliciting) newest = nullptr;  // RFC 9002 §5.1: the peer may have waited as long as it liked
  if (ack.delay > kLongestAckDelay) newest = nullptr;
  path.spurious_losses += report.returned.size();
  if (path.rate && !report.returned.empty()) path.rate->on_regret(report.returned.size());
  if (newest != nullptr) {
    path.rtt.on_sample(now - newest->sent_at, std::chrono::duration_cast<Duration>(ack.delay), kLongestAckDelay);
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
  }
  if (newest != nullptr) tune_acks(path);
  keep_rooms(report.acked);
}

void Connection::tune_acks(path::Path& path) {
  path.acks.set_default(path.rtt.smoothed());
  const auto known = path.rate ? path.rate->remember() : std::nullopt;
  if (known) path.acks.set_way_back(known->rate, kAckOctets);
  if (!known && pair_rate_) path.acks.set_way_back(*pair_rate_, kAckOctets);
}

void Connection::give_up_lost(path::Path& path, TimePoint now) {
  const bool outage = path.silent_since != kNever;
  for (const recovery::SentPacket& packet : path.sent.take_lost(now, path.rtt)) {
    if (watch_) watch_->on_lost(path.id, packet, now);
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

// What tells of the loss is younger than the lost ones, and small if no large one of their age has arrived. It may
// still be a burst: then one round trip goes by with smaller packets.                               Source: RFC 8899
// §4.3
void Connection::notice_large_lost(path::Path& path, const recovery::SentPacket& packet, TimePoint now) {
  if (packet.sent_at <= path.large_arrived || ++path.large_lost < kLargeLost) return;
  path.mtu.on_black_hole(now);
  path.large_lost = 0;
}

void Connection::requeue(const recovery::SentPacket& packet, TimePoint now) {
  if (source_ != nullptr) source_->on_lost(packet.tickets, now);
  frames_lost(packet.own);
}

// What is new in a packet may be worth sending twice.
void Connection::consider_copies(path::Path& path, const recovery::SentPacket& packet, bool last, TimePoint now) {
  bool fresh = false;
  std::size_t urgent = 0;  // octets
  for (const session::FrameTicket& ticket : packet.tickets) {
    if (ticket.kind != session::FrameTicket::Kind::Stream || ticket.again) continue;
    fresh = true;
    if (is_worth_copying(ticket)) urgent += ticket.length + kFrameAround;
  }
  if (!fresh || !path.rate || (urgent == 0 && !last && path.redundancy.idle())) return;
  path.redundancy.on_sent(
      {packet.number, last ? packet.size : std::min<std::size_t>(urgent, packet.size), urgent > 0, last},
      {path.rate->radio_loss(), path.rtt.smoothed(), path.rate->capacity(), path.rate->loses_in_bursts()}, now);
}

// The session takes them for lost: they go again at once, and the first to arrive counts.
void Connection::send_copies(path::Path& path, TimePoint now) {
  for (const recovery::Redundancy::Copy& copy : path.redundancy.take_due(now)) {
    const recovery::SentPacket* const packet = path.sent.find_in_flight(copy.number);
    if (packet == nullptr || source_ == nullptr || path.silent_since != kNever) continue;
    session::FrameTickets again;
    for (const session::FrameTicket& ticket : packet->tickets) {
      if (ticket.kind != session::FrameTicket::Kind::Stream || ticket.again) continue;
      if (copy.whole || is_worth_copying(ticket)) again.push_back(ticket);
    }
    source_->on_lost(again, now);
    ++path.copies;
  }
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
      case OwnFrame::Kind::Ack:
        break;
    }
  }
}

Duration Connection::probe_timeout(const path::Path& path) const {
  const bool guessed = path.rtt.known() || path.id.value != 0;
  return guessed ? path.rtt.probe_timeout(path.acks.most_delay()) : kHandshakePto;
}

TimePoint Connection::probe_deadline(const path::Path& path) const {
  if (path.sent.eliciting_in_flight() == 0) return kNever;
  if (path.id != active_ && !path.claimed) return kNever;  // a trial has its challenges, and says no more than them
  const TimePoint last = path.sent.last_eliciting_at();
  if (path.probes < kOutageProbes) return last + probe_timeout(path) * (1 << path.probes);
  // Interrupted: its end is to be noticed at once, as long as that is likely to be soon, and for little of the path.
  if (path.id != active_ || last - path.silent_since > rate::kOutageProbed) return last + recovery::kLongestProbe;
  const auto learnt = path.rate ? path.rate->remember() : std::nullopt;
  // What acknowledged a stream went as often as these.
  if (!learnt && path.lull.had_stream()) return last + rate::kProbeApart;
  const BitsPerSecond known = learnt ? learnt->rate : kUnknownRate;
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
  // The first probe brings something that may be missing. Later ones are small and empty: they find the end of an
  // outage for little, and pass where the path takes large packets no more.
  if (path.probes > 1) return;
  if (recovery::SentPacket* const oldest = path.sent.oldest_unprobed()) requeue(*oldest, now);
}

// The peer is heard again in what was an outage, and has not heard us: perhaps both ways carry. What it waits for goes
// before the next probe's answer comes, once.
void Connection::go_on(path::Path& path, TimePoint now) {
  if (!carries_all(path) || std::exchange(path.went_on, true)) return;
  path.sent.forget_probes();
  for (std::size_t i = 0; i < rate::kBlindTrainPackets; ++i) {
    recovery::SentPacket* const oldest = path.sent.oldest_unprobed();
    if (oldest == nullptr) return;
    requeue(*oldest, now);
    ++path.probes_due;
    ++path.full_probes_due;
  }
}

// A client that is not confirmed cannot tell a gateway that gave it up from an outage: it has no reset token yet.
TimePoint Connection::handshake_deadline() const {
  const bool confirmed = established_ && (settings_.role == Role::Gateway || !long_);
  return confirmed ? kNever : began_ + kHandshakeLimit;
}

TimePoint Connection::long_probe_deadline() const {
  if (!long_) return kNever;
  const bool waits = long_->sent.eliciting_in_flight() > 0;
  // A client goes on asking: the gateway may owe it something that it may not send unasked.
  if (!waits && (settings_.role == Role::Gateway || established_)) return kNever;
  const TimePoint last = std::max(long_->sent.last_eliciting_at(), began_);
  const Duration once = probe_timeout(active());
  const Duration longer = once * (1 << std::min(long_->probes, recovery::kMostBackoff));
  return last + std::min(longer, std::max(once, kLongestHandshakeProbe));
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
  if (now >= probe_deadline(path) && may_send_at_all(path)) on_probe_timeout(path, now);
  if (now >= path.redundancy.deadline()) send_copies(path, now);
  if (now >= path.lull.deadline() && carries_all(path)) {
    path.lull.on_asked();
    if (path.sent.eliciting_in_flight() == 0) path.probes_due = 1;
  }
  path.validation.on_deadline(now);
  if (path.candidate) path.candidate->validation.on_deadline(now);
  if (path.candidate && path.candidate->validation.state() == path::Validation::State::Failed) path.candidate.reset();
}

void Connection::notice_sleep(TimePoint now) {
  const TimePoint before = std::exchange(last_input_, std::max(last_input_, now));
  if (end_ || before == TimePoint{} || now - before <= kSlept) return;
  const TimePoint due = next_deadline(before);
  if (due != kNever && now - due > kSlept) woke_ = now;
}

void Connection::on_deadline(TimePoint now) {
  if (end_) return;
  notice_sleep(now);
  if (now >= handshake_deadline()) {
    return end(Error(Errc::Timeout, "no answer to the handshake"), false, now);
  }
  watch_long_space(now);
  std::vector<PathId> failed;
  for (auto& [id, path] : paths_) {
    watch_path(*path, now);
    if (path->validation.state() == path::Validation::State::Failed) failed.push_back(id);
  }
  for (const PathId id : failed) on_failed(id, now);
  watch_silence(now);
  if (end_) return;
  watch_quiet(now);
  if (source_ != nullptr && now >= source_->next_deadline()) source_->on_deadline(now);
}

void Connection::on_too_large(const Route& route, std::size_t size, TimePoint now) {
  for (auto& [id, path] : paths_) {
    if (path->route == route) path->mtu.on_too_large(size, now);
  }
}

// A client goes back to where it was, if anything has come there since; else it asks at both. So does a gateway, which
// keeps what the client opened until the client retires it: its packets may still come.
void Connection::on_failed(PathId id, TimePoint now) {
  path::Path& path = *paths_.at(id);
  if (settings_.role == Role::Gateway) return return_from(id, now);
  const bool on_trial = id != active_;
  const bool other_works = std::any_of(paths_.begin(), paths_.end(), [&](const auto& each) {
    return each.first != id && each.second->heard > path.opened;
  });
  if (on_trial || other_works) {
    tell(PathFailed{id});
    retires_due_.push_back(id);
    return drop_path(id, now);
  }
  // Where something came from lately only the questions or their answers were lost.
  const bool heard = path.heard > path.opened && now - path.heard < path::kChallengeAgain;
  heard ? path.validation.begin() : path.validation.begin_again(now);
  for (auto& [other, each] : paths_) {
    if (other != id) each->probes_due = 1;
  }
}

TimePoint Connection::silence_deadline() const {
  const path::Path& path = active();
  if (!established_) return kNever;
  TimePoint next = path.heard + kSilenceLimit;
  if (!silence_told_ && path.probes >= kOutageProbes) next = std::min(next, path.silent_since + kSilentAfter);
  return next;
}

// An answer is owed and does not come. Nobody is given up for it before the session itself is.
void Connection::watch_silence(TimePoint now) {
  if (now < silence_deadline()) return;
  const path::Path& path = active();
  if (now >= path.heard + kSilenceLimit) return end(Error(Errc::Timeout, "nothing was heard for too long"), false, now);
  silence_told_ = true;
  tell(Silent{path.silent_since});
}

// The peer goes on from another address, and has shown that it receives there.          Source: RFC 9000 §9.4
void Connection::take_candidate(path::Path& path, TimePoint now) {
  const bool elsewhere = path.route.remote.ip != path.candidate->route.remote.ip;
  path.route = path.candidate->route;
  path.candidate.reset();
  path.ecn = path::Path::EcnUse::Testing;
  ++moves_;
  if (elsewhere && path.rate) {
    start_rate(path);
    path.pacer.set_rate(path.rate->pacing(), path.mtu.size(), now);
  }
  tell(Moved{path.id, path.route});
}

}  // namespace booster::transport
