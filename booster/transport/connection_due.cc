// What is due on which path, whether it may go, and when the connection wants to be asked again.
#include <algorithm>

#include "booster/transport/connection.h"

namespace booster::transport {
namespace {

// A pacer of some Gbit/s rounds to the present instant.
constexpr Duration kFinestTimer = std::chrono::microseconds(10);

}  // namespace

std::size_t Connection::allowed_to(const path::Path& path) const {
  if (settings_.role == Role::Client || proved(path)) return SIZE_MAX;
  const std::uint64_t most = path::kAmplification * path.bytes_received;
  return most - std::min(most, path.bytes_sent);
}

std::size_t Connection::allowed_to(const path::Candidate& candidate) {
  const std::uint64_t most = path::kAmplification * candidate.received;
  return most - std::min(most, candidate.sent);
}

// Whether who is there has shown to receive; a client trusts the address it calls.
bool Connection::proved(const path::Path& path) const {
  return path.proved() || (path.id.value == 0 && address_proved_);
}

// Elsewhere there are only acknowledgements, challenges and their answers.
bool Connection::carries_all(const path::Path& path) const {
  return path.id == active_;
}

bool Connection::may_send_data(const path::Path& path, TimePoint now) const {
  if (!path.rate || !carries_all(path)) return false;
  return path.sent.bytes_in_flight() + path.mtu.size() <= path.rate->window() && path.pacer.may_send(now);
}

bool Connection::own_frames_due(const path::Path& path, TimePoint now) const {
  if (path.validation.due(now)) return true;
  if (!path.responses.empty() && (!path.respond_to || *path.respond_to == path.route)) return true;
  if (!carries_all(path)) return false;
  const bool to_claim = settings_.role == Role::Client && !path.claimed;
  return to_claim || keepalive_due_ || done_due_ || token_due_ || !ids_due_.empty() || !retires_due_.empty() ||
         greeting_.has_pieces() || (!long_ && tls_.has_pieces());
}

bool Connection::wants_packet(const path::Path& path, bool may_carry_data, TimePoint now) const {
  if (!established_ || !may_send_at_all(path)) return false;
  if (path.acks.due(now) || path.probes_due > 0 || own_frames_due(path, now)) return true;
  return may_carry_data && source_ != nullptr && source_->has_frames(now);
}

bool Connection::long_due(TimePoint now) const {
  if (!long_) return false;
  (void)now;
  return long_->ack_due || long_->probes_due > 0 || tls_.has_pieces();
}

// What opens the session goes ahead of it: a probe takes .6 s of the narrowest links.
bool Connection::may_search_mtu(const path::Path& path) const {
  const bool carries = path.id == active_ && proved(path) && path.brought_data;
  return established_ && carries && path.rtt.known() && path.silent_since == kNever;
}

TimePoint Connection::path_deadline(const path::Path& path, TimePoint now) const {
  TimePoint next = std::min(path.sent.loss_deadline(path.rtt), path.redundancy.deadline());
  // What may not be sent is not waited for either: the peer's next datagram makes room.     RFC 9002 §6.2.2.1
  if (may_send_at_all(path)) {
    next = std::min({next, path.acks.deadline(), probe_deadline(path), path.validation.deadline()});
    if (carries_all(path)) next = std::min(next, path.lull.deadline());
  }
  if (path.candidate && allowed_to(*path.candidate) >= kLeastChallenge) {
    next = std::min(next, path.candidate->validation.deadline());
  }
  const bool held_by_pacer = path.rate && path.id == active_ && source_ != nullptr && !path.pacer.may_send(now) &&
                             path.sent.bytes_in_flight() + path.mtu.size() <= path.rate->window();
  if (held_by_pacer && source_->has_frames(now))
    next = std::min(next, std::max(path.pacer.next(now), now + kFinestTimer));
  return next;
}

TimePoint Connection::next_deadline(TimePoint now) const {
  if (end_) return kNever;
  TimePoint next = handshake_deadline();
  if (long_) next = std::min({next, long_probe_deadline(), long_->sent.loss_deadline(active().rtt)});
  for (const auto& [id, path] : paths_) next = std::min(next, path_deadline(*path, now));
  next = std::min({next, silence_deadline(), keepalive_deadline()});
  if (source_ != nullptr) next = std::min(next, source_->next_deadline());
  return next;
}

}  // namespace booster::transport
