// On-going: each of the account's streams is kept for as long as the login lives; one that breaks is opened anew
// without disturbing the others.
#include "booster/crypto/random.h"
#include "booster/runtime/timer.h"
#include "proxy/client/account_engine.h"

namespace proxy::client {

namespace runtime = booster::runtime;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr auto kFirstReopen = milliseconds(250);  // a race between a reset and the message that explains it
constexpr auto kLongestReopen = seconds(60);      // disk full, an agent that does not get on with a mailbox
constexpr auto kLivedWell = seconds(30);          // a stream this old did not fail at its first step

}  // namespace

Task<Result<>> AccountEngine::keep(SessionLink& link, Story story) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  for (int failures = 0;;) {
    const runtime::TimePoint began = loop_.now();
    const Result<> end = co_await tell(link, story);
    if (here.scope->cancelled() || link.mux().closed()) co_return end;
    if (loop_.now() - began >= kLivedWell) failures = 0;
    // What is wrong here, a person should know; a stream that the gateway ended explains itself on the control stream.
    if (!end && end.error().code != Errc::Closed && end.error().what != last_trouble_) {
      last_trouble_ = end.error().what;
      events_.notice(options_.address, "Synchronising was interrupted: " + to_string(end.error()), true);
    }
    const auto base = std::min<runtime::Duration>(kFirstReopen * (1 << std::min(failures++, 8)), kLongestReopen);
    CO_TRY(co_await runtime::sleep_for(base / 2 + base * static_cast<int>(booster::crypto::random_below(512)) / 512));
  }
}

Task<Result<>> AccountEngine::tell(SessionLink& link, Story story) {
  switch (story) {
    case Story::Feed:
      return feed_.serve(link, options_.account);
    case Story::Bodies:
      return bodies_.serve_policy(link, options_.account);
    case Story::Fetches:
      return bodies_.serve_fetches(link, options_.account);
    case Story::Upward:
      break;
  }
  return upward_.serve(link, options_.account);
}

Task<Result<std::shared_ptr<Fetching>>> AccountEngine::fetch_now(MailboxId mailbox, LocalUid uid) {
  if (!link_up()) co_return fail(Errc::Unreachable, "off-line");
  co_return co_await bodies_.fetch_now(mailbox, uid);
}

LoginState AccountEngine::login_state() const {
  const bool of_person =
      state_ == LoginState::Refused || state_ == LoginState::NoPassword || state_ == LoginState::LoggedOff;
  return of_person || link_up() ? state_ : LoginState::Offline;
}

Task<Result<AccountStatus>> AccountEngine::status() {
  AccountStatus status;
  status.address = options_.address;
  status.login = login_state();
  status.text = text_;
  status.server = server_;
  status.submission_size = submission_size_;
  status.last_contact = feed_.last_contact();
  status.confirmed = feed_.confirmed();
  status.confirmed_as_of = feed_.confirmed_as_of();
  status.caught_up = feed_.caught_up();
  status.arrived_unasked = bodies_.arrived_unasked();
  Traffic traffic = feed_.traffic();
  traffic += bodies_.traffic();
  traffic += upward_.traffic();
  status.raw_received = traffic.raw_received;
  status.coded_received = traffic.coded_received;
  status.mixed_received = traffic.mixed_received;
  status.referred = traffic.referred;
  status.not_here = traffic.not_here;
  status.awaited = traffic.awaited;
  status.passed_over = traffic.passed_over;
  status.raw_sent = traffic.raw_sent;
  status.coded_sent = traffic.coded_sent;
  bodies_.update_carried();
  status.carried_down = carried_.down();
  status.carried_up = carried_.up();
  status.last_carried.assign(carried_.last().begin(), carried_.last().end());
  CO_TRY_ASSIGN(status.progress, co_await store_.progress());
  CO_TRY_ASSIGN(status.queue, co_await store_.queue_counts());
  co_return status;
}

std::string_view to_string(LoginState state) {
  switch (state) {
    case LoginState::Offline:
      return "off-line";
    case LoginState::NoPassword:
      return "no password";
    case LoginState::Asking:
      return "logging in";
    case LoginState::WaitingForAgent:
      return "waiting for a free agent";
    case LoginState::Ongoing:
      return "logged in";
    case LoginState::AgentLost:
      return "agent lost";
    case LoginState::Refused:
      return "password refused";
    case LoginState::Retrying:
      return "retrying";
    case LoginState::LoggedOff:
      break;
  }
  return "logged off";
}

}  // namespace proxy::client
