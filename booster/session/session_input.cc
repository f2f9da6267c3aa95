// What comes in. Every rule a peer can break is checked here or in the stream's two sides.   Source: PROTOCOL.md §4, §8
#include <algorithm>

#include "booster/session/session.h"
#include "booster/session/stream_state.h"

namespace booster::session {
namespace {

constexpr std::size_t kAckStreams = 64;  // so many streams' ends are worth a frame at once

Error protocol(std::string what) {
  return Error(Errc::Protocol, std::move(what));
}

}  // namespace

Result<std::size_t> Session::on_frames(ByteView in, TimePoint now) {
  return take_frames(in, now, true);
}

Result<> Session::on_packet(ByteView in, TimePoint now) {
  TRY_ASSIGN(const std::size_t used, take_frames(in, now, false));
  if (used != in.size()) return tl::unexpected(close_on(protocol("packet: ends within a frame")));
  return {};
}

Result<std::size_t> Session::take_frames(ByteView in, TimePoint now, bool owe_acks) {
  if (closed_) return fail(Errc::Closed, "session has ended");
  ByteReader reader(in);
  while (!closed_) {
    Result<std::optional<frame::Frame>> next = frame::decode(reader);
    if (!next) return tl::unexpected(close_on(std::move(next).error()));
    if (!*next) break;
    Result<> taken = on_frame(**next, now, owe_acks);
    if (!taken) return tl::unexpected(close_on(std::move(taken).error()));
  }
  if (reader.position() > 0) {
    last_heard_ = now;
    expecting_since_ = unacked_total_ > 0 || !pings_out_.empty() ? now : kNever;
    wake_writers();
  }
  return reader.position();
}

Result<> Session::on_frame(const frame::Frame& any, TimePoint now, bool owe_acks) {
  if (const auto* stream = std::get_if<frame::Stream>(&any)) return on_stream(*stream, now, owe_acks);
  if (const auto* acks = std::get_if<frame::OffsetAck>(&any)) {
    for (const auto& [stream, mark] : acks->marks) TRY(on_ack(stream, mark));
    return {};
  }
  if (const auto* credit = std::get_if<frame::MaxStreamData>(&any)) return on_max_stream_data(*credit);
  if (const auto* credit = std::get_if<frame::MaxData>(&any)) return on_max_data(credit->limit);
  if (const auto* credit = std::get_if<frame::MaxStreams>(&any)) return on_max_streams(credit->limit);
  if (const auto* reset = std::get_if<frame::Reset>(&any)) return on_reset(*reset, now, owe_acks);
  if (const auto* stop = std::get_if<frame::StopSending>(&any)) return on_stop(*stop);
  if (const auto* keepalive = std::get_if<frame::Keepalive>(&any)) {
    if (role_ == Role::Client) return tl::unexpected(protocol("keepalive: from a gateway"));
    limits_.keepalive = keepalive->interval;
    return {};
  }
  if (const auto* ping = std::get_if<frame::Ping>(&any)) {
    if (pongs_due_.size() == kMaxPongs) pongs_due_.pop_front();
    pongs_due_.push_back(ping->id);
  } else if (const auto* pong = std::get_if<frame::Pong>(&any)) {
    const auto sent = pings_out_.find(pong->id);
    if (sent == pings_out_.end()) return {};  // of a carrier that is gone
    if (pongs_in_.size() == kMaxPongs) pongs_in_.pop_front();
    pongs_in_.push_back(now - sent->second);
    pings_out_.erase(pings_out_.begin(), std::next(sent));
  } else if (const auto* datagram = std::get_if<frame::DatagramFrame>(&any)) {
    if (datagrams_in_.size() == kMaxDatagrams) datagrams_in_.pop_front();
    datagrams_in_.push_back({Bytes(datagram->bytes.begin(), datagram->bytes.end())});
  } else if (const auto* end = std::get_if<frame::Close>(&any)) {
    closed_ = end->error;
    closed_by_peer_ = true;
  }
  return {};
}

bool Session::seen_and_gone(StreamId stream) const {
  const std::uint64_t number = ordinal(stream);
  if (is_ours(stream)) return number < next_ordinal_;
  return number < peer_ordinal_ && !unseen_.contains(number);
}

// The live stream a frame speaks of. The peer's own streams begin with any frame of theirs: frames may overtake each
// other.
Result<StreamState*> Session::stream_for(StreamId id, bool by_data) {
  if (StreamState* live = find(id)) {
    if (by_data && is_ours(id) && id != kControlStream && !live->send.open_sent()) {
      return tl::unexpected(protocol("frame for a stream that was not opened yet"));
    }
    return live;
  }
  if (seen_and_gone(id)) return nullptr;
  if (is_ours(id)) return tl::unexpected(protocol("frame for a stream that was never opened"));
  const std::uint64_t number = ordinal(id);
  if (number >= streams_granted_) return fail(Errc::Limit, "more streams than were allowed");
  for (; peer_ordinal_ < number; ++peer_ordinal_) unseen_.insert(peer_ordinal_);
  peer_ordinal_ = std::max(peer_ordinal_, number + 1);
  unseen_.erase(number);
  return &add_stream(id, Class::Prefetch);
}

Result<> Session::charge(StreamState& stream, std::uint64_t highest) {
  if (highest <= stream.receive.highest()) return {};
  if (highest > stream.receive.granted()) return tl::unexpected(protocol("stream data beyond its credit"));
  if (stream.id == kControlStream) return {};
  const std::uint64_t more = highest - stream.receive.highest();
  if (more > data_granted_ - data_received_) return tl::unexpected(protocol("stream data beyond the session's credit"));
  data_received_ += more;
  return {};
}

Result<> Session::on_stream(const frame::Stream& frame, TimePoint now, bool owe_acks) {
  TRY_ASSIGN(StreamState* const found, stream_for(frame.stream, true));
  const std::uint64_t end = frame.offset + frame.data.size();
  if (found == nullptr) {
    if (frame.fin && owe_acks) owe_ack(frame.stream, end + 1, 0, true, now);  // it did not learn that all was here
    return {};
  }
  StreamState& stream = *found;
  const bool control = frame.stream == kControlStream;
  bool opens = false;
  if (control && (frame.fin || frame.open))
    return tl::unexpected(protocol("the control stream neither opens nor ends"));
  if (frame.open) {
    if (is_ours(frame.stream)) return tl::unexpected(protocol("opening of a stream by the wrong end"));
    if (!stream.opened) {
      opens = true;
      stream.opened = true;
      stream.opened_as = *frame.open;
      stream.metadata.assign(frame.metadata.begin(), frame.metadata.end());
      set_class(frame.stream, *frame.open);
      tell(stream, tells::kOpened);
      if (stream.receive.reset_error()) tell(stream, tells::kReset);
      if (stream.stopped) tell(stream, tells::kStopped);
      update_stream_credit(stream);
    }
  }
  TRY(charge(stream, end));

  stream::ReceiveSide& side = stream.receive;
  const std::size_t buffered = side.buffered();
  const std::size_t ranges = side.ranges();
  const std::uint64_t mark = side.mark();
  const std::uint64_t consumed = side.consumed();
  const bool was_complete = side.complete();
  TRY(side.accept(frame.offset, frame.data, frame.fin));
  receive_buffered_ = receive_buffered_ - buffered + side.buffered();
  ranges_ = ranges_ - ranges + side.ranges();
  if (ranges_ > kMaxRanges) return fail(Errc::Limit, "too many gaps in the streams");
  counters_[schedule::index(stream.opened_as)].received += side.mark() - mark;

  if (side.readable() > 0 || (side.complete() && (opens || !was_complete))) tell(stream, tells::kReadable);
  if (owe_acks && stream.opened) owe_ack(frame.stream, side.mark(), side.mark() - mark, side.complete(), now);
  after_consume(stream, side.consumed() - consumed);
  update_session_credit();
  drop_if_over(stream);
  return {};
}

Result<> Session::on_reset(const frame::Reset& frame, TimePoint now, bool owe_acks) {
  if (frame.stream == kControlStream) return tl::unexpected(protocol("reset of the control stream"));
  TRY_ASSIGN(StreamState* const found, stream_for(frame.stream, true));
  if (found == nullptr) {
    if (owe_acks) owe_ack(frame.stream, frame.final_size + 1, 0, true, now);
    return {};
  }
  StreamState& stream = *found;
  stream::ReceiveSide& side = stream.receive;
  TRY(charge(stream, frame.final_size));
  const std::size_t buffered = side.buffered();
  const std::size_t ranges = side.ranges();
  const bool was_complete = side.complete();
  TRY(side.reset(frame.final_size, frame.error));
  receive_buffered_ = receive_buffered_ - buffered + side.buffered();
  ranges_ = ranges_ - ranges + side.ranges();
  if (!was_complete && !stream.stop) tell(stream, tells::kReset);
  if (owe_acks && stream.opened) owe_ack(frame.stream, side.mark(), 0, true, now);
  update_session_credit();
  drop_if_over(stream);
  return {};
}

Result<> Session::on_stop(const frame::StopSending& frame) {
  if (frame.stream == kControlStream) return tl::unexpected(protocol("stop of the control stream"));
  TRY_ASSIGN(StreamState* const stream, stream_for(frame.stream, true));
  if (stream == nullptr || stream->stopped || stream->send.over()) return {};
  stream->stopped = frame.error;
  tell(*stream, tells::kStopped);
  reset(frame.stream, frame.error);
  return {};
}

// What a change of the send side lets go.
void Session::settle_acked(StreamState& stream, std::size_t before) {
  release_send(stream, before);
  refresh(stream);
  if (stream.send.ended_well()) tell(stream, tells::kAllAcked);
  drop_if_over(stream);
}

Result<> Session::on_ack(StreamId id, std::uint64_t mark) {
  StreamState* stream = find(id);
  if (stream == nullptr) {
    if (!seen_and_gone(id)) return tl::unexpected(protocol("acknowledgement of a stream that was never opened"));
    return {};
  }
  const bool was_over = stream->send.over();
  const std::size_t before = stream->send.buffered();
  const std::uint64_t outstanding = stream->send.outstanding();
  TRY(stream->send.on_mark(mark));
  unacked_total_ = unacked_total_ - outstanding + stream->send.outstanding();
  if (!was_over) settle_acked(*stream, before);
  return {};
}

Result<> Session::on_max_data(std::uint64_t limit) {
  if (limit <= data_allowed_) return {};
  data_allowed_ = limit;
  const std::set<std::uint64_t> blocked = credit_blocked_;
  for (const std::uint64_t id : blocked) refresh(*find({id}));
  return {};
}

Result<> Session::on_max_stream_data(const frame::MaxStreamData& frame) {
  TRY_ASSIGN(StreamState* const stream, stream_for(frame.stream, true));
  if (stream == nullptr) return {};
  stream->send.raise_credit(frame.limit);
  refresh(*stream);
  return {};
}

Result<> Session::on_max_streams(std::uint64_t limit) {
  if (limit <= streams_allowed_) return {};
  streams_allowed_ = limit;
  if (open_refused_) streams_told_ = true;
  open_refused_ = false;
  return {};
}

// Several streams share one frame, and a record that goes anyway takes it along.
void Session::owe_ack(StreamId id, std::uint64_t mark, std::uint64_t fresh, bool end, TimePoint now) {
  StreamState* stream = find(id);
  if (stream == nullptr && acks_.size() >= kMaxClosedAcks) return;
  acks_[id.value] = mark;
  const std::uint64_t waiting = stream == nullptr ? 0 : stream->unacknowledged += fresh;
  if (waiting >= std::min<std::uint64_t>(limits_.ack_bytes, stream_window_ / 4) || acks_.size() >= kAckStreams)
    ack_now_ = true;
  const bool soon = end || waiting >= kAckSoon;
  ack_ride_ = ack_ride_ || soon;
  ack_deadline_ = std::min(ack_deadline_, now + (soon ? kAckDelay : kAckTrickle));
}

// --- packet carriers

void Session::on_acked(std::span<const FrameTicket> tickets, TimePoint now) {
  if (closed_) return;
  for (const FrameTicket& ticket : tickets) {
    StreamState* stream = find(ticket.stream);
    if (stream == nullptr) continue;
    const bool was_over = stream->send.over();
    const std::size_t before = stream->send.buffered();
    const std::uint64_t outstanding = stream->send.outstanding();
    if (ticket.kind == FrameTicket::Kind::Stream) {
      stream->send.on_acked(ticket.value, ticket.length, ticket.fin, ticket.open);
    } else if (ticket.kind == FrameTicket::Kind::Reset) {
      stream->send.on_reset_acked();
    } else {
      continue;
    }
    unacked_total_ = unacked_total_ - outstanding + stream->send.outstanding();
    if (!was_over) settle_acked(*stream, before);
  }
  last_heard_ = now;
  expecting_since_ = unacked_total_ > 0 || !pings_out_.empty() ? now : kNever;
  wake_writers();
}

void Session::on_lost(std::span<const FrameTicket> tickets, TimePoint now) {
  if (closed_) {
    for (const FrameTicket& ticket : tickets) close_due_ = close_due_ || ticket.kind == FrameTicket::Kind::Close;
    return;
  }
  using Kind = FrameTicket::Kind;
  for (const FrameTicket& ticket : tickets) {
    StreamState* stream = find(ticket.stream);
    if (ticket.kind == Kind::MaxData) max_data_due_ = true;
    if (ticket.kind == Kind::MaxStreams) max_streams_due_ = true;
    if (ticket.kind == Kind::OffsetAck) {
      owe_ack(ticket.stream, stream != nullptr ? stream->receive.mark() : ticket.value, 0, true, now);
    }
    if (stream == nullptr) continue;
    const std::uint64_t outstanding = stream->send.outstanding();
    if (ticket.kind == Kind::Stream) stream->send.on_lost(ticket.value, ticket.length, ticket.fin, ticket.open);
    if (ticket.kind == Kind::Reset) stream->send.on_reset_lost();
    if (ticket.kind == Kind::MaxStreamData) stream->max_data_due = !stream->receive.final_size();
    if (ticket.kind == Kind::StopSending) stream->stop_due = !stream->receive.complete();
    unacked_total_ = unacked_total_ - outstanding + stream->send.outstanding();
    if (stream->max_data_due || stream->stop_due || stream->send.reset_error()) control_due_.insert(stream->id.value);
    refresh(*stream);
  }
}

}  // namespace booster::session
