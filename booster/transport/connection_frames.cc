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
  if (in.empty()) return tl::unexpected(broken("a packet without frames"));
  while (!in.empty()) {
    TRY_ASSIGN(const frame::Frame each, frame::decode(in, scratch_));
    const frame::Type type = frame::type_of(each);
    if (std::holds_alternative<frame::SessionFrames>(each)) {
      seen.session = true;
      seen.probing_only = false;
      seen.eliciting = true;
      break;
    }
    seen.eliciting =
        seen.eliciting || (type != frame::Type::Padding && type != frame::Type::Ack && type != frame::Type::AckEcn &&
                           type != frame::Type::Times && type != frame::Type::Close && type != frame::Type::Keepalive);
    const bool of_trial = type == frame::Type::Padding || type == frame::Type::Ack || type == frame::Type::AckEcn ||
                          type == frame::Type::Times || type == frame::Type::NewPath ||
                          type == frame::Type::PathChallenge || type == frame::Type::PathResponse;
    seen.probing_only = seen.probing_only && of_trial;
    seen.keepalive = seen.keepalive || type == frame::Type::Keepalive;
  }
  return seen;
}

Result<> Connection::take_frames(path::Path* path, const Route& route, ByteView payload, TimePoint now) {
  ByteReader in(payload);
  const std::optional<PathId> id = path == nullptr ? std::nullopt : std::optional(path->id);
  while (!in.empty() && !end_) {
    TRY_ASSIGN(const frame::Frame each, frame::decode(in, scratch_));
    if (path == nullptr && !frame::allowed_in_long(frame::type_of(each))) {
      return tl::unexpected(broken("a frame that no long packet may hold"));
    }
    TRY(on_frame(path, route, each, now));
    // The path itself may be gone by what it brought; what else is in the packet comes again on another.
    if (id && !paths_.contains(*id)) break;
    if (std::holds_alternative<frame::SessionFrames>(each)) break;
  }
  if (path != nullptr) TRY(take_handshake(now));
  return {};
}

Result<> Connection::on_frame(path::Path* path, const Route& route, const frame::Frame& each, TimePoint now) {
  if (const auto* ack = std::get_if<frame::Ack>(&each))
    return path == nullptr ? on_long_ack(*ack, now) : on_path_ack(*ack, now);
  if (const auto* times = std::get_if<frame::Times>(&each)) return on_times(*times);
  if (const auto* tls = std::get_if<frame::Handshake>(&each)) return tls_.on_piece(tls->offset, tls->bytes);
  if (const auto* greeting = std::get_if<frame::Greeting>(&each)) {
    if (greeting->offset + greeting->bytes.size() > kMaxGreeting) return fail(Errc::Limit, "greeting: too long");
    TRY(greeting_.on_piece(greeting->offset, greeting->bytes));
    Bytes bytes = greeting_.take();
    if (!bytes.empty()) tell(GreetingBytes{std::move(bytes)});
    return {};
  }
  if (const auto* id = std::get_if<frame::NewPath>(&each)) return on_peer_id(*id);
  if (const auto* retired = std::get_if<frame::RetirePath>(&each)) return on_retired(*path, retired->path, now);
  if (const auto* challenge = std::get_if<frame::PathChallenge>(&each)) {
    on_challenge(*path, route, challenge->bytes);
    return {};
  }
  if (const auto* response = std::get_if<frame::PathResponse>(&each)) {
    on_response(response->bytes, now);
    return {};
  }
  if (const auto* close = std::get_if<frame::Close>(&each)) {
    end(Error(session::errc_from_wire(close->code), session::clean_reason(close->reason)), true, now);
    return {};
  }
  if (const auto* keepalive = std::get_if<frame::Keepalive>(&each)) {
    on_keepalive(*keepalive);
    return {};
  }
  if (const auto* frames = std::get_if<frame::SessionFrames>(&each)) return on_session_frames(frames->rest, now);
  return on_gateway_frame(each, now);
}

// What only a gateway says.
Result<> Connection::on_gateway_frame(const frame::Frame& each, TimePoint now) {
  const auto* token = std::get_if<frame::Token>(&each);
  const bool done = std::holds_alternative<frame::HandshakeDone>(each);
  if (token == nullptr && !done) return {};
  if (settings_.role == Role::Gateway) return tl::unexpected(broken("a client says what only a gateway can"));
  if (token != nullptr) tell(TokenGiven{Bytes(token->bytes.begin(), token->bytes.end())});
  if (done) confirm(now);
  return {};
}

// RFC 9000 §19.16: not the one that brings it, nor one that was never given.
Result<> Connection::on_retired(const path::Path& path, PathId retired, TimePoint now) {
  if (retired == path.id) return tl::unexpected(broken("a path was retired on itself"));
  if (!path_ids_.given(retired)) return tl::unexpected(broken("a path was retired that was never given"));
  drop_path(retired, now);
  return {};
}

void Connection::on_challenge(path::Path& path, const Route& route, const frame::Challenge& bytes) {
  if (path.responses.size() >= kMaxResponses) return;
  path.responses.push_back(bytes);
  path.respond_to = route;
}

Result<> Connection::on_session_frames(ByteView frames, TimePoint now) {
  if (source_ != nullptr) return source_->on_packet(frames, now);
  early_frames_.emplace_back(frames.begin(), frames.end());
  early_frame_bytes_ += frames.size() + kEarlyEach;
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
    path.rate->on_arrival(number, arrival(path, times.times[i]));
  }
  return {};
}

void Connection::on_response(const frame::Challenge& bytes, TimePoint now) {
  for (auto& [id, path] : paths_) {
    if (path->candidate && path->candidate->validation.on_response(bytes)) return take_candidate(*path, now);
    if (path->validation.on_response(bytes)) return on_proved(id, now);
  }
}

}  // namespace booster::transport
