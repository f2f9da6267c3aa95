#include "booster/carrier/tls_carrier.h"

#include "booster/carrier/handshake.h"
#include "booster/http/proxy_connect.h"
#include "booster/net/socket_options.h"
#include "booster/net/tcp.h"
#include "booster/net/tcp_info.h"
#include "booster/runtime/timer.h"

namespace booster::carrier {
namespace {

constexpr auto kDialLimit = std::chrono::seconds(30);  // three lost SYNs on a GEO link, then another address
constexpr auto kTlsLimit = std::chrono::seconds(30);
constexpr auto kStandsAgain = std::chrono::seconds(10);  // so soon after a break: the link had been there all the time
constexpr auto kFinishLimit = std::chrono::seconds(10);
constexpr auto kRefusedAgain = std::chrono::minutes(10);  // a directory locks a user out after some wrong passwords

// Reads as the wire does, behind the peer's answer to our greeting, so that our frames need not wait for it.
class AnswerFirst final : public net::Stream {
 public:
  AnswerFirst(net::Stream& wire, Bytes early, Carrier::OnAnswer on_answer)
      : wire_(wire), on_answer_(std::move(on_answer)), early_(std::move(early)) {}
  Task<Result<std::size_t>> read(std::span<std::byte> into) override {
    if (on_answer_) {
      CO_TRY_ASSIGN(Received answer, co_await read_handshake(wire_, session::kMaxHandshake));
      const Carrier::OnAnswer on_answer = std::exchange(on_answer_, nullptr);
      CO_TRY(on_answer(answer.chain));
      early_ = std::move(answer.early);
    }
    if (early_.empty()) co_return co_await wire_.read(into);
    const std::size_t count = std::min(into.size(), early_.size());
    std::copy_n(early_.begin(), count, into.begin());
    early_.erase(early_.begin(), early_.begin() + static_cast<std::ptrdiff_t>(count));
    co_return count;
  }
  Task<Result<>> write(ByteView bytes) override { return wire_.write(bytes); }
  Task<Result<>> finish() override { return wire_.finish(); }
  void close() override { wire_.close(); }
  int fd() const override { return wire_.fd(); }
  std::string peer() const override { return wire_.peer(); }

 private:
  net::Stream& wire_;
  Carrier::OnAnswer on_answer_;
  Bytes early_;
};

}  // namespace

CarrierReport TlsCarrier::report() const {
  CarrierReport report{CarrierKind::Tls, 0, {}};
  const std::optional<net::TcpPath> path = net::tcp_path(wire_->fd());
  if (!path) return report;
  PathReport row;
  row.rate = {path->delivery_rate * 8};
  row.round_trip = path->round_trip;
  row.least_round_trip = path->least_round_trip;
  if (path->least_round_trip.count() > 0) row.queue = std::max(row.round_trip - row.least_round_trip, row.queue);
  if (path->segments_sent > 0) {
    row.loss = static_cast<double>(path->segments_retransmitted) / static_cast<double>(path->segments_sent);
  }
  row.datagram = path->segment;
  row.in_flight = path->in_flight;
  row.bytes_sent = path->octets_acked;
  row.bytes_received = path->octets_received;
  row.packets_lost = path->segments_retransmitted;
  report.paths.push_back(row);
  return report;
}

Task<Result<>> TlsCarrier::write_greeting(Bytes chain) {
  co_return co_await write_handshake(*wire_, chain);
}

Task<Result<Bytes>> TlsCarrier::read_greeting(std::size_t limit) {
  CO_TRY_ASSIGN(Received received, co_await read_handshake(*wire_, limit));
  early_ = std::move(received.early);
  co_return std::move(received.chain);
}

Task<Result<>> TlsCarrier::carry(Mux& mux, OnAnswer on_answer) {
  AnswerFirst behind(*wire_, std::exchange(early_, {}), std::move(on_answer));
  session::Session& session = mux.session();
  session.set_keepalive(transport::path::kTcpKeepalive.first);
  if (idle_) {
    mux.on_heard([this, &session](runtime::Duration silence) { idle_->on_heard(session, silence); });
    idle_->begin(session);
  }
  mux_ = &mux;
  runtime::Duration least_round_trip{};
  if (!dialled_.via.empty()) least_round_trip = dialled_.round_trip.value_or(least_round_trip);
  const Result<> end = co_await mux.carry(behind, least_round_trip);
  mux_ = nullptr;
  mux.on_heard(nullptr);
  const runtime::Duration silence = loop_.now() - mux.last_heard();
  if (idle_ && network_ && idle_->broke_asking(silence)) memory_->broke_asking = {*network_, loop_.now()};
  co_return end;
}

Task<Result<>> TlsCarrier::carry_beside(Mux& mux) {
  AnswerFirst behind(*wire_, std::exchange(early_, {}), nullptr);
  co_return co_await mux.carry_beside(behind);
}

Task<Result<>> TlsCarrier::finish() {
  (void)co_await runtime::with_timeout(kFinishLimit, wire_->finish());
  // What the client sent behind its greeting is read away: closing on unread bytes would be a TCP reset that can
  // overtake the refusal.
  Bytes rest(16 * 1024);
  for (int i = 0; i < 64; ++i) {
    const Result<std::size_t> count = co_await runtime::with_timeout(kFinishLimit, wire_->read(rest));
    if (!count || *count == 0) break;
  }
  co_return Result<>();
}

// A TCP connection cannot follow: where its address is gone it is given up at once, else it is asked whether it lives.
void TlsCarrier::network_changed() {
  changed_.notify_all();
  if (mux_ == nullptr) return;
  if (gateway_ && !way_.source.empty()) {
    const Result<platform::Way> now = memory_->ways->to(*gateway_, way_.interface);
    if (!now || now->source != way_.source) return wire_->close();
  }
  mux_->ping();
}

void TlsCarrier::learn_in(std::shared_ptr<TcpMemory> memory) {
  memory_ = std::move(memory);
  if (const Result<net::Address> gateway = net::Address::ip(wire_->peer(), 0)) gateway_ = *gateway;
  if (gateway_) way_ = memory_->ways->to(*gateway_, 0).value_or(platform::Way{});
  network_ = network_key(way_.network, memory_->gateway);
  idle_.emplace(*memory_->networks, network_);
  const auto broke = std::exchange(memory_->broke_asking, std::nullopt);
  if (broke && network_ == broke->network && loop_.now() - broke->at < kStandsAgain) idle_->on_forgotten();
}

// From time to time UDP is tried again: a firewall is left behind, a portal is passed. At once where the network
// changed.
Task<Result<>> TlsCarrier::doubted() {
  const runtime::Duration wait =
      std::min<runtime::Duration>(dialled_.times.first * (1 << std::min(doubts_, 8)), dialled_.times.rarest);
  ++doubts_;
  const Result<> woken = co_await runtime::with_timeout(wait, runtime::wait_for(changed_));
  if (woken) doubts_ = 0;
  if (!woken && woken.error().code == Errc::Cancelled) co_return woken;
  co_return Result<>();
}

Task<Result<std::unique_ptr<Carrier>>> TcpDialer::dial() {
  if (!proxy_) co_return tl::unexpected(proxy_.error());
  const http::WebProxyPtr proxy = *proxy_;
  if (refused_ && loop_.now() - refused_at_ < kRefusedAgain) co_return tl::unexpected(*refused_);
  const net::HostPort first = proxy == nullptr ? gateway_ : proxy->place;
  Result<net::StreamPtr> wire = co_await net::dial(first.host, first.port, kDialLimit);
  if (!wire && proxy != nullptr) co_return tl::unexpected(Error(wire.error()).context("proxy " + proxy->to_string()));
  if (!wire) co_return tl::unexpected(wire.error());
  congestion_ = net::tune_tunnel_socket(**wire).congestion;
  if (proxy != nullptr) CO_TRY(co_await pass_proxy(**wire, *proxy));
  const runtime::TimePoint start = loop_.now();
  CO_TRY_ASSIGN(
      std::unique_ptr<tls::TlsStream> secured,
      co_await runtime::with_timeout(kTlsLimit, tls::TlsStream::connect(context_, std::move(*wire), gateway_.host)));
  Dialled dialled;
  dialled.times = times_;
  dialled.round_trip = loop_.now() - start;
  if (proxy != nullptr) dialled.via = proxy->to_string();
  auto carrier = std::make_unique<TlsCarrier>(loop_, std::move(secured), std::move(dialled));
  carrier->learn_in(memory_);
  co_return std::unique_ptr<Carrier>(std::move(carrier));
}

Task<Result<>> TcpDialer::pass_proxy(net::Stream& wire, const http::WebProxy& proxy) {
  CO_TRY_ASSIGN(const http::ConnectAnswer answer, co_await http::ask_for_tunnel(wire, proxy, gateway_));
  Result<> verdict = http::judge(answer, proxy, gateway_);
  refused_.reset();
  if (http::refuses_credentials(answer, proxy)) {
    refused_ = verdict.error();
    refused_at_ = loop_.now();
  }
  co_return verdict;
}

}  // namespace booster::carrier
