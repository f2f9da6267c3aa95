#include "booster/carrier/tunnel_server.h"

#include "booster/carrier/handshake.h"
#include "booster/crypto/random.h"
#include "booster/net/socket_options.h"
#include "booster/runtime/timer.h"

namespace booster::carrier {
namespace {

constexpr auto kRefusalLimit = std::chrono::seconds(10);

}  // namespace

Task<Result<>> TunnelServer::serve(std::vector<net::Listener*> listeners, SessionHost& host) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  auto on_error = [this](const std::string& task, const Error& error) { note(task + ": " + codec::to_string(error)); };
  runtime::TaskScope tasks(loop_, *here.scope, on_error);
  runtime::TaskScope doors(loop_, *here.scope, on_error);
  tasks_ = &tasks;
  tasks.spawn("parked sessions", watch_parked());
  for (net::Listener* listener : listeners) doors.spawn("listener", accept_each(*listener, host));
  co_await doors.join();
  for (auto& [id, session] : sessions_) session->mux.close(Error(Errc::Closed, "the gateway is going down"));
  tasks.cancel();
  co_await tasks.join();
  tasks_ = nullptr;
  sessions_.clear();
  if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "tunnel server");
  co_return fail(Errc::Closed, "tunnel server: no listener is left");
}

Task<Result<>> TunnelServer::accept_each(net::Listener& listener, SessionHost& host) {
  for (;;) {
    CO_TRY_ASSIGN(net::StreamPtr wire, co_await listener.accept());
    if (handshakes_ >= limits_.handshakes) continue;  // dropped: the client backs off and tries again
    tasks_->spawn("connection", run_connection(std::move(wire), host));
  }
}

Task<Result<>> TunnelServer::run_connection(std::unique_ptr<net::Stream> wire, SessionHost& host) {
  const std::string address = wire->peer();
  net::tune_tunnel_socket(*wire);
  std::unique_ptr<tls::TlsStream> secured;
  Bytes chain;
  Bytes early;
  ++handshakes_;
  const Result<> first =
      co_await runtime::with_timeout(limits_.handshake, first_message(std::move(wire), secured, chain, early));
  --handshakes_;
  if (!first) co_return Result<>(first).context("from " + address);
  const auto message = session::decode_first(chain);
  if (!message) co_return tl::unexpected(Error(message.error()).context("from " + address));
  if (const auto* hello = std::get_if<session::Hello>(&*message))
    co_return co_await begin(*secured, *hello, std::move(early), host);
  co_return co_await join(*secured, std::get<session::Join>(*message), std::move(early), host);
}

Task<Result<>> TunnelServer::first_message(std::unique_ptr<net::Stream> wire, std::unique_ptr<tls::TlsStream>& secured,
                                           Bytes& chain, Bytes& early) {
  CO_TRY_ASSIGN(secured, co_await tls::TlsStream::accept(context_, std::move(wire)));
  CO_TRY_ASSIGN(Received first, co_await read_handshake(*secured, session::kMaxJoin));
  chain = std::move(first.chain);
  early = std::move(first.early);
  co_return Result<>();
}

Peer TunnelServer::peer_of(tls::TlsStream& wire) const {
  Peer peer;
  if (const std::optional<crypto::Certificate> shown = wire.peer_certificate()) peer.device = shown->pin();
  peer.address = wire.peer();
  const Result<net::Address> address = net::Address::ip(peer.address, 0);
  peer.network = address ? address->network() : peer.address;
  return peer;
}

Task<Result<>> TunnelServer::refuse(tls::TlsStream& wire, session::Refusal::Code code, std::string text) {
  session::Refusal refusal;
  refusal.code = code;
  refusal.text = text;
  (void)co_await runtime::with_timeout(kRefusalLimit, write_handshake(wire, session::encode_refusal(refusal)));
  (void)co_await runtime::with_timeout(kRefusalLimit, wire.finish());
  // What the client sent behind its Hello is read away: closing on unread bytes would be a TCP reset that can overtake
  // the refusal.
  Bytes rest(16 * 1024);
  for (int i = 0; i < 64; ++i) {
    const Result<std::size_t> count = co_await runtime::with_timeout(kRefusalLimit, wire.read(rest));
    if (!count || *count == 0) break;
  }
  co_return fail(Errc::Denied, "refused " + wire.peer() + ": " + text);
}

Task<Result<>> TunnelServer::begin(tls::TlsStream& wire, const session::Hello& hello, Bytes early, SessionHost& host) {
  const auto agreed = session::negotiate({}, session::kFeatures, hello.versions, hello.features);
  if (!agreed) co_return co_await refuse(wire, session::Refusal::Code::Version, agreed.error().what);
  if (sessions_.size() >= limits_.sessions) give_up_parked();
  if (sessions_.size() >= limits_.sessions)
    co_return co_await refuse(wire, session::Refusal::Code::Busy, "too many sessions");
  Peer peer = peer_of(wire);
  peer.device_name = hello.device;
  peer.agent = hello.agent;
  const Result<> admitted = host.admit(peer);
  if (!admitted) co_return co_await refuse(wire, session::Refusal::Code::Denied, admitted.error().what);

  auto session = std::make_shared<ServerSession>(loop_, limits_.session);
  session->id_ = crypto::random_array<16>();
  session->secret_ = crypto::random_array<32>();
  session->peer = std::move(peer);
  session->parked_since_ = loop_.now();
  sessions_.emplace(session->id_, session);
  tasks_->spawn("session", run_session(session, host));

  session::Welcome welcome;
  welcome.version = agreed->version;
  welcome.features = agreed->features;
  welcome.agent = agent_;
  welcome.session = session->id_;
  welcome.secret = session->secret_;
  CO_TRY(co_await write_handshake(wire, session::encode_welcome(welcome)));
  co_return co_await carry(std::move(session), wire, std::move(early));
}

Task<Result<>> TunnelServer::join(tls::TlsStream& wire, const session::Join& join, Bytes early, SessionHost& host) {
  const auto found = sessions_.find(join.session);
  if (found == sessions_.end())
    co_return co_await refuse(wire, session::Refusal::Code::UnknownSession,
                              "this session is not known here (any more)");
  const std::shared_ptr<ServerSession> session = found->second;
  const Bytes exporter = wire.exporter(session::kExporterLabel, {}, session::kExporterSize);
  const session::JoinMac expected = join_mac(session->secret_, session::Role::Client, join.carrier, exporter);
  const Peer peer = peer_of(wire);
  const bool proved = crypto::constant_time_equal(join.mac, expected) && join.carrier > session->carrier_number_;
  if (!proved || peer.device != session->peer.device || !host.admit(session->peer))
    co_return co_await refuse(wire, session::Refusal::Code::Denied, "this session is not yours to join");
  session->carrier_number_ = join.carrier;
  while (session->carrier_ != nullptr) {  // the old connection is dead and does not know it yet
    session->carrier_->cancel();
    CO_TRY(co_await session->carrier_gone_.wait());
  }
  if (session->mux.closed())
    co_return co_await refuse(wire, session::Refusal::Code::UnknownSession, "this session is over");
  session->peer.address = peer.address;
  session->peer.network = peer.network;
  session::Joined joined;
  joined.mac = join_mac(session->secret_, session::Role::Gateway, join.carrier, exporter);
  joined.resume = session->mux.session().resume_state();
  CO_TRY(session->mux.session().on_resume_state(join.resume));
  ++joins_;
  CO_TRY(co_await write_handshake(wire, session::encode_joined(joined)));
  co_return co_await carry(session, wire, std::move(early));
}

Task<Result<>> TunnelServer::carry(std::shared_ptr<ServerSession> session, tls::TlsStream& wire, Bytes early) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  runtime::CancelScope scope(*here.scope);
  session->carrier_ = &scope;
  session->connected_ = true;
  const Result<> end = co_await session->mux.carry(wire, std::move(early)).in(scope);
  session->connected_ = false;
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

void TunnelServer::give_up_parked() {
  std::multimap<runtime::TimePoint, ServerSession*> parked;
  std::size_t bytes = 0;
  for (auto& [id, session] : sessions_) {
    if (session->connected_ || session->mux.closed()) continue;
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
