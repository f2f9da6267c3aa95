// What goes out: control frames first, then the scheduler's choice.                        Source: PROTOCOL.md §3, §5
#include <algorithm>
#include <cstring>

#include "booster/session/session.h"
#include "booster/session/stream_state.h"
#include "codec/base/check.h"

namespace booster::session {

// The room of one fill() call.
class Session::Filler {
 public:
  Filler(std::span<std::byte> into, FrameTickets* tickets) : into_(into), tickets_(tickets) {}

  std::size_t used() const { return used_; }
  std::size_t room() const { return into_.size() - used_; }
  std::span<std::byte> rest() { return into_.subspan(used_); }
  void advance(std::size_t bytes) { used_ += bytes; }

  // False: no room, nothing written.
  bool put(const frame::Frame& frame) {
    scratch_.clear();
    ByteWriter out(scratch_);
    frame::encode(out, frame);
    if (scratch_.size() > room()) return false;
    std::copy(scratch_.begin(), scratch_.end(), rest().begin());
    used_ += scratch_.size();
    return true;
  }
  void ticket(const FrameTicket& ticket) {
    if (tickets_ != nullptr) tickets_->push_back(ticket);
  }
  bool put(const frame::Frame& frame, FrameTicket::Kind kind, StreamId stream, std::uint64_t value) {
    if (!put(frame)) return false;
    ticket({.kind = kind, .stream = stream, .value = value});
    return true;
  }

 private:
  std::span<std::byte> into_;
  FrameTickets* tickets_;
  std::size_t used_ = 0;
  Bytes scratch_;
};

std::size_t Session::fill(std::span<std::byte> into, TimePoint now, FrameTickets* tickets) {
  if (into.size() < kMinFill) return 0;
  Filler out(into, tickets);
  if (closed_) {
    if (close_due_) out.put(frame::Close{*closed_}, FrameTicket::Kind::Close, {}, 0);
    close_due_ = false;
    control_bytes_ += out.used();
    return out.used();
  }
  if (!attached_) return 0;
  fill_control(out, now);
  control_bytes_ += out.used();
  fill_streams(out, Streams::All);
  if (out.used() > 0) expect(now);
  return out.used();
}

std::size_t Session::fill_bulk(std::span<std::byte> into, TimePoint now, FrameTickets& tickets) {
  if (into.size() < kMinFill || closed_ || !attached_) return 0;
  Filler out(into, &tickets);
  fill_streams(out, Streams::Bulk);
  if (out.used() > 0) expect(now);
  return out.used();
}

bool Session::settled(const FrameTicket& ticket) const {
  const StreamState* stream = find(ticket.stream);
  if (stream == nullptr || stream->send.reset_error()) return true;
  if (ticket.fin && !stream->send.over()) return false;
  return stream->send.acked_to() >= ticket.value + ticket.length && !(ticket.open && !stream->send.anything_acked());
}

void Session::fill_control(Filler& out, TimePoint now) {
  while (!pongs_due_.empty() && out.put(frame::Pong{pongs_due_.front()})) pongs_due_.pop_front();
  if (ping_due_ && out.put(frame::Ping{next_ping_})) {
    if (pings_out_.size() == kMaxPongs) pings_out_.erase(pings_out_.begin());
    pings_out_.emplace(next_ping_++, now);
    ping_due_ = false;
  }
  if (asks_for_pings_ && out.put(frame::Keepalive{*asks_for_pings_})) asks_for_pings_.reset();
  using Kind = FrameTicket::Kind;
  if (max_data_due_ && out.put(frame::MaxData{data_granted_}, Kind::MaxData, {}, data_granted_)) max_data_due_ = false;
  if (max_streams_due_ && out.put(frame::MaxStreams{streams_granted_}, Kind::MaxStreams, {}, streams_granted_)) {
    max_streams_due_ = false;
  }
  for (auto at = control_due_.begin(); at != control_due_.end() && out.room() >= kMaxReason + kFrameOverhead;) {
    StreamState& stream = *find({*at});
    fill_stream_control(out, stream);
    const bool left = stream.stop_due || stream.max_data_due || stream.send.reset_due() ||
                      (stream.send.reset_error() && stream.send.open_due());
    at = left ? std::next(at) : control_due_.erase(at);
  }
  fill_acks(out, now);
  while (!datagrams_out_.empty() && out.put(frame::DatagramFrame{datagrams_out_.front()})) datagrams_out_.pop_front();
}

void Session::fill_stream_control(Filler& out, StreamState& stream) {
  using Kind = FrameTicket::Kind;
  if (stream.max_data_due) {
    const std::uint64_t limit = stream.receive.granted();
    if (stream.receive.final_size() ||
        out.put(frame::MaxStreamData{stream.id, limit}, Kind::MaxStreamData, stream.id, limit)) {
      stream.max_data_due = false;
    }
  }
  if (stream.stop_due && out.put(frame::StopSending{stream.id, *stream.stop}, Kind::StopSending, stream.id, 0)) {
    stream.stop_due = false;
  }
  if (!stream.send.reset_error()) return;
  if (stream.send.open_due() && !fill_data(out, stream)) return;
  if (!stream.send.reset_due()) return;
  const std::uint64_t size = stream.send.final_size();
  if (!out.put(frame::Reset{stream.id, size, *stream.send.reset_error()}, Kind::Reset, stream.id, size)) return;
  const std::uint64_t before = stream.send.outstanding();
  stream.send.on_reset_sent();
  unacked_total_ += stream.send.outstanding() - before;
  refresh(stream);
}

bool Session::acks_due(TimePoint now) const {
  return !acks_.empty() && (ack_now_ || now >= ack_deadline_);
}

void Session::fill_acks(Filler& out, TimePoint now) {
  const bool rides = ack_ride_ && !acks_.empty() && (out.used() > 0 || !scheduler_.empty());
  if (!acks_due(now) && !rides) return;
  constexpr std::size_t kEntry = 20;  // two varints of at most 9 and 10 bytes
  while (!acks_.empty()) {
    const std::size_t fit = out.room() / kEntry;
    if (fit < 2) return;
    frame::OffsetAck frame;
    while (!acks_.empty() && frame.marks.size() < std::min(fit - 1, kMaxAckEntries)) {
      const auto [id, mark] = *acks_.begin();
      acks_.erase(acks_.begin());
      frame.marks.emplace_back(StreamId{id}, mark);
      out.ticket({.kind = FrameTicket::Kind::OffsetAck, .stream = {id}, .value = mark});
      if (StreamState* stream = find({id})) stream->unacknowledged = 0;
    }
    CHECK(out.put(frame));
  }
  ack_now_ = ack_ride_ = false;
  ack_deadline_ = kNever;
}

void Session::fill_streams(Filler& out, Streams which) {
  bool urgent = false;
  while (out.room() >= kFrameOverhead) {
    const std::optional<schedule::Key> key = scheduler_.next();
    if (!key) return;
    StreamState& stream = *find({*key});
    if (which == Streams::Bulk && schedule::is_urgent(stream.of)) return;
    // What somebody waits for is through a slow link sooner without bulk behind it in the same packet or record.
    if (urgent && !schedule::is_urgent(stream.of)) return;
    const std::size_t before = out.used();
    if (!fill_data(out, stream)) {
      refresh(stream);  // others may have taken the session's credit
      if (scheduler_.next() == key) return;
      continue;
    }
    urgent = urgent || schedule::is_urgent(stream.of);
    scheduler_.sent(*key, out.used() - before);
  }
}

// One data frame of this stream. False: nothing to send, or no room for a sensible piece.
bool Session::fill_data(Filler& out, StreamState& stream) {
  stream::SendSide& send = stream.send;
  const stream::SendSide::Piece piece = send.next_piece(credit_left(stream));
  frame::Stream head{.stream = stream.id, .open = std::nullopt, .metadata = {}, .offset = piece.offset, .data = {}};
  if (send.open_due()) {
    head.open = stream.opened_as;
    head.metadata = send.metadata();
  }
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece.length, kMaxRecord));
  const std::size_t header = frame::stream_header_size(head, std::min(wanted, out.room()));
  if (header > out.room()) return false;
  const std::size_t length = std::min(wanted, out.room() - header);
  if (length < wanted && length < kMinPayload) return false;
  head.fin = send.fin_at(piece.offset + length);
  if (length == 0 && !head.open && !(head.fin && send.fin_due())) return false;

  const std::size_t head_size = frame::write_stream_header(out.rest(), head, length);
  send.copy(piece.offset, out.rest().subspan(head_size, length));
  out.advance(head_size + length);
  const bool flags_again = length == 0 && (head.open ? send.open_sent() : send.ended_at_peer());
  out.ticket({.kind = FrameTicket::Kind::Stream,
              .of = stream.of,
              .fin = head.fin,
              .open = head.open.has_value(),
              .again = piece.again || flags_again,
              .length = static_cast<std::uint32_t>(length),
              .stream = stream.id,
              .value = piece.offset});
  const std::uint64_t outstanding = send.outstanding();
  send.on_sent(piece.offset, length, head.fin, head.open.has_value());
  unacked_total_ += send.outstanding() - outstanding;
  if (!piece.again && stream.id != kControlStream) data_sent_ += length;
  ClassCounters& counter = counters_[schedule::index(stream.of)];
  (piece.again ? counter.sent_again : counter.sent) += length;
  control_bytes_ += head_size;
  refresh(stream);
  return true;
}

// An answer is owed for what was sent.
void Session::expect(TimePoint now) {
  const bool owed = unacked_total_ > 0 || !pings_out_.empty();
  if (owed && expecting_since_ == kNever) expecting_since_ = now;
}

bool Session::has_frames(TimePoint now) const {
  if (closed_) return close_due_;
  if (!attached_) return false;
  return !pongs_due_.empty() || ping_due_ || asks_for_pings_ || max_data_due_ || max_streams_due_ ||
         !control_due_.empty() || !datagrams_out_.empty() || acks_due(now) || !scheduler_.empty();
}

// Short while somebody waits, or will: an urgent stream whose end we still owe.
std::size_t Session::record_limit() const {
  return urgent_open_ > 0 || scheduler_.urgent_waiting() ? kUrgentRecord : kMaxRecord;
}

// --- time

void Session::attach(TimePoint now) {
  if (closed_) return;
  attached_ = true;
  last_heard_ = now;
  expecting_since_ = kNever;
}

void Session::detach(TimePoint) {
  attached_ = false;
  close_due_ = false;
  expecting_since_ = ack_deadline_ = kNever;
  ack_now_ = ack_ride_ = false;
  acks_.clear();  // the resume state says all of it
  pings_out_.clear();
  pongs_due_.clear();
  ping_due_ = false;
  asks_for_pings_.reset();
  silent_.reset();
  datagrams_out_.clear();
}

TimePoint Session::keepalive_deadline() const {
  const TimePoint asked = pings_out_.empty() ? last_heard_ : pings_out_.rbegin()->second;
  return std::max(last_heard_, asked) + limits_.keepalive;
}

TimePoint Session::next_deadline() const {
  if (closed_ || !attached_) return kNever;
  TimePoint next = ack_deadline_;
  if (limits_.keepalive > Duration::zero() && !ping_due_) next = std::min(next, keepalive_deadline());
  if (expecting_since_ != kNever) next = std::min(next, expecting_since_ + limits_.silence);
  return next;
}

void Session::on_deadline(TimePoint now) {
  if (closed_ || !attached_) return;
  if (now >= ack_deadline_) {
    ack_now_ = !acks_.empty();
    ack_deadline_ = kNever;
  }
  if (limits_.keepalive > Duration::zero() && now >= keepalive_deadline()) ping_due_ = true;
  if (expecting_since_ != kNever && now >= expecting_since_ + limits_.silence) {
    silent_ = now - expecting_since_;
    expecting_since_ = kNever;
  }
}

}  // namespace booster::session
