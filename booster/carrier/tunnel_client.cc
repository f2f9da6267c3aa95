#include "booster/carrier/tunnel_client.h"

#include "booster/carrier/handshake.h"
#include "booster/crypto/random.h"
#include "booster/net/socket_options.h"
#include "booster/net/tcp.h"
#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"

namespace booster::carrier {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kDialLimit = seconds(30);       // three lost SYNs on a GEO link, then another address
constexpr auto kHandshakeLimit = seconds(30);  // a Join with full state at 20 kbit/s takes 25 s
constexpr auto kFirstBackoff = milliseconds(250);
constexpr auto kLongestBackoff =
    seconds(30);  // a link that is back is used within half a minute even without a network event
constexpr auto kLongestRefused = std::chrono::minutes(10);  // a refused try costs some 5 kB, and only people can help
constexpr auto kSettled = seconds(10);                      // a session that ends sooner is no success

// Reads as the wire does, behind the gateway's answer to our Hello, so that our frames need not wait for it.
class AnswerFirst final : public net::Stream {
 public:
  AnswerFirst(net::Stream& wire, std::function<Result<>(ByteView)> on_answer)
      : wire_(wire), on_answer_(std::move(on_answer)) {}
  Task<Result<std::size_t>> read(std::span<std::byte> into) override {
    if (!answered_) {
      CO_TRY_ASSIGN(Received answer, co_await read_handshake(wire_, session::kMaxHandshake));
      answered_ = true;
      CO_TRY(on_answer_(answer.chain));
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
  std::function<Result<>(ByteView)> on_answer_;
  bool answered_ = false;
  Bytes early_;
};

}  // namespace

Task<Result<std::unique_ptr<tls::TlsStream>>> TcpDialer::dial() {
  CO_TRY_ASSIGN(net::StreamPtr wire, co_await net::dial(host_, port_, kDialLimit));
  congestion_ = net::tune_tunnel_socket(*wire).congestion;
  co_return co_await runtime::with_timeout(kHandshakeLimit, tls::TlsStream::connect(context_, std::move(wire), host_));
}

std::optional<runtime::TimePoint> TunnelClient::last_contact() const {
  if (mux_ != nullptr && state_ == LinkState::Up) return mux_->last_heard();
  return last_contact_;
}

void TunnelClient::set_state(LinkState state) {
  if (state == state_) return;
  if (state_ == LinkState::Up && mux_ != nullptr) last_contact_ = mux_->last_heard();
  state_ = state;
  changed_.notify_all();
}

void TunnelClient::retry_now() {
  retry_now_ = true;
  failures_ = 0;
  vain_sessions_ = 0;
  wake_.notify_all();
}

Task<Result<>> TunnelClient::run(SessionUser& user) {
  for (;;) {
    const Error end = co_await run_session(user);
    if (end.code == Errc::Cancelled) co_return tl::unexpected(end);
    const bool refused = end.code == Errc::Denied || end.code == Errc::Unsupported;
    if (begun_ && loop_.now() - begun_at_ >= kSettled) {
      vain_sessions_ = 0;
    } else {
      const runtime::Duration longest = refused ? runtime::Duration(kLongestRefused) : kLongestBackoff;
      CO_TRY(co_await back_off(vain_sessions_, longest));
    }
  }
}

// One session from its Hello to its end; why it ended. Cancelled: so are we.
Task<Error> TunnelClient::run_session(SessionUser& user) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  begun_ = false;
  carrier_number_ = 0;
  mux_ = std::make_unique<Mux>(loop_, session::Role::Client, options_.limits);
  ++sessions_;
  changed_.notify_all();
  auto ignore = [](const std::string&, const Error&) {};  // its end follows from the session's
  runtime::TaskScope using_it(loop_, *here.scope, ignore);
  using_it.spawn("session user", user.use_session(*mux_));
  Error end = co_await keep_carried();
  // What the gateway, or we, said at the end tells more than that the connection closed behind it.
  if (begun_ && mux_->closed()) end = *mux_->closed();
  if (!mux_->closed()) mux_->close(Error(Errc::Closed, end.what));
  if (here.scope->cancelled()) end = Error(Errc::Cancelled, "tunnel");
  if (end.code != Errc::Cancelled) last_error_ = end;
  using_it.cancel();
  co_await using_it.join();
  set_state(LinkState::Down);
  mux_.reset();
  changed_.notify_all();
  co_return end;
}

// Connection after connection under the same session, until the session is over.
Task<Error> TunnelClient::keep_carried() {
  const runtime::Surroundings here = co_await runtime::surroundings();
  for (;;) {
    bool session_lost = false;
    set_state(LinkState::Connecting);
    const Result<> end = co_await connect_once(session_lost);
    set_state(LinkState::Down);
    const Error why = end ? Error(Errc::Closed, "the connection closed") : end.error();
    if (here.scope->cancelled() || session_lost || mux_->closed()) co_return why;
    last_error_ = why;
    const Result<> waited = co_await back_off(failures_, kLongestBackoff);
    if (!waited) co_return waited.error();
    // Closed before the gateway ever heard of it: it must not be made to begin it now.
    if (!begun_ && mux_->closed()) co_return *mux_->closed();
  }
}

Task<Result<>> TunnelClient::connect_once(bool& session_lost) {
  CO_TRY_ASSIGN(const std::unique_ptr<tls::TlsStream> wire, co_await dialer_.dial());
  if (!begun_) co_return co_await begin(*wire);
  co_return co_await join(*wire, session_lost);
}

Task<Result<>> TunnelClient::begin(tls::TlsStream& wire) {
  session::Hello hello;
  hello.agent = options_.agent;
  hello.device = options_.device;
  CO_TRY(co_await write_handshake(wire, session::encode_hello(hello)));
  auto on_answer = [this](ByteView chain) -> Result<> {
    TRY_ASSIGN(const auto reply, session::decode_hello_reply(chain));
    if (const auto* refusal = std::get_if<session::Refusal>(&reply)) return tl::unexpected(session::to_error(*refusal));
    const auto& welcome = std::get<session::Welcome>(reply);
    session_id_ = welcome.session;
    secret_ = welcome.secret;
    gateway_agent_ = welcome.agent;
    begun_ = true;
    begun_at_ = loop_.now();
    failures_ = 0;
    last_error_.reset();
    set_state(LinkState::Up);
    return {};
  };
  AnswerFirst behind(wire, on_answer);
  const Result<> end = co_await mux_->carry(behind);
  // What was sent behind an unanswered Hello cannot be joined: the session is given up and its streams begin anew.
  if (!begun_ && !mux_->closed()) mux_->close(Error(Errc::Unreachable, "the gateway did not answer"));
  co_return end;
}

Task<Result<>> TunnelClient::join(tls::TlsStream& wire, bool& session_lost) {
  const Bytes exporter = wire.exporter(session::kExporterLabel, {}, session::kExporterSize);
  session::Join join;
  join.session = session_id_;
  join.carrier = ++carrier_number_;
  join.mac = join_mac(secret_, session::Role::Client, join.carrier, exporter);
  join.resume = mux_->session().resume_state();
  CO_TRY(co_await runtime::with_timeout(kHandshakeLimit, write_handshake(wire, session::encode_join(join))));
  CO_TRY_ASSIGN(Received answer,
                co_await runtime::with_timeout(kHandshakeLimit, read_handshake(wire, session::kMaxJoin)));
  CO_TRY_ASSIGN(const auto reply, session::decode_join_reply(answer.chain));
  if (const auto* refusal = std::get_if<session::Refusal>(&reply)) {
    session_lost =
        refusal->code == session::Refusal::Code::UnknownSession || refusal->code == session::Refusal::Code::Denied;
    co_return tl::unexpected(session::to_error(*refusal));
  }
  const auto& joined = std::get<session::Joined>(reply);
  const session::JoinMac expected = join_mac(secret_, session::Role::Gateway, join.carrier, exporter);
  if (!crypto::constant_time_equal(joined.mac, expected))
    co_return fail(Errc::Denied, "join: the gateway does not hold the session's secret");
  CO_TRY(mux_->session().on_resume_state(joined.resume));
  ++joins_;
  failures_ = 0;
  last_error_.reset();
  set_state(LinkState::Up);
  co_return co_await mux_->carry(wire, std::move(answer.early));
}

Task<Result<>> TunnelClient::back_off(int& failures, runtime::Duration longest) {
  if (!std::exchange(retry_now_, false)) {
    const auto base = std::min<runtime::Duration>(kFirstBackoff * (1 << std::min(failures, 16)), longest);
    ++failures;
    const auto jittered = base / 2 + base * static_cast<int>(crypto::random_below(512)) / 1024;
    const runtime::Surroundings here = co_await runtime::surroundings();
    (void)co_await runtime::with_timeout(jittered, runtime::wait_for(wake_));
    if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "tunnel");
    retry_now_ = false;
  }
  co_return Result<>();
}

}  // namespace booster::carrier
