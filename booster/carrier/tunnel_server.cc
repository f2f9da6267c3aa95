#include "booster/carrier/tunnel_server.h"

#include <algorithm>

#include "booster/carrier/handshake.h"
#include "booster/carrier/tls_carrier.h"
#include "booster/crypto/random.h"
#include "booster/net/socket_options.h"
#include "booster/runtime/timer.h"

namespace booster::carrier {
namespace {

constexpr auto kRefusalLimit = std::chrono::seconds(10);
constexpr auto kGoodbyes = std::chrono::seconds(1);  // for those who are there; who is not is not waited for
constexpr auto kPortAgain = std::chrono::seconds(1);
constexpr auto kFormerAnswers = std::chrono::seconds(10);  // who is asked whether it lives, over a slow link, too

}  // namespace

Task<Result<>> TunnelServer::serve(std::vector<net::Listener*> listeners, std::vector<UdpServer*> udp,
                                   SessionHost& host) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  auto on_error = [this](const std::string& task, const Error& error) { note(task + ": " + codec::to_string(error)); };
  runtime::TaskScope doors(loop_, *here.scope, on_error);
  // Not of `here`: that the gateway goes down is still to be said.
  runtime::TaskScope tasks(loop_, loop_.scope(), on_error);
  runtime::TaskScope ports(loop_, loop_.scope(), on_error);
  tasks_ = &tasks;
  going_down_ = false;
  for (UdpServer* server : udp) ports.spawn("udp port", serve_udp(*server, host));
  tasks.spawn("parked sessions", watch_parked());
  for (net::Listener* listener : listeners) doors.spawn("listener", accept_each(*listener, host));
  co_await doors.join();
  going_down_ = true;
  for (auto& [id, session] : sessions_) session->mux.close(Error(Errc::Closed, "the gateway is going down"));
  (void)co_await runtime::shielded(kGoodbyes, until_none_carries());
  tasks.cancel();
  co_await tasks.join();
  tasks_ = nullptr;
  ports.cancel();
  co_await ports.join();
  sessions_.clear();
  if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "tunnel server");
  co_return fail(Errc::Closed, "tunnel server: no listener is left");
}

Task<Result<>> TunnelServer::until_none_carries() {
  while (carrying_ > 0) CO_TRY(co_await parked_.wait());
  co_return Result<>();
}

Task<Result<>> TunnelServer::accept_each(net::Listener& listener, SessionHost& host) {
  for (;;) {
    CO_TRY_ASSIGN(net::StreamPtr wire, co_await listener.accept());
    if (handshakes_ >= limits_.handshakes) continue;  // dropped: the client backs off and tries again
    ++handshakes_;
    tasks_->spawn("connection", run_connection(std::move(wire), host));
  }
}

Task<Result<>> TunnelServer::run_connection(std::unique_ptr<net::Stream> wire, SessionHost& host) {
  const std::string address = wire->peer();
  net::tune_tunnel_socket(*wire);
  std::unique_ptr<Carrier> carrier;
  Result<Bytes> first = co_await runtime::with_timeout(limits_.handshake, first_message(std::move(wire), carrier));
  --handshakes_;
  if (!first) co_return tl::unexpected(Error(first.error()).context("from " + address));
  co_return co_await run_carrier(*carrier, std::move(*first), host);
}

Task<Result<Bytes>> TunnelServer::first_message(std::unique_ptr<net::Stream> wire, std::unique_ptr<Carrier>& carrier) {
  CO_TRY_ASSIGN(std::unique_ptr<tls::TlsStream> secured, co_await tls::TlsStream::accept(context_, std::move(wire)));
  carrier = std::make_unique<TlsCarrier>(loop_, std::move(secured));
  co_return co_await carrier->read_greeting(session::kMaxJoin);
}

Task<Result<>> TunnelServer::serve_udp(UdpServer& server, SessionHost& host) {
  UdpServer::OnCarrier on_carrier = [this, &host](std::unique_ptr<Carrier> carrier) {
    if (going_down_ || handshakes_ >= limits_.handshakes) return;
    ++handshakes_;
    tasks_->spawn("connection", run_packets(std::move(carrier), host));
  };
  const runtime::Surroundings here = co_await runtime::surroundings();
  for (;;) {
    const Result<> end = co_await server.serve(on_carrier);
    if (here.scope->cancelled()) co_return end;
    if (!end) note("udp port: " + codec::to_string(end.error()));
    CO_TRY(co_await runtime::sleep_for(kPortAgain));
  }
}

Task<Result<>> TunnelServer::run_packets(std::unique_ptr<Carrier> carrier, SessionHost& host) {
  const std::unique_ptr<Carrier> own = std::move(carrier);
  if (trace_ != nullptr) own->trace_to(*trace_);
  Result<Bytes> first = co_await runtime::with_timeout(limits_.handshake, own->read_greeting(session::kMaxJoin));
  --handshakes_;
  if (!first) co_return tl::unexpected(Error(first.error()).context("from " + own->peer()));
  co_return co_await run_carrier(*own, std::move(*first), host);
}

Task<Result<>> TunnelServer::run_carrier(Carrier& carrier, Bytes first, SessionHost& host) {
  const auto message = session::decode_first(first);
  if (!message) co_return tl::unexpected(Error(message.error()).context("from " + carrier.peer()));
  if (const auto* hello = std::get_if<session::Hello>(&*message)) co_return co_await begin(carrier, *hello, host);
  co_return co_await join(carrier, std::get<session::Join>(*message), host);
}

Peer TunnelServer::peer_of(const Carrier& carrier) const {
  Peer peer;
  if (const std::optional<crypto::Certificate> shown = carrier.peer_certificate()) peer.device = shown->pin();
  peer.address = carrier.peer();
  const Result<net::Address> address = net::Address::ip(peer.address, 0);
  peer.network = address ? address->network() : peer.address;
  return peer;
}

Task<Result<>> TunnelServer::refuse(Carrier& carrier, session::Refusal::Code code, std::string text) {
  session::Refusal refusal;
  refusal.code = code;
  refusal.text = text;
  (void)co_await runtime::with_timeout(kRefusalLimit, carrier.write_greeting(session::encode_refusal(refusal)));
  (void)co_await runtime::with_timeout(2 * kRefusalLimit, carrier.finish());
  co_return fail(Errc::Denied, "refused " + carrier.peer() + ": " + text);
}

Task<Result<>> TunnelServer::begin(Carrier& carrier, const session::Hello& hello, SessionHost& host) {
  const auto agreed = session::negotiate({}, session::kFeatures, hello.versions, hello.features);
  if (!agreed) co_return co_await refuse(carrier, session::Refusal::Code::Version, agreed.error().what);
  if (sessions_.size() >= limits_.sessions) give_up_parked();
  if (sessions_.size() >= limits_.sessions)
    co_return co_await refuse(carrier, session::Refusal::Code::Busy, "too many sessions");
  Peer peer = peer_of(carrier);
  peer.device_name = hello.device;
  peer.agent = hello.agent;
  const Result<> admitted = host.admit(peer);
  if (!admitted) co_return co_await refuse(carrier, session::Refusal::Code::Denied, admitted.error().what);

  auto session = std::make_shared<ServerSession>(loop_, limits_.session);
  session->id_ = crypto::random_array<16>();
  session->secret_ = crypto::random_array<32>();
  session->peer = std::move(peer);
  session->number_ = ++begun_;
  session->parked_since_ = loop_.now();
  ask_former(*session);
  sessions_.emplace(session->id_, session);
  tasks_->spawn("session", run_session(session, host));

  session::Welcome welcome;
  welcome.version = agreed->version;
  welcome.features = agreed->features;
  welcome.agent = agent_;
  welcome.session = session->id_;
  welcome.secret = session->secret_;
  CO_TRY(co_await carrier.write_greeting(session::encode_welcome(welcome)));
  co_return co_await carry(std::move(session), carrier);
}

Task<Result<>> TunnelServer::join(Carrier& carrier, const session::Join& join, SessionHost& host) {
  const auto found = sessions_.find(join.session);
  if (found == sessions_.end())
    co_return co_await refuse(carrier, session::Refusal::Code::UnknownSession,
                              "this session is not known here (any more)");
  const std::shared_ptr<ServerSession> session = found->second;
  const Bytes exporter = carrier.exporter(session::kExporterLabel, session::kExporterSize);
  const session::JoinMac expected = join_mac(session->secret_, session::Role::Client, join.carrier, exporter);
  const Peer peer = peer_of(carrier);
  const bool proved = crypto::constant_time_equal(join.mac, expected) && join.carrier > session->carrier_number_;
  if (!proved || peer.device != session->peer.device || !host.admit(session->peer))
    co_return co_await refuse(carrier, session::Refusal::Code::Denied, "this session is not yours to join");
  session->carrier_number_ = join.carrier;
  if (join.beside) co_return co_await stand_beside(carrier, join, session);
  while (session->carrier_ != nullptr) {  // the old connection is dead and does not know it yet
    session->carrier_->cancel();
    CO_TRY(co_await session->carrier_gone_.wait());
  }
  if (session->mux.closed())
    co_return co_await refuse(carrier, session::Refusal::Code::UnknownSession, "this session is over");
  session->peer.address = peer.address;
  session->peer.network = peer.network;
  session::Joined joined;
  joined.mac = join_mac(session->secret_, session::Role::Gateway, join.carrier, exporter);
  joined.resume = session->mux.session().resume_state();
  CO_TRY(session->mux.session().on_resume_state(join.resume));
  ++joins_;
  CO_TRY(co_await carrier.write_greeting(session::encode_joined(joined)));
  co_return co_await carry(session, carrier);
}

Task<Result<>> TunnelServer::stand_beside(Carrier& carrier, const session::Join& join,
                                          std::shared_ptr<ServerSession> session) {
  const bool first_is_tls = session->present_ != nullptr && session->present_->kind() == CarrierKind::Tls;
  if (!first_is_tls || carrier.kind() != CarrierKind::Tls || session->mux.has_beside())
    co_return co_await refuse(carrier, session::Refusal::Code::Busy, "there is nothing to stand beside");
  session::Joined joined;
  const Bytes exporter = carrier.exporter(session::kExporterLabel, session::kExporterSize);
  joined.mac = join_mac(session->secret_, session::Role::Gateway, join.carrier, exporter);
  CO_TRY(co_await carrier.write_greeting(session::encode_joined(joined)));
  const Result<> end = co_await carrier.carry_beside(session->mux);
  if (!end && (end.error().code == Errc::Cancelled || end.error().code == Errc::Closed)) co_return Result<>();
  co_return end;
}

Task<Result<>> TunnelServer::carry(std::shared_ptr<ServerSession> session, Carrier& carrier) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  runtime::CancelScope scope(*here.scope);
  session->carrier_ = &scope;
  session->connected_ = true;
  parked_.notify_all();
  ++carrying_;
  session->present_ = &carrier;
  const Result<> end = co_await carrier.carry(session->mux, nullptr).in(scope);
  session->present_ = nullptr;
  session->peer.address = carrier.peer();  // it may have moved
  session->connected_ = false;
  --carrying_;
  session->parked_since_ = loop_.now();
  session->carrier_ = nullptr;
  session->carrier_gone_.notify_all();
  parked_.notify_all();
  if (!end && (end.error().code == Errc::Cancelled || end.error().code == Errc::Closed)) co_return Result<>();
  co_return end;
}

Task<Result<>> TunnelServer::run_session(std::shared_ptr<ServerSession> session, SessionHost& host) {
  const Result<> end = co_await host.serve_session(session);
  if (!session->mux.closed()) session->mux.close(end ? Error(Errc::Closed, "done") : Error(end.error()));
  sessions_.erase(session->id_);
  co_return Result<>();
}

// Broken sessions are kept for their grace, within the byte budget.
Task<Result<>> TunnelServer::watch_parked() {
  for (;;) {
    give_up_parked();
    runtime::TimePoint next = runtime::kNever;
    for (const auto& [id, session] : sessions_)
      if (!session->connected_) next = std::min(next, session->parked_since_ + limits_.grace);
    if (next == runtime::kNever) {
      CO_TRY(co_await parked_.wait());
      continue;
    }
    const runtime::Surroundings here = co_await runtime::surroundings();
    (void)co_await runtime::with_timeout(next - loop_.now(), runtime::wait_for(parked_));
    if (here.scope->cancelled()) co_return fail(Errc::Cancelled);
  }
}

// A device has one session at a time: whoever begins another one was killed and knows nothing of the former.
bool TunnelServer::is_replaced(const ServerSession& session) const {
  return session.peer.device && std::any_of(sessions_.begin(), sessions_.end(), [&session](const auto& each) {
           const ServerSession& other = *each.second;
           return other.connected_ && other.number_ > session.number_ && other.peer.device == session.peer.device;
         });
}

// UDP does not tell of a killed client, so that its session would seem connected for minutes.
void TunnelServer::ask_former(const ServerSession& begun) {
  if (!begun.peer.device) return;
  for (const auto& [id, session] : sessions_)
    if (session->connected_ && session->peer.device == begun.peer.device)
      tasks_->spawn("former session", break_unless_heard(session));
}

Task<Result<>> TunnelServer::break_unless_heard(std::shared_ptr<ServerSession> session) {
  const std::shared_ptr<ServerSession> own = std::move(session);
  const std::uint64_t carrier = own->carrier_number_;
  const runtime::TimePoint asked = loop_.now();
  own->mux.ping();
  CO_TRY(co_await runtime::sleep_for(kFormerAnswers));
  const bool same = own->carrier_ != nullptr && own->carrier_number_ == carrier;
  if (same && own->mux.last_heard() <= asked) own->carrier_->cancel();
  co_return Result<>();
}

void TunnelServer::give_up_parked() {
  std::multimap<runtime::TimePoint, ServerSession*> parked;
  std::size_t bytes = 0;
  for (auto& [id, session] : sessions_) {
    if (session->connected_ || session->mux.closed()) continue;
    if (is_replaced(*session)) {
      session->mux.close(Error(Errc::Closed, "the device has begun another session"));
      continue;
    }
    parked.emplace(session->parked_since_, session.get());
    bytes += session->mux.session().buffered_bytes();
  }
  for (auto& [since, session] : parked) {
    const bool too_old = loop_.now() - since >= limits_.grace;
    if (!too_old && bytes <= limits_.parked_bytes) break;
    bytes -= std::min(bytes, session->mux.session().buffered_bytes());
    session->mux.close(
        Error(Errc::Timeout, too_old ? "away for longer than the grace period" : "given up for want of memory"));
  }
}

std::size_t TunnelServer::end_sessions_of(const crypto::Digest& device, const std::string& reason) {
  std::size_t ended = 0;
  for (auto& [id, session] : sessions_) {
    if (session->peer.device != device || session->mux.closed()) continue;
    session->mux.close(Error(Errc::Denied, reason));
    ++ended;
  }
  return ended;
}

}  // namespace booster::carrier
