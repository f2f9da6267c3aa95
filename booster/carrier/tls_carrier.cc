#include "booster/carrier/tls_carrier.h"

#include "booster/carrier/handshake.h"
#include "booster/net/socket_options.h"
#include "booster/net/tcp.h"
#include "booster/net/tcp_info.h"
#include "booster/runtime/timer.h"

namespace booster::carrier {
namespace {

constexpr auto kDialLimit = std::chrono::seconds(30);  // three lost SYNs on a GEO link, then another address
constexpr auto kTlsLimit = std::chrono::seconds(30);
constexpr auto kFinishLimit = std::chrono::seconds(10);

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
  co_return co_await mux.carry(behind);
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

// From time to time UDP is tried again: a firewall is left behind, a portal is passed. At once where the network
// changed.
Task<Result<>> TlsCarrier::doubted() {
  const runtime::Duration wait = std::min<runtime::Duration>(times_.first * (1 << std::min(doubts_, 8)), times_.rarest);
  ++doubts_;
  const Result<> woken = co_await runtime::with_timeout(wait, runtime::wait_for(changed_));
  if (woken) doubts_ = 0;
  if (!woken && woken.error().code == Errc::Cancelled) co_return woken;
  co_return Result<>();
}

Task<Result<std::unique_ptr<Carrier>>> TcpDialer::dial() {
  CO_TRY_ASSIGN(net::StreamPtr wire, co_await net::dial(host_, port_, kDialLimit));
  congestion_ = net::tune_tunnel_socket(*wire).congestion;
  CO_TRY_ASSIGN(std::unique_ptr<tls::TlsStream> secured,
                co_await runtime::with_timeout(kTlsLimit, tls::TlsStream::connect(context_, std::move(wire), host_)));
  co_return std::unique_ptr<Carrier>(new TlsCarrier(loop_, std::move(secured), times_));
}

}  // namespace booster::carrier
