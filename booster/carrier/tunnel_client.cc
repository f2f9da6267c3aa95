#include "booster/carrier/tunnel_client.h"

#include "booster/carrier/handshake.h"
#include "booster/crypto/random.h"
#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"

namespace booster::carrier {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The answer to a Join, from what the handshake before it took: that was one round trip with about kFlight octets.
constexpr auto kLongestJoin = seconds(30);  // with full state at 20 kbit/s it takes 25 s
constexpr auto kShortestJoin = seconds(2);  // a gateway that is busy, one lost packet and its repetition
constexpr int kJoinRoundTrips = 4;
constexpr std::size_t kFlight = 2048;
constexpr auto kLongPath = milliseconds(200);
constexpr auto kSecondAgain = seconds(30);
constexpr auto kFirstBackoff = milliseconds(250);
constexpr auto kLongestBackoff =
    seconds(30);  // a link that is back is used within half a minute even without a network event
constexpr auto kLongestRefused = std::chrono::minutes(10);  // a refused try costs some 5 kB, and only people can help
constexpr auto kSettled = seconds(10);                      // a session that ends sooner is no success

}  // namespace

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

void TunnelClient::network_changed() {
  if (present_ != nullptr) present_->network_changed();
  retry_now();
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
  if (begun_ || end.code == Errc::Cancelled) next_.reset();  // dialled for this session
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
    if (next_ != nullptr) continue;  // not a failure: the session moves
    last_error_ = why;
    const Result<> waited = co_await back_off(failures_, kLongestBackoff);
    if (!waited) co_return waited.error();
    // Closed before the gateway ever heard of it: it must not be made to begin it now.
    if (!begun_ && mux_->closed()) co_return *mux_->closed();
  }
}

Task<Result<>> TunnelClient::connect_once(bool& session_lost) {
  std::unique_ptr<Carrier> carrier = std::move(next_);
  if (carrier == nullptr && std::exchange(udp_swallowed_, false)) {
    Result<std::unique_ptr<Carrier>> other = co_await dialer_.dial_other(CarrierKind::Udp);
    if (!other && other.error().code == Errc::Cancelled) co_return tl::unexpected(other.error());
    if (other) carrier = std::move(*other);
  }
  if (carrier == nullptr) {
    CO_TRY_ASSIGN(carrier, co_await dialer_.dial());
  }
  if (!begun_) co_return co_await begin(*carrier);
  co_return co_await join(*carrier, session_lost);
}

// Carries, and looks for another carrier when this one gives reason to.
Task<Result<>> TunnelClient::carry(Carrier& carrier, Carrier::OnAnswer on_answer) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  runtime::CancelScope carrying(*here.scope);
  auto ignore = [](const std::string&, const Error&) {};
  runtime::TaskScope beside(loop_, *here.scope, ignore);
  present_ = &carrier;
  beside.spawn("other carrier", seek_other(carrier, carrying));
  beside.spawn("second carrier", keep_second(carrier));
  Task<Result<>> task = carrier.carry(*mux_, std::move(on_answer));
  const Result<> end = co_await std::move(task).in(carrying);
  present_ = nullptr;
  beside.cancel();
  co_await beside.join();
  co_return end;
}

Task<Result<>> TunnelClient::seek_other(Carrier& carrier, runtime::CancelScope& carrying) {
  for (;;) {
    CO_TRY(co_await carrier.doubted());
    Result<std::unique_ptr<Carrier>> other = co_await dialer_.dial_other(carrier.kind());
    if (!other && other.error().code == Errc::Cancelled) co_return tl::unexpected(other.error());
    // UDP is worth moving to; anything else only while UDP is silent.
    // A session whose Hello is unanswered cannot join there: then the next one begins on it.
    const bool wanted = other && ((begun_ && (*other)->kind() == CarrierKind::Udp) || carrier.silent());
    if (!wanted) continue;
    next_ = std::move(*other);
    carrying.cancel();
    co_return Result<>();
  }
}

// Over a long path one TCP connection is slow to find its rate and to recover from a loss; two are less so.
Task<Result<>> TunnelClient::keep_second(const Carrier& first) {
  const std::optional<runtime::Duration> round_trip = first.handshake_round_trip();
  if (first.kind() != CarrierKind::Tls || !round_trip || *round_trip <= kLongPath) co_return Result<>();
  while (!begun_) CO_TRY(co_await changed_.wait());
  for (;;) {
    CO_TRY(co_await mux_->until_transfer());
    Result<std::unique_ptr<Carrier>> second = co_await dialer_.dial_beside();
    if (!second && (second.error().code == Errc::Cancelled || second.error().code == Errc::Unsupported))
      co_return tl::unexpected(second.error());
    Result<> end;
    if (second) {
      end = co_await carry_second(**second);
    } else {
      end = tl::unexpected(second.error());
    }
    if (end.error().code == Errc::Cancelled) co_return end;
    if (end.error().code != Errc::Closed) CO_TRY(co_await runtime::sleep_for(kSecondAgain));
  }
}

Task<Result<>> TunnelClient::carry_second(Carrier& carrier) {
  Refused refused;
  CO_TRY(co_await ask_to_join(carrier, true, refused));
  ++second_carriers_;
  co_return co_await carrier.carry_beside(*mux_);
}

Task<Result<>> TunnelClient::begin(Carrier& carrier) {
  session::Hello hello;
  hello.agent = options_.agent;
  hello.device = options_.device;
  CO_TRY(co_await carrier.write_greeting(session::encode_hello(hello)));
  Carrier::OnAnswer on_answer = [this](ByteView chain) -> Result<> {
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
  const Result<> end = co_await carry(carrier, std::move(on_answer));
  // What was sent behind an unanswered Hello cannot be joined: the session is given up and its streams begin anew.
  const Error unanswered(Errc::Unreachable, "the gateway did not answer");
  if (!begun_ && !mux_->closed()) mux_->close(unanswered);
  if (!begun_ && next_ != nullptr) co_return tl::unexpected(unanswered);  // given up by us, which is no cancellation
  co_return end;
}

// Ever longer from loss to loss: a link may have become slower than its handshake was.
runtime::Duration TunnelClient::join_limit(const Carrier& carrier, std::size_t octets) const {
  const std::optional<runtime::Duration> round_trip = carrier.handshake_round_trip();
  if (!round_trip) return kLongestJoin;
  const auto flights = static_cast<std::int64_t>(2 * octets / kFlight);  // the gateway's state is about as long
  const runtime::Duration expected =
      std::min<runtime::Duration>(*round_trip, kLongestJoin) * (kJoinRoundTrips + flights);
  const runtime::Duration wanted =
      std::max<runtime::Duration>(expected, kShortestJoin) * (1 << std::min(lost_joins_, 4));
  return std::min<runtime::Duration>(wanted, kLongestJoin);
}

namespace {

Task<Result<Bytes>> exchange_greetings(Carrier& carrier, Bytes chain) {
  CO_TRY(co_await carrier.write_greeting(std::move(chain)));
  co_return co_await carrier.read_greeting(session::kMaxJoin);
}

}  // namespace

// The answer is that of the gateway that holds the session's secret.   Errors  also the refusal's; `refused` says so
Task<Result<session::Joined>> TunnelClient::ask_to_join(Carrier& carrier, bool beside, Refused& refused) {
  const Bytes exporter = carrier.exporter(session::kExporterLabel, session::kExporterSize);
  session::Join join;
  join.session = session_id_;
  join.carrier = ++carrier_number_;
  join.mac = join_mac(secret_, session::Role::Client, join.carrier, exporter);
  join.beside = beside;
  if (!beside) join.resume = mux_->session().resume_state();
  Bytes chain = session::encode_join(join);
  const runtime::Duration limit = join_limit(carrier, chain.size());
  CO_TRY_ASSIGN(const Bytes answer,
                co_await runtime::with_timeout(limit, exchange_greetings(carrier, std::move(chain))));
  CO_TRY_ASSIGN(auto reply, session::decode_join_reply(answer));
  if (const auto* refusal = std::get_if<session::Refusal>(&reply)) {
    refused = refusal->code;
    co_return tl::unexpected(session::to_error(*refusal));
  }
  const session::JoinMac expected = join_mac(secret_, session::Role::Gateway, join.carrier, exporter);
  if (!crypto::constant_time_equal(std::get<session::Joined>(reply).mac, expected))
    co_return fail(Errc::Denied, "the gateway does not hold the session's secret");
  co_return std::get<session::Joined>(std::move(reply));
}

Task<Result<>> TunnelClient::join(Carrier& carrier, bool& session_lost) {
  Refused refused;
  const Result<session::Joined> joined = co_await ask_to_join(carrier, false, refused);
  if (!joined) {
    const bool swallowed = joined.error().code == Errc::Timeout;
    if (swallowed) ++lost_joins_;
    udp_swallowed_ = swallowed && carrier.kind() == CarrierKind::Udp;
    session_lost = refused == session::Refusal::Code::UnknownSession || refused == session::Refusal::Code::Denied;
    co_return tl::unexpected(Error(joined.error()).context("join"));
  }
  CO_TRY(mux_->session().on_resume_state(joined->resume));
  ++joins_;
  lost_joins_ = 0;
  failures_ = 0;
  last_error_.reset();
  set_state(LinkState::Up);
  co_return co_await carry(carrier, nullptr);
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
