#include "booster/carrier/mux.h"

#include "booster/carrier/carry_parts.h"
#include "booster/net/send_gate.h"
#include "booster/net/socket_options.h"
#include "booster/net/tcp.h"
#include "booster/net/tcp_info.h"
#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"

namespace booster::carrier {

using session::StreamId;

Mux::Mux(runtime::Loop& loop, session::Role role, const session::Limits& limits) : loop_(loop), session_(role, limits) {
  states_.emplace(session::kControlStream.value, std::make_shared<MuxStream::State>());
}

Mux::~Mux() {
  incoming_.clear();
  CHECK(open_streams_ == 0);
}

std::shared_ptr<MuxStream::State> Mux::state_of(StreamId id) {
  auto [found, added] = states_.try_emplace(id.value);
  if (added) found->second = std::make_shared<MuxStream::State>();
  return found->second;
}

struct Mux::Handler {
  Mux& mux;

  void operator()(session::Opened& event) const {
    auto state = mux.state_of(event.id);
    ++mux.open_streams_;
    std::unique_ptr<MuxStream> stream(new MuxStream(mux, event.id, std::move(state)));
    mux.incoming_.push_back({std::move(stream), event.of, std::move(event.metadata)});
    mux.accepted_.notify_one();
  }
  void operator()(const session::Readable& event) const { touch(event.id); }
  void operator()(const session::Writable& event) const { touch(event.id); }
  void operator()(const session::ResetByPeer& event) const {
    if (auto state = known(event.id)) {
      state->reset = event.error;
      state->change.notify_all();
    }
  }
  void operator()(const session::StoppedByPeer& event) const {
    if (auto state = known(event.id)) {
      state->stopped = event.error;
      state->change.notify_all();
    }
  }
  void operator()(const session::AllAcked& event) const {
    if (auto state = known(event.id)) {
      state->all_acked = true;
      state->change.notify_all();
    }
  }
  void operator()(const session::StreamsAvailable&) const { mux.streams_.notify_all(); }
  void operator()(const session::Datagram&) const {}
  void operator()(const session::Pong& event) const { mux.last_rtt_ = event.rtt; }
  void operator()(const session::Silent&) const {
    mux.fell_silent_ = true;
    mux.silent_.notify_all();
  }
  void operator()(const session::Closed&) const {
    for (auto& [id, state] : mux.states_) state->change.notify_all();
    mux.accepted_.notify_all();
    mux.streams_.notify_all();
    mux.over_.notify_all();
    mux.out_.notify_all();
  }

  std::shared_ptr<MuxStream::State> known(StreamId id) const {
    const auto found = mux.states_.find(id.value);
    return found == mux.states_.end() ? nullptr : found->second;
  }
  void touch(StreamId id) const {
    if (auto state = known(id)) state->change.notify_all();
  }
};

void Mux::on_events() {
  while (std::optional<session::Event> event = session_.next_event()) std::visit(Handler{*this}, *event);
  wake_writer();
}

Task<Result<std::unique_ptr<MuxStream>>> Mux::open(session::Class of, Bytes metadata) {
  for (;;) {
    const Result<StreamId> id = session_.open(of, metadata);
    on_events();
    if (id) {
      ++open_streams_;
      co_return std::unique_ptr<MuxStream>(new MuxStream(*this, *id, state_of(*id)));
    }
    if (id.error().code != Errc::Full) co_return tl::unexpected(id.error());
    CO_TRY(co_await streams_.wait());
  }
}

std::unique_ptr<MuxStream> Mux::control() {
  ++open_streams_;
  return std::unique_ptr<MuxStream>(new MuxStream(*this, session::kControlStream, state_of(session::kControlStream)));
}

Task<Result<Incoming>> Mux::accept() {
  while (incoming_.empty()) {
    if (closed()) co_return tl::unexpected(*closed());
    CO_TRY(co_await accepted_.wait());
  }
  Incoming next = std::move(incoming_.front());
  incoming_.pop_front();
  co_return next;
}

void Mux::close(const Error& error) {
  session_.close(error);
  on_events();
}

Task<Result<>> Mux::wait_closed() {
  while (!closed()) CO_TRY(co_await over_.wait());
  co_return Result<>();
}

void Mux::ping() {
  session_.ping();
  on_events();
}

namespace {

constexpr auto kMeasure = std::chrono::milliseconds(200);
constexpr auto kGoodbye = std::chrono::seconds(5);  // for a CLOSE to arrive and the peer to hang up

Task<Result<>> read_away(net::Stream& wire, std::span<std::byte> buffer) {
  for (;;) {
    CO_TRY_ASSIGN(const std::size_t count, co_await wire.read(buffer));
    if (count == 0) co_return Result<>();
  }
}

}  // namespace

void Mux::begin_carrying() {
  fell_silent_ = false;
  last_heard_ = loop_.now();
  session_.attach(loop_.now());
  link_rate_.on_new_path();
  on_events();
}

void Mux::end_carrying() {
  session_.detach(loop_.now());
  detached_.notify_all();
  on_events();
}

void Mux::after_input(bool heard) {
  if (heard) last_heard_ = loop_.now();
  on_events();
}

void Mux::note_windows(BitsPerSecond rate, runtime::Duration round_trip) {
  session_.set_path(rate, round_trip);
  last_rtt_ = round_trip;
}

void Mux::note_rate(BitsPerSecond rate) {
  link_rate_.on_estimate(rate);
  tell_link_rate();
}

Task<Result<>> Mux::carry(net::Stream& wire, runtime::Duration least_round_trip) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  least_round_trip_ = least_round_trip;
  begin_carrying();
  Ends ends;
  runtime::TaskScope parts(loop_, *here.scope);
  parts.spawn("carrier reader", end_all_after(parts, ends, read_frames(wire)));
  parts.spawn("carrier writer", end_all_after(parts, ends, write_frames(wire)));
  parts.spawn("carrier silence", end_all_after(parts, ends, watch_silence()));
  co_await parts.join();
  wire.close();
  end_carrying();
  if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "carrier");
  co_return tl::unexpected(ends.first.value_or(Error(Errc::Closed, "carrier")));
}

Task<Result<>> Mux::watch_silence() {
  while (!fell_silent_) CO_TRY(co_await silent_.wait());
  co_return fail(Errc::Timeout, "the peer fell silent");
}

Task<Result<>> Mux::read_frames(net::Stream& wire) {
  Bytes buffer(net::is_local_socket(wire.fd()) ? kLocalRead : 2 * session::kMaxFrame);
  std::size_t begin = 0;  // of what is not used yet
  std::size_t filled = 0;
  for (;;) {
    CO_TRY_ASSIGN(const std::size_t count, co_await wire.read(std::span(buffer).subspan(filled)));
    if (count == 0) co_return fail(Errc::Closed, "the peer closed the connection");
    filled += count;
    if (on_heard_) on_heard_(loop_.now() - last_heard_);
    last_heard_ = loop_.now();
    measure(wire.fd(), count);
    const ByteView unused = ByteView(buffer).subspan(begin, filled - begin);
    const Result<std::size_t> used = session_.on_frames(unused, loop_.now());
    on_events();
    if (!used) {
      // The session is over, by us or by them; the writer still tells why, and closing on unread bytes could take that
      // back (RST).
      CO_TRY(co_await read_away(wire, buffer));
      co_return tl::unexpected(used.error());
    }
    begin += *used;
    const bool roomy = buffer.size() - filled >= buffer.size() / 2;
    if (begin < filled && roomy) continue;
    std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(begin), buffer.begin() + static_cast<std::ptrdiff_t>(filled),
              buffer.begin());
    filled -= begin;
    begin = 0;
  }
}

// A window that bounds a flow is seen as a path of window per round trip, and grows until the path bounds it.
void Mux::measure(int fd, std::size_t bytes) {
  moved_ += bytes;
  note_burst(bytes);
  const auto passed = loop_.now() - measured_;
  if (passed < kMeasure) return;
  const std::optional<net::TcpPath> path = net::tcp_path(fd);
  const runtime::Duration round_trip =
      std::max<runtime::Duration>(path ? path->round_trip : std::chrono::microseconds(0), least_round_trip_);
  if (path && passed < round_trip) return;
  const double seconds = std::chrono::duration<double>(passed).count();
  if (path) {
    session_.set_path({static_cast<std::uint64_t>(static_cast<double>(moved_) * 8 / seconds)}, round_trip);
    link_rate_.on_sample({path->delivery_rate * 8 + beside_rate_.value}, path->app_limited);
    tell_link_rate();
  }
  moved_ = 0;
  measured_ = loop_.now();
}

void Mux::tell_link_rate() {
  const std::optional<BitsPerSecond> now = link_rate_.value();
  if (!now || (told_rate_ && !differ(*now, *told_rate_))) return;
  told_rate_ = now;
  link_rate_changed_.notify_all();
}

// As many records as there are and fit.
std::size_t Mux::fill_records(std::span<std::byte> into, runtime::TimePoint now) {
  std::size_t filled = 0;
  for (;;) {
    const std::size_t limit = std::min(session_.record_limit(), into.size() - filled);
    const std::size_t size = session_.fill(into.subspan(filled, limit), now, nullptr);
    filled += size;
    if (size == 0 || into.size() - filled < session::kMaxRecord) return filled;
  }
}

Task<Result<>> Mux::write_frames(net::Stream& wire) {
  Bytes records(net::is_local_socket(wire.fd()) ? kLocalRecords : kRecord);
  net::SendGate gate(loop_, wire.fd());
  for (;;) {
    CO_TRY(co_await gate.open());
    const runtime::TimePoint now = loop_.now();
    if (session_.next_deadline() <= now) {
      session_.on_deadline(now);
      on_events();
    }
    const std::size_t size = fill_records(records, now);
    if (size > 0) {
      CO_TRY(co_await wire.write(ByteView(records).first(size)));
      measure(wire.fd(), size);
      on_events();
      continue;
    }
    if (closed()) {
      CO_TRY(co_await wire.finish());
      CO_TRY(co_await runtime::sleep_for(kGoodbye));
      co_return tl::unexpected(*closed());
    }
    const runtime::TimePoint next = session_.next_deadline();
    if (next == runtime::kNever) {
      CO_TRY(co_await out_.wait());
      continue;
    }
    const runtime::Surroundings here = co_await runtime::surroundings();
    const Result<> woken = co_await runtime::with_timeout(next - loop_.now(), runtime::wait_for(out_));
    if (!woken && (here.scope->cancelled() || woken.error().code != Errc::Timeout)) co_return woken;
  }
}

Task<Result<std::size_t>> MuxStream::read(std::span<std::byte> into) {
  const std::shared_ptr<State> state = state_;
  for (;;) {
    if (mux_ == nullptr) co_return fail(Errc::Closed, "stream: closed here");
    const std::size_t count = mux_->session_.read(id_, into);
    if (count > 0) {
      mux_->on_events();
      co_return count;
    }
    if (state->reset) co_return tl::unexpected(*state->reset);
    if (mux_->session_.at_end(id_)) {
      if (mux_->closed()) co_return tl::unexpected(*mux_->closed());
      co_return std::size_t{0};
    }
    if (mux_->closed()) co_return tl::unexpected(*mux_->closed());
    CO_TRY(co_await state->change.wait());
  }
}

Task<Result<>> MuxStream::write(ByteView bytes) {
  const std::shared_ptr<State> state = state_;
  for (;;) {
    if (mux_ == nullptr) co_return fail(Errc::Closed, "stream: closed here");
    if (mux_->closed()) co_return tl::unexpected(*mux_->closed());
    if (state->stopped) co_return tl::unexpected(*state->stopped);
    bytes = bytes.subspan(mux_->session_.write(id_, bytes));
    mux_->on_events();
    if (bytes.empty()) co_return Result<>();
    CO_TRY(co_await state->change.wait());
  }
}

Task<Result<>> MuxStream::finish() {
  if (mux_ == nullptr) co_return fail(Errc::Closed, "stream: closed here");
  finished_ = true;
  mux_->session_.finish(id_);
  mux_->on_events();
  co_return Result<>();
}

void MuxStream::close() {
  if (mux_ == nullptr) return;
  Mux& mux = *mux_;
  if (id_ != session::kControlStream) {
    const Error error(Errc::Closed, "closed");
    if (!mux.session_.at_end(id_)) mux.session_.stop(id_, error);
    if (!finished_) mux.session_.reset(id_, error);
  }
  mux_ = nullptr;
  --mux.open_streams_;
  mux.states_.erase(id_.value);
  state_->change.notify_all();
  mux.on_events();
}

void MuxStream::abort(const Error& error) {
  if (mux_ == nullptr) return;
  mux_->session_.abort(id_, error);
  finished_ = true;
  close();
}

void MuxStream::set_class(session::Class of) {
  if (mux_ == nullptr) return;
  mux_->session_.set_class(id_, of);
  mux_->on_events();
}

void MuxStream::keep_little() {
  if (mux_ != nullptr) mux_->session_.keep_little(id_);
}

void MuxStream::pause() {
  if (mux_ != nullptr) mux_->session_.pause(id_);
}

void MuxStream::resume() {
  if (mux_ == nullptr) return;
  mux_->session_.resume(id_);
  mux_->on_events();
}

Task<Result<>> MuxStream::delivered() {
  const std::shared_ptr<State> state = state_;
  while (!state->all_acked) {
    if (mux_ == nullptr) co_return fail(Errc::Closed, "stream: closed here");
    if (mux_->closed()) co_return tl::unexpected(*mux_->closed());
    if (state->stopped) co_return tl::unexpected(*state->stopped);
    CO_TRY(co_await state->change.wait());
  }
  co_return Result<>();
}

}  // namespace booster::carrier
