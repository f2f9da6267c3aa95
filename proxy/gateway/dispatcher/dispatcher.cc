// Logins; what becomes of agents afterwards is in recovery.cc.
#include "proxy/gateway/dispatcher/dispatcher.h"

#include "booster/runtime/timer.h"

namespace proxy::gateway::dispatcher {
namespace {

namespace runtime = booster::runtime;
using booster::crypto::Secret;
using Code = sync::LoginResult::Code;

LoginReply reply_of(Code code, std::string text) {
  LoginReply reply;
  reply.outcome = outcome_of(code, std::move(text));
  return reply;
}

std::string seconds_text(std::chrono::seconds wait) {
  return wait.count() >= 120 ? std::to_string((wait.count() + 59) / 60) + " minutes"
                             : std::to_string(std::max<std::int64_t>(wait.count(), 1)) + " s";
}

}  // namespace

LoginOutcome outcome_of(Code code, std::string text) {
  LoginOutcome outcome;
  outcome.code = code;
  outcome.text = std::move(text);
  return outcome;
}

Dispatcher::Dispatcher(runtime::Loop& loop, Launcher& launcher, const GatewaySettings& settings, BrokerLink& broker,
                       state::State& state, Counters& counters)
    : loop_(loop),
      settings_(settings),
      broker_(broker),
      state_(state),
      counters_(counters),
      pool_(loop, launcher, settings.agents.workers, *this) {}

Dispatcher::~Dispatcher() = default;

Task<LoginReply> Dispatcher::login(LoginCase login) {
  ++counters_.logins;
  LoginReply reply;
  if (tasks_ == nullptr) {
    reply = reply_of(Code::Failed, "the gateway is starting or going down");
  } else if (!login.password.empty()) {
    reply = co_await login_with_password(login);
  } else if (!login.enrolled || !login.account.login.empty()) {
    // A device is enrolled for an address, which says nothing of another login name.
    reply = reply_of(Code::Refused, "a password is needed");
  } else {
    const Upstream none;
    reply = co_await enter(login, none);
  }
  count(reply.outcome);
  co_return reply;
}

void Dispatcher::count(const LoginOutcome& outcome) {
  if (outcome.code == Code::Refused) ++counters_.refused;
  if (outcome.code == Code::Throttled) ++counters_.throttled;
  if (outcome.code == Code::NoAgent) ++counters_.no_agent;
}

// The broker's word comes first: a delay that a stranger's guesses cause must hold nothing up.
Task<LoginReply> Dispatcher::login_with_password(LoginCase& login) {
  const Result<broker::Answer> answer =
      co_await broker_.ask(login.account.key(), login.network, login.enrolled, login.password.copy());
  if (!answer) co_return reply_of(Code::Failed, "the gateway's auth broker does not answer: try again");
  if (answer->verdict == broker::Answer::Verdict::Known) {
    ++counters_.refused_from_memory;
    co_return reply_of(Code::Refused, "the mail server refused this very password; it is not asked again for " +
                                          seconds_text(answer->again));
  }
  if (answer->verdict == broker::Answer::Verdict::Throttled)
    co_return reply_of(Code::Throttled, "too many tries: again in " + seconds_text(answer->again));
  Upstream upstream;
  upstream.call = answer->call;
  upstream.asked = true;
  LoginReply reply;
  if (login.probe) {
    reply = co_await probe(login, upstream);
  } else {
    reply = co_await enter(login, upstream);
  }
  if (!reply.outcome.ok()) report(upstream, reply.outcome, false);  // again is harmless: a call is reported once
  co_return reply;
}

void Dispatcher::report(const Upstream& upstream, const LoginOutcome& outcome, bool keep) {
  if (!upstream.asked) return;
  const auto result = outcome.ok()                    ? broker::Report::Result::Accepted
                      : outcome.code == Code::Refused ? broker::Report::Result::Refused
                                                      : broker::Report::Result::Unknown;
  broker_.report(upstream.call, result, keep && outcome.ok());
}

// Until the user sits at an agent or it is known why not. The table's row itself is the lock: whoever comes second
// finds it and waits for its fate.
Task<LoginReply> Dispatcher::enter(LoginCase& login, const Upstream& upstream) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  const runtime::TimePoint deadline = loop_.now() + kUpstreamLimit;
  for (int tries = 0; tries < kLoginTries;) {
    const auto found = agents_.find(login.account.key());
    std::optional<LoginReply> reply;
    if (found == agents_.end()) {
      ++tries;
      reply = co_await begin(login, upstream);
    } else if (found->second->state == AgentEntry::State::Live) {
      ++tries;
      reply = co_await join(login, upstream, found->second);
    } else {
      const AgentPtr entry = found->second;
      const Result<> changed = co_await runtime::with_timeout(deadline - loop_.now(), runtime::wait_for(entry->change));
      if (!changed)
        reply = reply_of(Code::Unreachable, "the account's agent is " + std::string(describe(entry->state)));
    }
    if (reply) co_return *std::move(reply);
    if (here.scope->cancelled()) break;
  }
  co_return reply_of(Code::Failed, "the gateway's workers died under this login: try again later");
}

// The agent lives: prove the identity anew, then sit down beside the others. A refusal harms neither agent nor others.
Task<std::optional<LoginReply>> Dispatcher::join(LoginCase& login, const Upstream& upstream, AgentPtr entry) {
  const Hold hold(entry, graces_);
  if (upstream.asked) {
    const WorkerPtr worker = entry->worker;
    const AgentId renews = entry->by_master ? AgentId{} : entry->id;
    const Result<LoginOutcome> outcome = co_await verify(login, worker, renews);
    if (!outcome) co_return std::nullopt;
    if (!outcome->ok()) {
      LoginReply refused;
      refused.outcome = *outcome;
      co_return refused;
    }
    ++entry->password_seen;
    const bool renewed = renews == entry->id && worker == entry->worker;
    if (renewed) entry->password_used = entry->password_seen;
    report(upstream, *outcome, true);
  }
  co_return co_await attach(login, std::move(entry));
}

Task<Result<LoginOutcome>> Dispatcher::verify(const LoginCase& login, WorkerPtr worker, AgentId renews) {
  if (worker == nullptr) co_return fail(Errc::Closed, "no worker");
  AgentSpec spec =
      spec_of(login.account, *login.domain, own_credential(*login.domain, login.account, login.password.copy()));
  Result<LoginOutcome> outcome =
      co_await runtime::with_timeout(kUpstreamLimit, worker->verify(std::move(spec), renews));
  if (!outcome && outcome.error().code == Errc::Timeout)
    outcome = outcome_of(Code::Unreachable, login.domain->imap.host + " did not answer in time");
  co_return outcome;
}

Task<LoginReply> Dispatcher::probe(LoginCase& login, const Upstream& upstream) {
  LoginReply reply = reply_of(Code::Failed, "no worker runs: try again");
  const AgentId none;
  for (int tries = 0; tries < kLoginTries; ++tries) {
    const std::vector<WorkerPtr> live = pool_.live();
    if (live.empty()) break;
    const Result<LoginOutcome> outcome = co_await verify(login, live[last_source_++ % live.size()], none);
    if (!outcome) continue;
    reply.outcome = *outcome;
    report(upstream, *outcome, false);
    break;
  }
  co_return reply;
}

AgentSpec Dispatcher::spec_of(const Account& account, const DomainSettings& domain, Credential credential) {
  AgentSpec spec;
  spec.account = account;
  spec.imap = domain.imap;
  spec.submission = domain.submission;
  spec.sent_by_server = domain.sent_by_server;
  spec.authserv_id = domain.authserv_id;
  spec.ambiguous = domain.ambiguous;
  spec.scan = settings_.agents.scan;
  spec.mixing = settings_.agents.mixing;
  spec.cpu_share = settings_.agents.cpu_share;
  spec.state_dir = settings_.state_dir;
  const std::vector<std::string>& sources = settings_.agents.source_addresses;
  if (!sources.empty()) spec.source_address = sources[last_source_++ % sources.size()];
  spec.credential = std::move(credential);
  return spec;
}

// With which credential the agent logs in.   Errors  NotFound: the device key alone does not do
Task<Result<AgentSpec>> Dispatcher::spec_for(const LoginCase& login) {
  if (!login.password.empty())
    co_return spec_of(login.account, *login.domain,
                      own_credential(*login.domain, login.account, login.password.copy()));
  if (!login.domain->master) co_return fail(Errc::NotFound, "no agent of this user lives: a password is needed");
  CO_TRY_ASSIGN(Secret master, co_await broker_.fetch_master(login.domain->domain));
  ++counters_.impersonations;
  tell("audit: master user of " + login.domain->domain + " logs in for an enrolled device of agent " +
       std::to_string(last_agent_));
  co_return spec_of(login.account, *login.domain, master_credential(*login.domain, login.account, std::move(master)));
}

// No agent: take a place in a worker, wait for one if need be, log in upstream. After a failure the place is free
// again.
Task<std::optional<LoginReply>> Dispatcher::begin(LoginCase& login, const Upstream& upstream) {
  const AgentPtr entry = std::make_shared<AgentEntry>();
  entry->id = AgentId{++last_agent_};
  entry->account = login.account;
  entry->domain = login.domain;
  entry->by_master = login.password.empty();
  agents_.emplace(login.account.key(), entry);
  const Hold hold(entry, graces_);
  Result<AgentSpec> spec = co_await spec_for(login);
  Result<> seated;
  if (spec) seated = co_await acquire(entry, false, login.on_waiting);
  if (!spec || !seated) {
    remove(entry);
    if (!spec && spec.error().code == Errc::NotFound) co_return reply_of(Code::Refused, spec.error().what);
    if (!spec) co_return reply_of(Code::Failed, spec.error().what);
    co_return reply_of(Code::NoAgent, "no agent became free within " + seconds_text(settings_.agents.wait));
  }
  entry->password_used = ++entry->password_seen;
  const WorkerPtr worker = entry->worker;
  Result<LoginOutcome> outcome =
      co_await runtime::with_timeout(kUpstreamLimit, worker->assign(entry->id, *std::move(spec)));
  if (!outcome && outcome.error().code == Errc::Timeout) {
    worker->release(entry->id);
    outcome = outcome_of(Code::Unreachable, login.domain->imap.host + " did not answer in time");
  }
  if (!outcome || !outcome->ok() || entry->worker == nullptr || tasks_ == nullptr) {
    remove(entry);
    if (!outcome || outcome->ok()) co_return std::nullopt;  // the worker died
    LoginReply refused;
    refused.outcome = *std::move(outcome);
    co_return refused;
  }
  report(upstream, *outcome, true);
  entry->outcome = *outcome;
  entry->connected = true;
  entry->idle_since = loop_.now();
  awaiting_.erase(login.account.key());
  tasks_->spawn("assignment", store_assignment(login.account.key(), true));
  entry->set(AgentEntry::State::Live);
  co_return co_await attach(login, entry);
}

Task<std::optional<LoginReply>> Dispatcher::attach(LoginCase& login, AgentPtr entry) {
  if (entry->state != AgentEntry::State::Live || entry->worker == nullptr) co_return std::nullopt;
  if (!login.user->still_entitled())
    co_return reply_of(Code::NoService, "this device's right was taken away meanwhile");
  const DeviceSessionId session{++last_session_};
  const WorkerPtr worker = entry->worker;
  const Result<LoginOutcome> attached =
      co_await worker->attach(entry->id, session, login.user->device_name(), login.user->client_address());
  if (!attached || entry->worker != worker || entry->state != AgentEntry::State::Live) co_return std::nullopt;
  LoginReply reply;
  if (!attached->ok()) {
    reply.outcome = *attached;
    co_return reply;
  }
  if (!login.user->still_entitled()) {
    worker->detach(entry->id, session);
    co_return reply_of(Code::NoService, "this device's right was taken away meanwhile");
  }
  entry->users.emplace(session, login.user);
  reply.outcome = entry->outcome;
  reply.seat = Seat{std::move(entry), session};
  co_return reply;
}

void Dispatcher::leave(const Seat& seat) {
  if (seat.agent == nullptr || seat.agent->users.erase(seat.session) == 0) return;
  if (seat.agent->state == AgentEntry::State::Live && seat.agent->worker != nullptr)
    seat.agent->worker->detach(seat.agent->id, seat.session);
  if (!seat.agent->users.empty()) return;
  seat.agent->idle_since = loop_.now();
  graces_.notify_all();
  slots_.notify_all();  // somebody may wait for a place that an idle agent can give
}

Result<WorkerPtr> Dispatcher::worker_of(const Seat& seat) const {
  const AgentPtr& entry = seat.agent;
  if (entry == nullptr || entry->state != AgentEntry::State::Live || entry->worker == nullptr ||
      !entry->users.contains(seat.session))
    return fail(Errc::Closed, "the account's agent is not there now");
  return entry->worker;
}

}  // namespace proxy::gateway::dispatcher
