// Datagrams to packets: which connection and path they are for, which key opens them, and whether they are new.
#include <algorithm>
#include <bit>
#include <utility>

#include "booster/transport/connection.h"

namespace booster::transport {

void Connection::on_datagram(const Route& route, std::span<std::byte> bytes, Ecn ecn, TimePoint now) {
  notice_sleep(now);
  bytes_received_ += bytes.size();
  if (is_stranger(route)) return;
  count_received(route, bytes.size());
  if (end_) {
    // Whoever goes on sending has not heard the end; rarer and rarer, as nobody may be listening.  RFC 9000 §10.2.1
    const bool again = std::has_single_bit(++after_end_);
    close_due_ = close_due_ || (again && !end_->by_peer && now < drained_at_);
    return;
  }
  packet::PacketReader reader(bytes);
  bool opened = false;
  for (;;) {
    const Result<std::optional<packet::Packet>> next = reader.next();
    if (!next || !*next) break;
    const packet::Packet& head = **next;
    const Result<bool> taken = take_packet(head, bytes.subspan(head.begin, head.end - head.begin), route, ecn, now);
    if (!taken) return end(taken.error(), false, now);
    opened = opened || *taken;
    if (end_) return;
  }
  if (!opened && is_reset_for_us(bytes)) {
    end(Error(Errc::NotFound, "the gateway does not know this connection (any more)"), true, now);
    end_->unknown_here = true;
    std::get<Closed>(events_.back()).unknown_here = true;
  }
}

// A gateway does not change its address: what comes from another one is somebody's who read along.   RFC 9000 §9
bool Connection::is_stranger(const Route& route) const {
  if (settings_.role == Role::Gateway) return false;
  return std::none_of(paths_.begin(), paths_.end(),
                      [&](const auto& each) { return each.second->route.remote == route.remote; });
}

void Connection::count_received(const Route& route, std::size_t size) {
  for (const auto& [id, path] : paths_) {
    if (path->route == route) path->bytes_received += size;
    if (path->candidate && path->candidate->route == route) path->candidate->received += size;
  }
}

bool Connection::is_reset_for_us(ByteView datagram) const {
  bool ours = false;
  for (const auto& [id, path] : paths_) ours = (path->reset && packet::is_reset(datagram, *path->reset)) || ours;
  return ours;
}

// Whether it was opened. An error ends the connection: it came from the peer, who broke a rule.
Result<bool> Connection::take_packet(const packet::Packet& head, std::span<std::byte> packet, const Route& route,
                                     Ecn ecn, TimePoint now) {
  switch (head.kind) {
    case packet::Kind::Handshake:
      return take_long(head, packet, route, now);
    case packet::Kind::Short:
      return take_short(head, packet, {route, ecn, now}, now);
    case packet::Kind::Retry:
      take_retry(head, packet, now);
      return false;
    case packet::Kind::VersionNegotiation:
      if (settings_.role == Role::Client && !peer_spoke_ && head.destination == ids_.client &&
          !packet::lists_version(head.versions, packet::kVersion)) {
        return fail(Errc::Unsupported, "the gateway does not speak this version of the tunnel");
      }
      return false;
    case packet::Kind::OtherVersion:
      return false;
  }
  return false;
}

void Connection::take_retry(const packet::Packet& head, std::span<const std::byte> packet, TimePoint now) {
  if (settings_.role != Role::Client || retried_ || peer_spoke_ || head.destination != ids_.client) return;
  if (!packet::is_genuine_retry(packet, ids_.first_destination)) return;
  retried_ = true;
  token_.assign(head.token.begin(), head.token.end());
  long_destination_ = head.source;
  // Everything goes again, under the keys that the new id gives; numbers go on.
  for (const recovery::SentPacket& lost : long_->sent.take_all()) frames_lost(lost.own);
  long_->keys = LongKeys(head.source, Role::Client);
  (void)now;
}

Result<bool> Connection::take_long(const packet::Packet& head, std::span<std::byte> packet, const Route& route,
                                   TimePoint now) {
  if (!long_) return false;
  const bool by_gateway = settings_.role == Role::Client;
  if (by_gateway && head.destination != ids_.client) return false;
  if (by_gateway && peer_spoke_ && head.source != ids_.gateway) return false;
  if (head.source.size() != packet::kIdSize) return false;  // no short packet could be written to it
  if (!by_gateway && head.source != ids_.client) return false;
  const auto largest = long_->received.empty() ? std::nullopt : std::optional(long_->received.largest());
  const Result<Opened> opened = long_->keys.open(packet, head.number_at, largest);
  if (!opened || long_->received.is_old(opened->number)) return false;
  if (by_gateway && !peer_spoke_) {
    ids_.gateway = head.source;
    long_destination_ = head.source;
    path_ids_.set_peer_id({0}, head.source);
    active_path().theirs = head.source;
  }
  peer_spoke_ = true;
  // Who sends to the id that we gave has received at this address.
  if (!by_gateway && head.destination == ids_.gateway) address_proved_ = true;

  TRY_ASSIGN(const Seen seen, scan(opened->payload));
  long_->received.add(opened->number, Ecn::NotEct, now);
  if (watch_) watch_->on_received(kHandshakePath, opened->number, packet.size(), Ecn::NotEct, now);
  long_->ack_due = long_->ack_due || seen.eliciting;
  active_path().heard = now;
  TRY(take_frames(nullptr, route, opened->payload, now));
  TRY(take_handshake(now));
  return true;
}

std::optional<PathId> Connection::number_of(const packet::ConnectionId& ours) const {
  for (const auto& [number, id] : path_ids_.ours()) {
    if (id == ours) return PathId{number};
  }
  return std::nullopt;
}

path::Path* Connection::path_of(PathId number, const Route& route, std::size_t size) {
  if (const auto known = paths_.find(number); known != paths_.end()) return known->second.get();
  if (settings_.role == Role::Client) return nullptr;  // only a client opens paths
  if (path_ids_.peer_id(number) == nullptr || paths_.size() >= path::kPathsAtOnce) return nullptr;
  path::Path& path = add_path(number, route, path_ids_.ours().at(number.value));
  path.validation.begin();
  path.bytes_received = size;
  path.rtt.guess(active_path().rtt.smoothed());
  start_rate(path);
  issue_ids();
  return &path;
}

// The first packets of a path bring the id for the way back, should it not have come before.
Result<> Connection::learn_id(PathId number, ByteView payload) {
  if (paths_.contains(number) || path_ids_.peer_id(number) != nullptr) return {};
  ByteReader in(payload);
  while (!in.empty()) {
    TRY_ASSIGN(const packet::frame::Frame each, packet::frame::decode(in, scratch_));
    const auto* id = std::get_if<packet::frame::NewPath>(&each);
    if (id != nullptr && id->path == number) TRY(on_peer_id(*id));
  }
  return {};
}

void Connection::keep_early(std::span<std::byte> packet, const Arrival& arrival) {
  if (early_bytes_ + packet.size() + kEarlyEach > kMaxEarly) return;
  early_bytes_ += packet.size() + kEarlyEach;
  early_.push_back({Bytes(packet.begin(), packet.end()), arrival});
}

void Connection::take_early(TimePoint now) {
  early_bytes_ = 0;
  for (Early& each : std::exchange(early_, {})) {
    packet::PacketReader reader(each.bytes);
    const Result<std::optional<packet::Packet>> head = reader.next();
    if (!head || !*head) continue;
    const Result<bool> taken = take_short(**head, each.bytes, each.arrival, now);
    if (!taken) return end(taken.error(), false, now);
  }
}

Result<bool> Connection::take_short(const packet::Packet& head, std::span<std::byte> packet, const Arrival& arrival,
                                    TimePoint now) {
  // At the gateway keys exist before the client has proved anything: what comes under them waits.
  if (!established_) {
    keep_early(packet, arrival);
    return false;
  }
  const std::optional<PathId> number = number_of(head.destination);
  if (!number) return false;
  const auto known = paths_.find(*number);
  std::optional<PacketNumber> largest;
  if (known != paths_.end() && !known->second->received.empty()) largest = known->second->received.largest();
  const Result<Opened> opened = keys_->open(packet, head.number_at, *number, largest);
  if (!opened) {
    if (opened.error().code == Errc::Denied) return false;
    return tl::unexpected(opened.error());
  }
  TRY_ASSIGN(const Seen seen, scan(opened->payload));
  TRY(learn_id(*number, opened->payload));
  path::Path* const path = path_of(*number, arrival.route, packet.size());
  if (path == nullptr || path->received.is_old(opened->number)) return true;
  const bool waits = seen.session && source_ == nullptr;
  // Not taken at all rather than acknowledged and dropped.
  if (waits && early_frame_bytes_ + opened->payload.size() + kEarlyEach > kMaxEarly) return true;
  notice_end_of_quiet(*path, seen.keepalive, now);
  notice_address(*path, arrival.route, opened->number, packet.size());
  notice_arrival(*path, opened->number, seen.eliciting, arrival);
  if (watch_) watch_->on_received(path->id, opened->number, packet.size(), arrival.ecn, arrival.at);
  const bool claims = settings_.role == Role::Gateway && !seen.probing_only && !std::exchange(path->claimed, true);
  const PathId id = path->id;
  TRY(take_frames(path, arrival.route, opened->payload, now));
  const auto still = paths_.find(id);
  if (still == paths_.end()) return true;
  if (claims) follow(id, now);
  if (still->second->probes >= recovery::kOutageProbes) go_on(*still->second, now);
  return true;
}

// The peer's address may change without its knowing (a NAT forgot it): only the newest packet can tell, and the new
// address is used once it has answered.                                                 Source: RFC 9000 §9.3
void Connection::notice_address(path::Path& path, const Route& route, PacketNumber number, std::size_t size) {
  if (settings_.role == Role::Client) return;
  if (!path.received.empty() && number < path.received.largest()) return;
  if (route == path.route) {
    path.candidate.reset();  // it is still where it was: somebody had only been faster        RFC 9000 §9.3.3
    if (path.validation.state() == path::Validation::State::Failed) path.validation.begin();
    return;
  }
  if (!path.candidate || path.candidate->route != route) {
    path.candidate.emplace();
    path.candidate->route = route;
    path.candidate->validation.begin();
  }
  path.candidate->received += size;  // each makes room for another question
}

void Connection::notice_arrival(path::Path& path, PacketNumber number, bool eliciting, const Arrival& arrival) {
  const TimePoint now = arrival.at;
  const bool next = path.received.empty() ? number.value == 0 : number.value == path.received.largest().value + 1;
  path.received.add(number, arrival.ecn, now);
  path.heard = std::max(path.heard, now);
  path.validation.on_heard(now);
  if (path.id == active_) silence_told_ = false;
  path.acks.on_packet(eliciting, !next, arrival.ecn == Ecn::Ce, now);
  if (!eliciting) return;
  path.lull.on_packet(now, path.rtt.smoothed());
  // Who sends takes a burst for one when all before it was acknowledged; and what acknowledgements let go arrives in
  // bursts a round trip apart, each half as long at most.
  if (now - path.train.last_at > std::max<Duration>(path.rtt.smoothed() / 2, kBurstApart)) {
    path.train.waiting.clear();
    path.train.left = rate::kTrainTimed;
    path.train.first = path.train.last_at == TimePoint{};
  }
  path.train.last_at = now;
  if (path.train.left > 0) {
    --path.train.left;
    path.train.waiting.emplace_back(number, tick(now));
  }
}

}  // namespace booster::transport
