// Packets to datagrams: what goes next, on which path, and whether it may.
#include <algorithm>
#include <cstring>
#include <utility>

#include "booster/session/error_code.h"
#include "booster/transport/connection.h"
#include "booster/transport/packet/span_writer.h"
#include "codec/base/check.h"

namespace booster::transport {
namespace {

using namespace packet;
using recovery::OwnFrame;

constexpr std::size_t kMostSegments = 64;   // of one run: UDP_MAX_SEGMENTS
constexpr std::size_t kFrameOverhead = 24;  // of a HANDSHAKE or GREETING: type, offset, length
constexpr std::size_t kStreamFrame = 64;    // octets that a HANDSHAKE or GREETING piece is worth at least
constexpr std::size_t kPairPiece = 300;     // of the gateway's first packet: a flight of 900 leaves 600 to time
constexpr std::size_t kLeftKept = 32;       // of long packets: more are not needed to know the path
constexpr std::size_t kAckRanges = 24;      // beside session frames, which need the room
constexpr std::size_t kLongRanges = 4;      // the handshake is a few packets each way
constexpr std::size_t kAckHead = 48;        // octets of an ACK without its ranges, at most
constexpr std::size_t kAckRange = 8;        // of a gap and a length, each less than 2^28

// The host may have slept since.
frame::Ticks ack_delay(TimePoint arrived, TimePoint now) {
  return std::clamp(std::chrono::duration_cast<frame::Ticks>(now - arrived), frame::Ticks{0}, frame::kMaxDelay);
}

}  // namespace

// A packet being written: header, frames behind it, room for the tag kept free.
struct Connection::Draft {
  std::span<std::byte> packet;
  HeaderPlace place;
  std::size_t used = 0;
  bool ack = false;
  bool asks = false;  // whether who is there receives
  bool last = false;  // nothing more was there to be sent
  recovery::SentPacket record;

  std::size_t room() const { return packet.size() - kTagSize - used; }
  std::span<std::byte> rest() const { return packet.subspan(used, room()); }
  bool empty() const { return used == place.size; }
  bool put(const frame::Frame& each) {
    const std::size_t size = frame::frame_size(each);
    if (size > room()) return false;
    frame::encode(rest(), each);
    used += size;
    return true;
  }
  bool put(const frame::Frame& each, OwnFrame own) {
    if (!put(each)) return false;
    record.own.push_back(own);
    record.eliciting = true;
    return true;
  }
  void ping() {
    if (put(frame::Ping{})) record.eliciting = true;
  }
  // Padding stands in front: session frames reach to the end.
  void pad_front(std::size_t count) {
    const std::size_t payload = used - place.size;
    std::memmove(&packet[place.size + count], &packet[place.size], payload);
    std::memset(&packet[place.size], 0, count);
    used += count;
  }
  // Everything up to where the tag will end.
  std::span<std::byte> whole() const { return packet.first(used + kTagSize); }
};

frame::ArrivalTick Connection::tick(TimePoint at) const {
  const auto ticks = std::chrono::duration_cast<frame::Ticks>(at - began_).count();
  return {static_cast<std::uint32_t>(ticks)};
}

void Connection::write_acks(Draft& draft, path::Path& path, TimePoint now) {
  if (path.received.empty()) return;
  const bool enough = path.train.first || path.train.waiting.size() >= rate::kShortestTrain;
  for (std::size_t i = 0; enough && i < path.train.waiting.size();) {
    std::vector<frame::ArrivalTick> run{path.train.waiting[i].second};
    const PacketNumber first = path.train.waiting[i].first;
    while (++i < path.train.waiting.size() && path.train.waiting[i].first.value == first.value + run.size()) {
      run.push_back(path.train.waiting[i].second);
    }
    draft.put(frame::Times{path.id, first, run});
  }
  if (enough) path.train.waiting.clear();
  if (!put_ack(draft, path, now)) return;
  draft.ack = true;
  draft.record.own.push_back({.kind = OwnFrame::Kind::Ack, .value = path.received.largest().value});
}

bool Connection::put_ack(Draft& draft, path::Path& path, TimePoint now) const {
  if (path.received.empty() || draft.room() < kAckHead + kAckRange) return false;
  const std::vector<NumberRange> ranges =
      path.received.tell(std::min(kAckRanges, (draft.room() - kAckHead) / kAckRange));
  frame::Ack ack;
  ack.path = path.id;
  ack.delay = ack_delay(path.received.largest_at(), now);
  ack.received = tick(path.received.largest_at());
  ack.ranges = ranges;
  if (path.received.ecn().any()) ack.ecn = path.received.ecn();
  return draft.put(ack);
}

// What the connection itself has to say. Lost ones come back to where they are taken from here.
void Connection::write_own_frames(Draft& draft, path::Path& path, TimePoint now) {
  if (path.validation.due(now)) {
    if (const auto challenge = path.validation.next_challenge(entropy_, probe_timeout(path), now)) {
      draft.asks = draft.put(frame::PathChallenge{*challenge}, {.kind = OwnFrame::Kind::Challenge});
    }
  }
  while (!path.responses.empty() && (!path.respond_to || *path.respond_to == path.route) &&
         draft.put(frame::PathResponse{path.responses.front()}, {.kind = OwnFrame::Kind::Challenge})) {
    path.responses.pop_front();
  }
  if (!carries_all(path)) return;
  if (settings_.role == Role::Client && !std::exchange(path.claimed, true)) draft.ping();
  if (keepalive_due_ && draft.put(frame::Keepalive{keepalive_interval()})) keepalive_due_ = false;
  if (done_due_ && draft.put(frame::HandshakeDone{}, {.kind = OwnFrame::Kind::Done})) done_due_ = false;
  const auto pieces = [&](SmallStream& stream, OwnFrame::Kind kind, auto make) {
    while (draft.room() > kStreamFrame) {
      const auto piece = stream.next_piece(draft.room() - kFrameOverhead);
      if (!piece) return;
      draft.put(make(*piece),
                {.kind = kind, .length = static_cast<std::uint32_t>(piece->bytes.size()), .value = piece->offset});
    }
  };
  if (!long_) {
    pieces(tls_, OwnFrame::Kind::Handshake, [](const auto& p) { return frame::Handshake{p.offset, p.bytes}; });
  }
  pieces(greeting_, OwnFrame::Kind::Greeting, [](const auto& p) { return frame::Greeting{p.offset, p.bytes}; });
  while (!ids_due_.empty()) {
    const PathId id = ids_due_.front();
    const auto ours = path_ids_.ours().find(id.value);
    if (ours != path_ids_.ours().end() && !draft.put(frame::NewPath{id, ours->second, token_for(ours->second)},
                                                     {.kind = OwnFrame::Kind::PathId, .value = id.value})) {
      break;
    }
    ids_due_.pop_front();
  }
  while (!retires_due_.empty() &&
         draft.put(frame::RetirePath{retires_due_.front()},
                   {.kind = OwnFrame::Kind::RetirePath, .value = retires_due_.front().value})) {
    retires_due_.pop_front();
  }
  if (token_due_ && draft.put(frame::Token{token_to_give_}, {.kind = OwnFrame::Kind::Token})) token_due_ = false;
}

// The gateway can make nothing of a path without its id, and cannot tell that it did not come.
void Connection::bring_id(Draft& draft, const path::Path& path) {
  if (settings_.role == Role::Gateway || path.id.value == 0 || path.sent.largest_acked()) return;
  const auto ours = path_ids_.ours().find(path.id.value);
  if (ours != path_ids_.ours().end()) draft.put(frame::NewPath{path.id, ours->second, token_for(ours->second)});
}

void Connection::write_session(Draft& draft, path::Path& path, TimePoint now) {
  if (source_ == nullptr) return;
  if (!ticket_rooms_.empty()) {
    draft.record.tickets = std::move(ticket_rooms_.back());
    ticket_rooms_.pop_back();
  }
  const std::size_t filled = source_->fill(draft.rest(), now, &draft.record.tickets);
  if (filled > 0) draft.record.eliciting = path.brought_data = true;
  draft.used += filled;
  draft.last = !source_->has_frames(now);
  if (draft.last) path.app_limited_to = path.sent.sent_bytes() + draft.used + kTagSize;
}

Connection::Draft Connection::begin_short(path::Path& path, std::span<std::byte> into) {
  ShortHeader header;
  header.destination = path.theirs;
  header.key_phase = keys_->phase();
  header.number = path.sent.next_number();
  header.number_size = number_size(header.number, path.sent.largest_acked());
  Draft draft;
  draft.packet = into;
  draft.place = write_header(into, header);
  draft.used = draft.place.size;
  draft.record.number = header.number;
  return draft;
}

std::size_t Connection::finish_short(Draft& draft, path::Path& path, TimePoint now) {
  const std::size_t number_size = draft.place.size - draft.place.number_at;
  draft.pad_front(padding_for(number_size, draft.used - draft.place.size));
  const std::size_t size = draft.used + kTagSize;
  keys_->seal(draft.whole(), draft.place, path.id, draft.record.number);
  draft.record.size = static_cast<std::uint32_t>(size);
  draft.record.sent_at = now;
  path.left = now;
  if (path.rate) draft.record.pace = static_cast<std::uint8_t>(path.rate->pace());
  if (draft.ack) path.acks.on_sent(now);
  path.unasked = draft.record.eliciting ? 0 : path.unasked + 1;
  if (draft.record.eliciting) {
    // Where only the window held it back the burst goes on: on a short path all of it may be acknowledged by now.
    if (path.rate && path.ran_dry && path.sent.bytes_in_flight() == 0) {
      path.rate->on_burst_begins(path.sent.delivered_bytes(), now);
    }
    path.ran_dry = source_ == nullptr || !source_->has_frames(now);
    path.pacer.on_sent(size, now);
  }
  consider_copies(path, draft.record, draft.last, now);
  if (watch_) watch_->on_sent(path.id, draft.record, now);
  const bool timed = draft.record.eliciting && path.rate;
  const PacketNumber number = draft.record.number;
  path.sent.on_sent(std::move(draft.record));
  if (timed) path.rate->on_departure({number, path.sent.sent_bytes(), size, now});
  return size;
}

std::size_t Connection::write_short(path::Path& path, std::span<std::byte> into, bool may_carry_data, TimePoint now) {
  if (into.size() < kMinShort + kStreamFrame) return 0;
  Draft draft = begin_short(path, into);
  const bool data = may_carry_data && source_ != nullptr && source_->has_frames(now);
  const bool probe = path.probes_due > 0;
  if (path.acks.due(now) || (path.acks.owed() && (data || probe || own_frames_due(path, now))))
    write_acks(draft, path, now);
  // What was acknowledged last may have been lost as well.
  if (probe && path.probes > 0 && !draft.ack) put_ack(draft, path, now);
  // Who moves tells what came elsewhere, as the last that was said there was said to nobody, perhaps: what goes again
  // then is what is missing.
  if (carries_all(path) && path.validation.due(now)) {
    for (auto& [id, other] : paths_) {
      if (id != path.id) put_ack(draft, *other, now);
    }
  }
  write_own_frames(draft, path, now);
  if (draft.asks || probe) bring_id(draft, path);
  const bool brings = probe && (path.probes <= 1 || path.full_probes_due > 0) && carries_all(path);
  if (data || brings) write_session(draft, path, now);
  if (!draft.empty() && !draft.record.eliciting && path.unasked >= kMostUnasked) draft.ping();
  if (probe) {
    if (!draft.record.eliciting) draft.ping();
    --path.probes_due;
    path.full_probes_due = std::max(path.full_probes_due - 1, 0);
  }
  if (draft.empty()) return 0;
  // What the gateway may send to a new address before that has answered is measured by what comes from it.
  if (draft.asks && settings_.role == Role::Client && carries_all(path)) draft.pad_front(draft.room());
  return finish_short(draft, path, now);
}

std::size_t Connection::write_long(std::span<std::byte> into, TimePoint now) {
  HandshakeHeader header;
  header.destination = long_destination_;
  header.source = settings_.role == Role::Client ? ids_.client : ids_.gateway;
  if (settings_.role == Role::Client && !peer_spoke_) header.token = token_;
  header.number = long_->sent.next_number();
  header.number_size = number_size(header.number, long_->sent.largest_acked());
  if (into.size() < header_size(header) + kTagSize + kStreamFrame) return 0;
  Draft draft;
  draft.packet = into;
  draft.place = write_header(into, header);
  draft.used = draft.place.size;
  draft.record.number = header.number;
  if (!long_->received.empty() && (long_->ack_due || tls_.has_pieces() || long_->probes_due > 0)) {
    const std::vector<NumberRange> ranges = long_->received.tell(kLongRanges);
    frame::Ack ack;
    ack.path = kHandshakePath;
    ack.delay = ack_delay(long_->received.largest_at(), now);
    ack.received = tick(long_->received.largest_at());
    ack.ranges = ranges;
    draft.put(ack);
    long_->ack_due = false;
  }
  // The gateway's answer leaves as two packets: how far apart they arrive tells a slow path before anything waits in
  // it.
  const bool first_of_pair = settings_.role == Role::Gateway && header.number.value == 0;
  while (draft.room() > kStreamFrame) {
    const auto piece = tls_.next_piece(first_of_pair ? kPairPiece : draft.room() - kFrameOverhead);
    if (!piece) break;
    draft.put(frame::Handshake{piece->offset, piece->bytes}, {.kind = OwnFrame::Kind::Handshake,
                                                              .length = static_cast<std::uint32_t>(piece->bytes.size()),
                                                              .value = piece->offset});
    if (first_of_pair) break;
  }
  if (long_->probes_due > 0) {
    if (!draft.record.eliciting) draft.ping();
    --long_->probes_due;
  }
  // A client's first flight earns the gateway the room for its answer, and shows that the path takes such packets.
  if (settings_.role == Role::Client && !peer_spoke_) draft.pad_front(draft.room());
  draft.pad_front(padding_for(header.number_size, draft.used - draft.place.size));
  const std::span<std::byte> whole = draft.whole();
  set_length(whole, draft.place.number_at);
  long_->keys.seal(whole, draft.place, header.number);
  draft.record.size = static_cast<std::uint32_t>(whole.size());
  draft.record.sent_at = now;
  if (long_->left.size() < kLeftKept) long_->left.push_back({now, draft.record.size, draft.record.eliciting});
  if (watch_) watch_->on_sent(kHandshakePath, draft.record, now);
  long_->sent.on_sent(std::move(draft.record));
  return whole.size();
}

DatagramRun Connection::sent(path::Path& path, const Route& route, std::size_t segment, std::size_t bytes,
                             TimePoint now) {
  (void)now;
  path.bytes_sent += bytes;
  bytes_sent_ += bytes;
  datagrams_sent_ += (bytes + segment - 1) / segment;
  const bool marked = path.ecn != path::Path::EcnUse::Fails && established_;
  return {route, segment, bytes, marked ? Ecn::Ect0 : Ecn::NotEct};
}

DatagramRun Connection::handshake_datagram(std::span<std::byte> into, TimePoint now) {
  path::Path& path = active_path();
  const std::size_t most = std::min({path::kLeastDatagram, into.size(), allowed_to(path)});
  std::size_t size = write_long(into.first(most), now);
  if (size == 0) return {};
  // What is ready for the gateway rides with the end of the handshake.
  const bool data = may_send_data(path, now);
  if (established_ && wants_packet(path, data, now)) {
    size += write_short(path, into.subspan(size, most - size), data, now);
  }
  return sent(path, path.route, size, size, now);
}

// Equal packets in a row, the last one may be shorter; as many as the pacer gives credit for.
DatagramRun Connection::path_datagrams(path::Path& path, std::span<std::byte> into, TimePoint now) {
  std::size_t total = 0;
  std::size_t segment = 0;
  for (std::size_t count = 0; count < kMostSegments; ++count) {
    const bool data = may_send_data(path, now);
    if (!wants_packet(path, data, now)) break;
    const std::size_t allowed = allowed_to(path);
    if (allowed < total + kLeastPacket) break;
    const std::size_t most = std::min(segment != 0 ? segment : path.mtu.size(), allowed - total);
    if (total + most > into.size()) break;
    const std::size_t size = write_short(path, into.subspan(total, most), data, now);
    if (size == 0) break;
    if (segment == 0) segment = size;
    total += size;
    if (size < segment) break;
  }
  return total == 0 ? DatagramRun{} : sent(path, path.route, segment, total, now);
}

DatagramRun Connection::mtu_probe(path::Path& path, std::span<std::byte> into, TimePoint now) {
  if (!may_search_mtu(path)) return {};
  const std::optional<std::size_t> size = path.mtu.next_probe(path.sent.bytes_in_flight() > 0, now);
  if (!size || *size > into.size()) return {};
  Draft draft = begin_short(path, into.first(*size));
  draft.put(frame::Ping{});
  draft.record.eliciting = true;
  draft.record.probe_of_size = true;
  draft.pad_front(draft.room());
  const std::size_t bytes = finish_short(draft, path, now);
  return sent(path, path.route, bytes, bytes, now);
}

// To an address that the peer seems to have moved to, or that asks whether we are here.
DatagramRun Connection::challenge_datagram(path::Path& path, std::span<std::byte> into, TimePoint now) {
  const bool challenge =
      path.candidate && path.candidate->validation.due(now) && allowed_to(*path.candidate) >= kLeastChallenge;
  const bool respond = !path.responses.empty() && path.respond_to && *path.respond_to != path.route;
  if (!challenge && !respond) return {};
  const Route route = challenge ? path.candidate->route : *path.respond_to;
  const std::size_t most =
      challenge ? std::min(path::kLeastDatagram, allowed_to(*path.candidate)) : path::kLeastDatagram;
  Draft draft = begin_short(path, into.first(most));
  if (challenge) {
    if (const auto bytes = path.candidate->validation.next_challenge(entropy_, probe_timeout(path), now)) {
      draft.put(frame::PathChallenge{*bytes}, {.kind = OwnFrame::Kind::Challenge});
    }
  }
  while (respond && *path.respond_to == route && !path.responses.empty() &&
         draft.put(frame::PathResponse{path.responses.front()}, {.kind = OwnFrame::Kind::Challenge})) {
    path.responses.pop_front();
  }
  if (draft.empty()) return {};
  const std::size_t bytes = finish_short(draft, path, now);
  if (path.candidate && path.candidate->route == route) path.candidate->sent += bytes;
  return sent(path, route, bytes, bytes, now);
}

std::size_t Connection::write_close(std::span<std::byte> into, TimePoint now) {
  const std::string reason = end_->error.what.substr(0, frame::kMaxReason);
  const frame::Close close{session::wire_code(end_->error.code), as_bytes(reason)};
  path::Path& path = active_path();
  if (keys_ && established_) {
    Draft draft = begin_short(path, into);
    draft.put(close);
    return draft.empty() ? 0 : finish_short(draft, path, now);
  }
  if (!long_) return 0;
  HandshakeHeader header;
  header.destination = long_destination_;
  header.source = settings_.role == Role::Client ? ids_.client : ids_.gateway;
  header.number = long_->sent.next_number();
  Draft draft;
  draft.packet = into;
  draft.place = write_header(into, header);
  draft.used = draft.place.size;
  if (!draft.put(close)) return 0;
  draft.record.number = header.number;
  set_length(draft.whole(), draft.place.number_at);
  long_->keys.seal(draft.whole(), draft.place, header.number);
  const std::size_t size = draft.used + kTagSize;
  long_->sent.on_sent(std::move(draft.record));
  return size;
}

DatagramRun Connection::close_datagram(std::span<std::byte> into, TimePoint now) {
  if (!close_due_ || now >= drained_at_) return {};
  close_due_ = false;
  path::Path& path = active_path();
  const std::size_t most = std::min(path::kLeastDatagram, allowed_to(path));
  if (most < kLeastPacket) return {};
  const std::size_t size = write_close(into.first(most), now);
  return size == 0 ? DatagramRun{} : sent(path, path.route, size, size, now);
}

DatagramRun Connection::next_datagrams(std::span<std::byte> into, TimePoint now) {
  CHECK(into.size() >= path::kEthernet);
  if (watch_) watch_->look(paths_, active_, keys_ && keys_->phase(), now);
  if (end_) return close_datagram(into, now);
  if (long_due(now)) {
    if (const DatagramRun run = handshake_datagram(into, now); run.bytes > 0) return run;
  }
  if (!established_) return {};
  for (auto& [id, path] : paths_) {
    if (const DatagramRun run = challenge_datagram(*path, into, now); run.bytes > 0) return run;
    if (const DatagramRun run = path_datagrams(*path, into, now); run.bytes > 0) return run;
    if (const DatagramRun run = mtu_probe(*path, into, now); run.bytes > 0) return run;
  }
  return {};
}

}  // namespace booster::transport
