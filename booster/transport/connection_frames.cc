// What packets hold, frame by frame.                                                      Source: PROTOCOL.md §3
#include <algorithm>

#include "booster/session/error_code.h"
#include "booster/transport/connection.h"

namespace booster::transport {
namespace {

using namespace packet;

Error broken(std::string what) {
  return Error(Errc::Protocol, std::move(what));
}

}  // namespace

// Looks before anything is done: a packet counts as a whole or not at all.
Result<Connection::Seen> Connection::scan(ByteView payload) {
  Seen seen;
  ByteReader in(payload);
  frame::Scratch scratch;
  if (in.empty()) return tl::unexpected(broken("a packet without frames"));
  while (!in.empty()) {
    TRY_ASSIGN(const frame::Frame each, frame::decode(in, scratch));
    const frame::Type type = frame::type_of(each);
    if (std::holds_alternative<frame::SessionFrames>(each)) {
      seen.session = true;
      seen.eliciting = true;
      break;
    }
    seen.eliciting = seen.eliciting || (type != frame::Type::Padding && type != frame::Type::Ack &&
                                        type != frame::Type::AckEcn && type != frame::Type::Times &&
                                        type != frame::Type::Close);
  }
  return seen;
}

Result<> Connection::take_frames(path::Path* path, const Route& route, ByteView payload, TimePoint now) {
  ByteReader in(payload);
  frame::Scratch scratch;
  while (!in.empty() && !end_) {
    TRY_ASSIGN(const frame::Frame each, frame::decode(in, scratch));
    if (path == nullptr && !frame::allowed_in_long(frame::type_of(each))) {
      return tl::unexpected(broken("a frame that no long packet may hold"));
    }
    TRY(on_frame(path, route, each, now));
    if (std::holds_alternative<frame::SessionFrames>(each)) break;
  }
  if (path != nullptr) TRY(take_handshake(now));
  return {};
}

Result<> Connection::on_frame(path::Path* path, const Route& route, const frame::Frame& each, TimePoint now) {
  if (const auto* ack = std::get_if<frame::Ack>(&each)) return path == nullptr ? on_long_ack(*ack, now) : on_path_ack(*ack, now);
  if (const auto* times = std::get_if<frame::Times>(&each)) return on_times(*times);
  if (const auto* tls = std::get_if<frame::Handshake>(&each)) return tls_.on_piece(tls->offset, tls->bytes);
  if (const auto* greeting = std::get_if<frame::Greeting>(&each)) {
    TRY(greeting_.on_piece(greeting->offset, greeting->bytes));
    Bytes bytes = greeting_.take();
    if (!bytes.empty()) tell(GreetingBytes{std::move(bytes)});
    return {};
  }
  if (const auto* id = std::get_if<frame::NewPath>(&each)) return on_peer_id(*id);
  if (const auto* retired = std::get_if<frame::RetirePath>(&each)) {
    if (retired->path == active_ && paths_.size() == 1) return tl::unexpected(broken("the last path was retired"));
    drop_path(retired->path, now);
    return {};
  }
  if (const auto* challenge = std::get_if<frame::PathChallenge>(&each)) {
    if (path->responses.size() >= kMaxResponses) return {};
    path->responses.push_back(challenge->bytes);
    path->respond_to = route;
    return {};
  }
  if (const auto* response = std::get_if<frame::PathResponse>(&each)) {
    on_response(response->bytes, now);
    return {};
  }
  if (const auto* token = std::get_if<frame::Token>(&each)) {
    if (settings_.role == Role::Gateway) return tl::unexpected(broken("a token from a client"));
    tell(TokenGiven{Bytes(token->bytes.begin(), token->bytes.end())});
    return {};
  }
  if (std::holds_alternative<frame::HandshakeDone>(each)) {
    if (settings_.role == Role::Gateway) return tl::unexpected(broken("a handshake confirmed by a client"));
    confirm(now);
    return {};
  }
  if (const auto* close = std::get_if<frame::Close>(&each)) {
    end(Error(session::errc_from_wire(close->code), session::clean_reason(close->reason)), true, now);
    return {};
  }
  if (const auto* wanted = std::get_if<frame::AckRate>(&each)) {
    path->acks.set_wanted(wanted->packets, std::chrono::duration_cast<Duration>(wanted->delay));
    return {};
  }
  if (const auto* frames = std::get_if<frame::SessionFrames>(&each)) return on_session_frames(frames->rest, now);
  return {};
}

Result<> Connection::on_session_frames(ByteView frames, TimePoint now) {
  if (source_ != nullptr) return source_->on_packet(frames, now);
  early_frames_.emplace_back(frames.begin(), frames.end());
  early_frame_bytes_ += frames.size();
  return {};
}

Result<> Connection::on_peer_id(const frame::NewPath& frame) {
  TRY(path_ids_.on_peer_id(frame.path, {frame.id, frame.reset}));
  if (const auto path = paths_.find(frame.path); path != paths_.end()) path->second->reset = frame.reset;
  return {};
}

Result<> Connection::on_times(const frame::Times& times) {
  const auto found = paths_.find(times.path);
  if (found == paths_.end() || !found->second->rate) return {};
  path::Path& path = *found->second;
  for (std::size_t i = 0; i < times.times.size(); ++i) {
    const PacketNumber number{times.first.value + i};
    if (number >= path.sent.next_number()) return tl::unexpected(broken("the arrival of a packet that was never sent"));
    const recovery::SentPacket* packet = path.sent.find(number);
    if (packet == nullptr || !packet->eliciting) continue;
    // Only differences count, so the peer's clock may be read as it stands; a wrap within a train is not worth a thought.
    const auto arrived = std::chrono::duration_cast<Duration>(frame::Ticks(times.times[i].value));
    path.rate->on_arrival(packet->sent_bytes, packet->size, packet->sent_at, arrived);
  }
  return {};
}

void Connection::on_response(const frame::Challenge& bytes, TimePoint now) {
  for (auto& [id, path] : paths_) {
    if (path->candidate && path->candidate->validation.on_response(bytes)) {
      path->route = path->candidate->route;
      path->candidate.reset();
      ++moves_;
      tell(Moved{id, path->route});
      return;
    }
    if (path->validation.on_response(bytes)) return on_proved(id, now);
  }
}

}  // namespace booster::transport
