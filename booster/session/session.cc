// Streams as the upper layer sees them.
#include "booster/session/session.h"

#include <algorithm>

#include "booster/session/stream_state.h"
#include "codec/base/check.h"

namespace booster::session {
namespace {

constexpr std::uint64_t kMaxReserve = std::uint64_t{64} << 10;  // what a few interactive answers take in one round trip

}  // namespace

Session::Session(Role role, const Limits& limits)
    : role_(role),
      limits_(limits),
      streams_allowed_(limits.streams),
      streams_granted_(limits.streams),
      data_allowed_(limits.session_window),
      data_granted_(limits.session_window),
      reserve_(std::min(limits.session_window / 16, kMaxReserve)),
      stream_window_(limits.stream_window),
      session_window_(limits.session_window),
      stream_send_(limits.stream_send) {
  StreamState& control = add_stream(kControlStream, Class::Control);
  control.opened = true;
}

Session::~Session() = default;

bool Session::is_ours(StreamId stream) const {
  return (stream.value % 2 == 0) == (role_ == Role::Client);
}

std::uint64_t Session::ordinal(StreamId stream) const {
  return stream.value % 2 == 0 ? stream.value / 2 - 1 : stream.value / 2;
}

StreamId Session::nth(Role opener, std::uint64_t ordinal) const {
  return {opener == Role::Client ? 2 * ordinal + 2 : 2 * ordinal + 1};
}

StreamState* Session::find(StreamId stream) const {
  const auto found = streams_.find(stream.value);
  return found == streams_.end() ? nullptr : found->second.get();
}

StreamState& Session::add_stream(StreamId stream, Class of) {
  auto& slot = streams_[stream.value];
  slot = std::make_unique<StreamState>(stream, of, std::nullopt, limits_.stream_window, limits_.stream_window);
  scheduler_.add(stream.value, of);
  return *slot;
}

Result<StreamId> Session::open(Class of, ByteView metadata) {
  if (closed_) return fail(Errc::Closed, "open stream: session has ended");
  if (metadata.size() > kMaxMetadata) return fail(Errc::Limit, "open stream: metadata too long");
  if (next_ordinal_ >= streams_allowed_) {
    open_refused_ = true;
    return fail(Errc::Full, "open stream: as many as the peer allows are open");
  }
  const StreamId id = nth(role_, next_ordinal_++);
  StreamState& stream = add_stream(id, of);
  stream.send = stream::SendSide(limits_.stream_window, Bytes(metadata.begin(), metadata.end()));
  stream.opened = true;
  refresh(stream);
  update_stream_credit(stream);
  return id;
}

std::size_t Session::send_room(const StreamState& stream) const {
  if (closed_ || !stream.send.writable()) return 0;
  const std::size_t most =
      stream.keeps_little ? std::min(stream_send_, std::max(kLittleSend, path_send_)) : stream_send_;
  const std::size_t own = most - std::min(most, stream.send.buffered());
  if (stream.of == Class::Control) return own;  // few bytes, and all else hangs on them
  const std::size_t budget = schedule::is_urgent(stream.of) ? limits_.send_budget : limits_.send_budget / 4 * 3;
  return std::min(own, budget - std::min(budget, send_buffered_));
}

std::size_t Session::write_room(StreamId id) const {
  const StreamState* stream = find(id);
  return stream == nullptr ? 0 : send_room(*stream);
}

std::size_t Session::write(StreamId id, ByteView bytes) {
  StreamState* stream = find(id);
  if (stream == nullptr || closed_ || !stream->send.writable()) return 0;
  const std::size_t taken = std::min(bytes.size(), send_room(*stream));
  if (taken < bytes.size()) write_blocked_.insert(id.value);
  stream->send.write(bytes.first(taken));
  send_buffered_ += taken;
  refresh(*stream);
  return taken;
}

void Session::finish(StreamId id) {
  CHECK(id != kControlStream);
  StreamState* stream = find(id);
  if (stream == nullptr || closed_) return;
  stream->send.finish();
  write_blocked_.erase(id.value);
  refresh(*stream);
}

void Session::reset(StreamId id, const Error& error) {
  CHECK(id != kControlStream);
  StreamState* stream = find(id);
  if (stream == nullptr || closed_) return;
  const std::size_t before = stream->send.buffered();
  const std::uint64_t outstanding = stream->send.outstanding();
  stream->send.reset(error);
  unacked_total_ -= outstanding;
  unacked_total_ += stream->send.outstanding();
  release_send(*stream, before);
  if (stream->send.reset_error()) control_due_.insert(id.value);
  write_blocked_.erase(id.value);
  refresh(*stream);
  wake_writers();
}

void Session::stop(StreamId id, const Error& error) {
  CHECK(id != kControlStream);
  StreamState* stream = find(id);
  if (stream == nullptr || closed_ || stream->stop) return;
  const std::size_t before = stream->receive.buffered();
  const std::uint64_t dropped = stream->receive.readable();
  stream->receive.discard();
  receive_buffered_ -= before - stream->receive.buffered();
  stream->stop = error;
  if (!stream->receive.complete()) {
    stream->stop_due = true;
    control_due_.insert(id.value);
  }
  after_consume(*stream, dropped);
  drop_if_over(*stream);
}

void Session::abort(StreamId id, const Error& error) {
  reset(id, error);
  stop(id, error);
}

ByteView Session::peek(StreamId id) const {
  const StreamState* stream = find(id);
  return stream == nullptr || !stream->opened ? ByteView() : stream->receive.front();
}

void Session::consume(StreamId id, std::size_t bytes) {
  StreamState* stream = find(id);
  if (stream == nullptr) {
    CHECK(bytes == 0);
    return;
  }
  CHECK(bytes <= stream->receive.readable());
  stream->readable_told = false;
  stream->receive.consume(bytes);
  receive_buffered_ -= bytes;
  after_consume(*stream, bytes);
  drop_if_over(*stream);
}

std::size_t Session::read(StreamId id, std::span<std::byte> into) {
  std::size_t done = 0;
  while (done < into.size()) {
    const ByteView next = peek(id);
    if (next.empty()) break;
    const std::size_t part = std::min(next.size(), into.size() - done);
    std::copy_n(next.begin(), part, into.begin() + static_cast<std::ptrdiff_t>(done));
    done += part;
    consume(id, part);
  }
  if (StreamState* stream = find(id)) stream->readable_told = false;
  return done;
}

bool Session::at_end(StreamId id) {
  StreamState* stream = find(id);
  if (stream == nullptr) return true;
  stream->readable_told = false;
  return stream->receive.over();
}

void Session::after_consume(StreamState& stream, std::uint64_t bytes) {
  if (bytes == 0) return;
  update_stream_credit(stream);
  update_session_credit();
}

void Session::set_class(StreamId id, Class of) {
  StreamState* stream = find(id);
  if (stream == nullptr || id == kControlStream) return;
  stream->of = of;
  scheduler_.set_class(id.value, of);
  refresh(*stream);
}

std::optional<Class> Session::class_of(StreamId id) const {
  const StreamState* stream = find(id);
  return stream == nullptr ? std::nullopt : std::optional(stream->of);
}

void Session::keep_little(StreamId id) {
  if (StreamState* stream = find(id)) stream->keeps_little = true;
}

void Session::pause(StreamId id) {
  if (find(id) != nullptr) scheduler_.pause(id.value);
}

void Session::resume(StreamId id) {
  if (find(id) != nullptr) scheduler_.resume(id.value);
}

Result<> Session::send_datagram(ByteView bytes) {
  if (closed_) return fail(Errc::Closed, "send datagram: session has ended");
  if (bytes.size() > kMaxDatagram) return fail(Errc::Limit, "send datagram: too long");
  if (datagrams_out_.size() == kMaxDatagrams) datagrams_out_.pop_front();
  datagrams_out_.emplace_back(bytes.begin(), bytes.end());
  return {};
}

void Session::ping() {
  ping_due_ = attached_ && !closed_;
}

void Session::close(const Error& error) {
  if (closed_) return;
  closed_ = error;
  close_due_ = attached_;
}

Error Session::close_on(Error error) {
  if (!closed_) {
    closed_ = error;
    close_due_ = attached_;
  }
  return error;
}

// --- events

void Session::tell(StreamState& stream, std::uint8_t what) {
  if (!stream.opened) return;
  if (what == tells::kReadable) {
    if (stream.readable_told || stream.stop) return;
    stream.readable_told = true;
  }
  if (stream.events == 0) event_streams_.push_back(stream.id.value);
  stream.events = static_cast<std::uint8_t>(stream.events | what);
}

std::optional<Event> Session::next_event() {
  if (!event_streams_.empty()) {
    StreamState& stream = *find({event_streams_.front()});
    const StreamId id = stream.id;
    const auto what = static_cast<std::uint8_t>(stream.events & -stream.events);
    stream.events = static_cast<std::uint8_t>(stream.events & ~what);
    std::optional<Event> event;
    if (what == tells::kOpened) event = Opened{id, stream.opened_as, std::move(stream.metadata)};
    if (what == tells::kReset) event = ResetByPeer{id, *stream.receive.reset_error()};
    if (what == tells::kStopped) event = StoppedByPeer{id, *stream.stopped};
    if (what == tells::kReadable) event = Readable{id};
    if (what == tells::kWritable) event = Writable{id};
    if (what == tells::kAllAcked) event = AllAcked{id};
    if (stream.events == 0) {
      event_streams_.pop_front();
      drop_if_over(stream);
    }
    return event;
  }
  if (streams_told_) {
    streams_told_ = false;
    return StreamsAvailable{};
  }
  if (!datagrams_in_.empty()) {
    Datagram datagram = std::move(datagrams_in_.front());
    datagrams_in_.pop_front();
    return datagram;
  }
  if (!pongs_in_.empty()) {
    const Pong pong{pongs_in_.front()};
    pongs_in_.pop_front();
    return pong;
  }
  if (silent_) {
    const Silent silent{*silent_};
    silent_.reset();
    return silent;
  }
  if (closed_ && !closed_told_) {
    closed_told_ = true;
    return Closed{*closed_, closed_by_peer_};
  }
  return std::nullopt;
}

// --- what follows from a change

void Session::refresh(StreamState& stream) {
  const stream::SendSide& send = stream.send;
  const bool flags = send.open_due() || (send.fin_due() && send.unsent() == 0);
  const stream::SendSide::Piece piece = send.next_piece(credit_left(stream));
  scheduler_.set_ready(stream.id.value, flags || piece.length > 0);
  const bool blocked = piece.length == 0 && send.has_new(kMaxOffset);
  if (blocked) {
    credit_blocked_.insert(stream.id.value);
  } else {
    credit_blocked_.erase(stream.id.value);
  }
  const bool urgent = stream.of != Class::Control && schedule::is_urgent(stream.of) && !send.ended_at_peer();
  if (urgent != stream.counts_urgent) urgent_open_ = urgent ? urgent_open_ + 1 : urgent_open_ - 1;
  stream.counts_urgent = urgent;
}

void Session::release_send(StreamState& stream, std::size_t before) {
  send_buffered_ -= before - stream.send.buffered();
}

void Session::drop_if_over(StreamState& stream) {
  if (stream.id == kControlStream || !stream.over()) return;
  const std::uint64_t id = stream.id.value;
  if (stream.counts_urgent) --urgent_open_;
  if (!is_ours(stream.id)) {
    ++peer_closed_;
    update_stream_count();
  }
  scheduler_.remove(id);
  credit_blocked_.erase(id);
  control_due_.erase(id);
  write_blocked_.erase(id);
  streams_.erase(id);
}

// Woken in one go when a good part of the allowance is free, so that writers are not fed by the spoon.
void Session::wake_writers() {
  const std::size_t enough =
      std::max<std::size_t>(1, std::min({kMaxRecord, stream_send_ / 4, limits_.send_budget / 8}));
  std::erase_if(write_blocked_, [&](std::uint64_t id) {
    StreamState& stream = *find({id});
    if (send_room(stream) < enough) return false;
    tell(stream, tells::kWritable);
    return true;
  });
}

// --- status

std::uint64_t Session::unsent_bytes(Class of) const {
  std::uint64_t sum = 0;
  for (const auto& [id, stream] : streams_) {
    if (stream->of == of) sum += stream->send.unsent();
  }
  return sum;
}

std::uint64_t Session::unacked_bytes(StreamId id) const {
  const StreamState* stream = find(id);
  return stream == nullptr ? 0 : stream->send.buffered();
}

}  // namespace booster::session
