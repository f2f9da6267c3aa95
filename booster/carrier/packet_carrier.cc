#include "booster/carrier/packet_carrier.h"

#include "booster/carrier/trace_log.h"
#include "booster/carrier/udp_port.h"
#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"

namespace booster::carrier {
namespace {

constexpr auto kEndTold = std::chrono::seconds(5);  // for a CLOSE to arrive
constexpr auto kLook = std::chrono::milliseconds(500);
constexpr auto kRarestDoubt = std::chrono::seconds(60);
constexpr std::uint64_t kWorthAsking = std::uint64_t{8} << 10;  // octets that came since: a question costs 1 % of them
constexpr auto kLeastSample = std::chrono::milliseconds(200);

PathReport report_of(const transport::path::Path& path) {
  PathReport report;
  report.id = path.id.value;
  report.silent = path.probes >= transport::recovery::kOutageProbes;
  report.datagram = path.mtu.size();
  report.in_flight = path.sent.bytes_in_flight();
  report.bytes_sent = path.bytes_sent;
  report.bytes_received = path.bytes_received;
  report.packets_lost = path.lost_packets;
  report.spurious_losses = path.spurious_losses;
  report.copies = path.copies;
  if (path.rtt.known()) {
    report.round_trip = path.rtt.smoothed();
    report.least_round_trip = path.rtt.minimum();
  }
  if (!path.rate) return report;
  if (path.rate->remember()) report.rate = path.rate->capacity();
  report.queue = path.rate->queue();
  report.loss = path.rate->loss();
  report.radio_loss = path.rate->radio_loss();
  report.policed = path.rate->policed();
  report.rivals = path.rate->rivals();
  report.window = path.rate->window();
  return report;
}

}  // namespace

std::string PacketCarrier::peer() const {
  return to_net(connection_.active().route.remote).address().host();
}

void PacketCarrier::on_event(const transport::Event& event) {
  if (const auto* bytes = std::get_if<transport::GreetingBytes>(&event)) {
    greeting_.insert(greeting_.end(), bytes->bytes.begin(), bytes->bytes.end());
  }
  if (const auto* closed = std::get_if<transport::Closed>(&event)) closed_ = *closed;
  changed_.notify_all();
}

void PacketCarrier::after_input() {
  if (mux_ == nullptr) return;
  const bool heard = connection_.bytes_received() != heard_bytes_;
  heard_bytes_ = connection_.bytes_received();
  measure(*mux_);
  mux_->after_input(heard);
  changed_.notify_all();
}

// The session's windows follow every step; the link's rate is a sample of each round trip, as LinkRate asks for.
void PacketCarrier::measure(Mux& mux) {
  const transport::path::Path& path = connection_.active();
  if (!path.rate || !path.rtt.known()) return;
  const bool due = loop_.now() - measured_ >= std::max<runtime::Duration>(kLeastSample, path.rtt.smoothed());
  if (due) {
    received_ = transport::rate::rate_of(connection_.bytes_received() - measured_bytes_, loop_.now() - measured_);
    measured_bytes_ = connection_.bytes_received();
    measured_ = loop_.now();
  }
  // Credit is for what comes to us: a narrow way up must not hold down a wide way down.
  mux.note_windows(std::max(path.rate->capacity(), received_), path.rtt.smoothed());
  if (due && path.rate->remember()) mux.note_rate(path.rate->capacity());
}

void PacketCarrier::fail_with(const Error& error) {
  if (closed_) return;
  connection_.close(error, loop_.now());
  on_event(transport::Closed{error});
}

Task<Result<>> PacketCarrier::write_greeting(Bytes chain) {
  if (closed_) co_return tl::unexpected(closed_->error);
  connection_.greet(session::wrap_handshake(chain));
  wake();
  co_return Result<>();
}

Task<Result<Bytes>> PacketCarrier::read_greeting(std::size_t limit) {
  for (;;) {
    CO_TRY_ASSIGN(const auto message, session::unwrap_handshake(greeting_, limit));
    if (message) {
      Bytes chain(message->first.begin(), message->first.end());
      greeting_.erase(greeting_.begin(), greeting_.begin() + static_cast<std::ptrdiff_t>(message->second));
      co_return chain;
    }
    if (closed_) co_return tl::unexpected(closed_->error);
    CO_TRY(co_await changed_.wait());
  }
}

Result<> PacketCarrier::take_answer(OnAnswer& on_answer) {
  TRY_ASSIGN(const auto message, session::unwrap_handshake(greeting_, session::kMaxHandshake));
  if (!message) return {};
  const OnAnswer told = std::exchange(on_answer, nullptr);
  awaits_answer_ = false;
  return told(message->first);
}

Task<Result<>> PacketCarrier::wake_for_output(Mux& mux) {
  for (;;) {
    CO_TRY(co_await mux.output().wait());
    wake();
    changed_.notify_all();
  }
}

Task<Result<>> PacketCarrier::carry(Mux& mux, OnAnswer on_answer) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  mux.begin_carrying();
  mux.session().set_keepalive({});  // the connection asks, in smaller packets
  mux_ = &mux;
  awaits_answer_ = on_answer != nullptr;
  Result<> end = connection_.attach(mux.session(), loop_.now());
  mux.after_input(true);
  wake();
  auto ignore = [](const std::string&, const Error&) {};
  runtime::TaskScope beside(loop_, *here.scope, ignore);
  beside.spawn("udp output", wake_for_output(mux));
  if (end) end = co_await carry_until_end(mux, std::move(on_answer));
  beside.cancel();
  co_await beside.join();
  connection_.detach();
  const bool left = end || end.error().code == Errc::Cancelled;  // the session goes on elsewhere, or nobody needs it
  if (!closed_) connection_.close(left ? Error(Errc::Closed, "left") : Error(end.error()), loop_.now());
  wake();
  mux_ = nullptr;
  mux.end_carrying();
  co_return end;
}

Task<Result<>> PacketCarrier::carry_until_end(Mux& mux, OnAnswer on_answer) {
  for (;;) {
    if (on_answer) CO_TRY(take_answer(on_answer));
    if (closed_) co_return tl::unexpected(closed_->error);
    if (mux.closed()) co_return co_await say_goodbye(mux);
    const Result<> woken = co_await runtime::with_timeout(kLook, runtime::wait_for(changed_));
    if (!woken && woken.error().code == Errc::Cancelled) co_return woken;
    if (connection_.silent_for(loop_.now()) > times_.given_up) co_return fail(Errc::Timeout, "the peer fell silent");
  }
}

// The session's CLOSE is one of its frames: it goes, and is acknowledged, before the connection ends.
Task<Result<>> PacketCarrier::say_goodbye(Mux& mux) {
  const Error error = *mux.closed();
  const runtime::TimePoint limit = loop_.now() + kEndTold;
  wake();
  while (!closed_ && loop_.now() < limit) {
    if (!mux.session().has_frames(loop_.now()) && connection_.active().sent.eliciting_in_flight() == 0) break;
    const Result<> woken = co_await runtime::with_timeout(kLook, runtime::wait_for(changed_));
    if (!woken && woken.error().code == Errc::Cancelled) co_return woken;
  }
  co_return tl::unexpected(error);
}

Task<Result<>> PacketCarrier::finish() {
  const runtime::TimePoint limit = loop_.now() + kEndTold;
  while (!closed_ && loop_.now() < limit && !connection_.greeting_arrived()) {
    const Result<> woken = co_await runtime::with_timeout(kLook, runtime::wait_for(changed_));
    if (!woken && woken.error().code == Errc::Cancelled) co_return woken;
  }
  if (!closed_) connection_.close(Error(Errc::Closed, "refused"), loop_.now());
  wake();
  co_return Result<>();
}

CarrierReport PacketCarrier::report() const {
  CarrierReport report{CarrierKind::Udp, connection_.moves(), {}};
  const transport::PathId active = connection_.active().id;
  for (const auto& [id, path] : connection_.all_paths()) {
    PathReport row = report_of(*path);
    row.in_use = id == active;
    if (row.in_use) row.silence = connection_.keepalive_interval();
    report.paths.insert(row.in_use ? report.paths.begin() : report.paths.end(), row);
  }
  return report;
}

void PacketCarrier::trace_to(TraceLog& log) {
  trace_ = &log;
  log.add(connection_, peer());
}

void PacketCarrier::end_trace() {
  if (trace_ != nullptr) std::exchange(trace_, nullptr)->remove(connection_);
}

bool PacketCarrier::silent() const {
  return connection_.silent_for(loop_.now()) > times_.silent;
}

// Who only receives, or has its greeting acknowledged and waits for the answer, is owed no acknowledgement and would
// not notice that UDP passes no more.
void PacketCarrier::ask_if_quiet() {
  const std::uint64_t worth_asking = awaits_answer_ ? 1 : kWorthAsking;
  if (mux_ == nullptr || connection_.bytes_received() - asked_bytes_ < worth_asking) return;
  const runtime::Duration quiet = std::max<runtime::Duration>(times_.quiet, 3 * connection_.smoothed_rtt());
  if (loop_.now() - mux_->last_heard() < quiet) return;
  asked_bytes_ = connection_.bytes_received();
  mux_->ping();
}

Task<Result<>> PacketCarrier::doubted() {
  const runtime::Duration longer = times_.silent * (doubts_ == 0 ? 0 : 1 << std::min(doubts_, 8));
  CO_TRY(co_await runtime::sleep_for(std::min<runtime::Duration>(longer, kRarestDoubt)));
  while (!silent()) {
    doubts_ = 0;
    ask_if_quiet();
    CO_TRY(co_await runtime::sleep_for(std::min<runtime::Duration>(kLook, times_.silent)));
  }
  ++doubts_;
  co_return Result<>();
}

}  // namespace booster::carrier
