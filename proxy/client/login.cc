// Login: the request goes out, the mail streams right behind it; what the gateway answers decides how it goes on.
#include "booster/crypto/random.h"
#include "booster/runtime/timer.h"
#include "proxy/client/account_engine.h"

namespace proxy::client {

namespace runtime = booster::runtime;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr auto kFirstRetry = seconds(2);      // a worker that starts, a mail server that restarts
constexpr auto kLongestRetry = minutes(5);    // a server that is down for hours is asked 12 times an hour
constexpr auto kHopelessRetry = minutes(15);  // no connector, device not enrolled: only a person changes that

}  // namespace

AccountEngine::AccountEngine(runtime::Loop& loop, AccountStore& store, Credentials& credentials, events::Events& events,
                             EngineOptions options)
    : loop_(loop),
      store_(store),
      credentials_(credentials),
      events_(events),
      options_(std::move(options)),
      feed_(loop, store, bodies_, events, options_.address),
      bodies_(loop, store, events, carried_, options_.address),
      upward_(loop, store, events, carried_, options_.address, [this] { return link_up(); }) {}

Task<Result<>> AccountEngine::run_session(SessionLink& link) {
  failures_ = 0;
  Result<> going;
  while (going) {
    const Result<Outcome> outcome = co_await log_in(link);
    if (!outcome) {
      going = tl::unexpected(outcome.error());
    } else if (*outcome == Outcome::Refused) {
      going = co_await wait_for_password();
    } else if (*outcome == Outcome::LoggedOff) {
      going = co_await wait_for_log_on();
    } else {
      going = co_await back_off();
    }
  }
  if (state_ != LoginState::LoggedOff && state_ != LoginState::Refused && state_ != LoginState::NoPassword)
    set_state(LoginState::Offline, text_);
  co_return going;
}

// One login, from the request until it is over.
Task<Result<AccountEngine::Outcome>> AccountEngine::log_in(SessionLink& link) {
  if (wants_off_) co_return Outcome::LoggedOff;
  tried_ = passwords_;
  outcome_.reset();
  agent_here_ = true;
  hopeless_ = false;
  set_state(LoginState::Asking);
  Result<std::optional<booster::crypto::Secret>> password = co_await credentials_.password();
  if (!password && password.error().code == Errc::Cancelled) co_return tl::unexpected(password.error());
  if (!password) {
    ++failures_;
    set_state(LoginState::Retrying, "the stored password cannot be read: " + password.error().what);
    co_return Outcome::Again;
  }
  had_password_ = password->has_value();
  sync::LoginRequest request;
  request.account = options_.account;
  request.address = options_.address;
  request.user = options_.user;
  request.device = options_.device;
  if (had_password_) request.password.assign((**password).reveal().begin(), (**password).reveal().end());
  const sync::ControlMessage message = std::move(request);
  const Result<> sent = co_await link.send(message);
  if (!sent) co_return tl::unexpected(sent.error());
  co_return co_await live(link);
}

// The streams are opened without waiting for the answer: the gateway holds them until the login's fate is known. They
// end with the login, and while its agent is lost.
Task<Result<AccountEngine::Outcome>> AccountEngine::live(SessionLink& link) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  Result<> going;
  while (going && !outcome_) {
    runtime::TaskScope streams(loop_, *here.scope, [](const std::string&, const Error&) {});
    const bool agent_here = agent_here_;
    if (agent_here) {
      streams.spawn("sync stream", keep(link, Story::Feed));
      streams.spawn("bodies stream", keep(link, Story::Bodies));
      streams.spawn("fetch streams", keep(link, Story::Fetches));
      streams.spawn("operations stream", keep(link, Story::Upward));
    }
    going = co_await follow_control(agent_here);
    streams.cancel();
    co_await streams.join();
  }
  if (!going) co_return tl::unexpected(going.error());
  if (*outcome_ == Outcome::LoggedOff) CO_TRY(co_await leave(link));
  co_return *outcome_;
}

// Until the login is over, or the agent comes or goes.
Task<Result<>> AccountEngine::follow_control(bool agent_here) {
  for (;;) {
    if (wants_off_ && !outcome_) outcome_ = Outcome::LoggedOff;
    if (passwords_ != tried_ && !outcome_) outcome_ = Outcome::Again;  // a person gave another: tried at once
    if (outcome_ || agent_here_ != agent_here) co_return Result<>();
    CO_TRY(co_await changed_.past(changed_.count()));
  }
}

void AccountEngine::on_control(const sync::ControlMessage& message) {
  if (const auto* result = std::get_if<sync::LoginResult>(&message)) {
    on_result(*result);
  } else if (const auto* lost = std::get_if<sync::AgentLost>(&message)) {
    agent_here_ = false;
    set_state(LoginState::AgentLost, lost->text);
  } else if (std::holds_alternative<sync::AgentReady>(message)) {
    agent_here_ = true;
    set_state(LoginState::Ongoing);
  }
  changed_.raise();
}

void AccountEngine::on_result(const sync::LoginResult& result) {
  using Code = sync::LoginResult::Code;
  if (!result.server.empty()) server_ = result.server;
  if (result.submission_size != 0) submission_size_ = result.submission_size;
  switch (result.code) {
    case Code::Ok:
      failures_ = 0;
      agent_here_ = true;
      set_state(LoginState::Ongoing, result.text);
      return;
    case Code::Waiting:
      set_state(LoginState::WaitingForAgent, result.text);
      return;
    case Code::Refused:
      outcome_ = Outcome::Refused;
      set_state(had_password_ ? LoginState::Refused : LoginState::NoPassword, result.text);
      events_.notice(options_.address, "The mail server refused the password: " + result.text, true);
      return;
    default:
      ++failures_;
      hopeless_ = result.code == Code::NoService;
      outcome_ = Outcome::Again;
      set_state(LoginState::Retrying, result.text);
  }
}

Task<Result<>> AccountEngine::wait_for_password() {
  while (passwords_ == tried_ && !wants_off_) CO_TRY(co_await changed_.past(changed_.count()));
  co_return Result<>();
}

// Sat out unless a person comes with something new.
Task<Result<>> AccountEngine::back_off() {
  const auto grown = kFirstRetry * (1 << std::min(std::max(failures_ - 1, 0), 10));
  const runtime::Duration base =
      hopeless_ ? runtime::Duration(kHopelessRetry) : std::min<runtime::Duration>(grown, kLongestRetry);
  const runtime::Duration jittered = base / 2 + base * static_cast<int>(booster::crypto::random_below(512)) / 1024;
  const runtime::Surroundings here = co_await runtime::surroundings();
  (void)co_await runtime::with_timeout(jittered, wait_for_password());
  if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "login");
  co_return Result<>();
}

void AccountEngine::password_changed() {
  ++passwords_;
  changed_.raise();
}

bool AccountEngine::link_up() const {
  return !options_.link_up || options_.link_up();
}

void AccountEngine::set_state(LoginState state, std::string text) {
  if (state == state_ && text == text_) return;
  state_ = state;
  text_ = std::move(text);
  changed_.raise();
  events_.status_changed(options_.address);
}

}  // namespace proxy::client
