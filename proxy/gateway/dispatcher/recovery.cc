// Places in workers, agents of dead workers, the end of agents.
#include <algorithm>

#include "booster/runtime/timer.h"
#include "proxy/gateway/dispatcher/dispatcher.h"

namespace proxy::gateway::dispatcher {
namespace {

namespace runtime = booster::runtime;
using booster::crypto::Secret;
using Code = sync::LoginResult::Code;
using State = AgentEntry::State;

constexpr auto kLongestRetry = std::chrono::seconds(60);

// An agent under which workers keep dying must not take others' agents along each time: it waits longer every time.
// (What kills them - one message - is to be carried as opaque bytes: the worker's to find out.)
runtime::Duration penalty(int deaths) {
  if (deaths <= 1) return runtime::Duration::zero();
  return std::min<runtime::Duration>(std::chrono::seconds(1 << std::min(deaths, 6)), kLongestRetry);
}

}  // namespace

Task<Result<>> Dispatcher::run() {
  const runtime::Surroundings here = co_await runtime::surroundings();
  CO_TRY_ASSIGN(const std::vector<state::Assignment> before, co_await state_.assignments());
  for (const state::Assignment& row : before) awaiting_.insert(row.account);
  auto on_error = [this](const std::string& task, const Error& error) { tell(task + ": " + codec::to_string(error)); };
  runtime::TaskScope tasks(loop_, *here.scope, on_error);
  tasks_ = &tasks;
  tasks.spawn("workers", pool_.run());
  tasks.spawn("graces", reap_idle());
  co_await tasks.join();
  tasks_ = nullptr;
  agents_.clear();
  co_return fail(Errc::Cancelled, "dispatcher");
}

Task<Result<>> Dispatcher::ready() {
  while (pool_.live().empty()) CO_TRY(co_await slots_.wait());
  co_return Result<>();
}

std::size_t Dispatcher::load_of(const WorkerPtr& worker) const {
  std::size_t load = 0;
  for (const auto& [key, entry] : agents_) load += entry->worker == worker ? 1 : 0;
  return load;
}

// nullptr: every place is taken.
WorkerPtr Dispatcher::least_loaded() const {
  WorkerPtr best;
  std::size_t least = settings_.agents.per_worker;
  for (const WorkerPtr& worker : pool_.live()) {
    const std::size_t load = load_of(worker);
    if (load < least) {
      least = load;
      best = worker;
    }
  }
  return best;
}

// Agents without a device give their place up before a person waits for it.
void Dispatcher::evict_idle() {
  AgentPtr longest;
  for (const auto& [key, entry] : agents_) {
    if (entry->state == State::Releasing) return;  // one is about to become free
    if (entry->idle() && (longest == nullptr || entry->idle_since < longest->idle_since)) longest = entry;
  }
  if (longest != nullptr) start_release(longest);
}

// A place in a worker for the entry, first come, first served; agents that had one go first.
//   Errors  Timeout: none became free within agents.wait
Task<Result<>> Dispatcher::acquire(AgentPtr entry, bool urgent, std::function<void()> on_waiting) {
  const std::uint64_t ticket = ++last_ticket_;
  if (urgent) {
    queue_.push_front(ticket);
  } else {
    queue_.push_back(ticket);
  }
  const runtime::TimePoint deadline = loop_.now() + settings_.agents.wait;
  Result<> waited;
  bool told = false;
  while (waited) {
    if (queue_.front() == ticket) {
      entry->worker = least_loaded();
      if (entry->worker != nullptr) break;
      evict_idle();
    }
    if (!told && on_waiting) on_waiting();
    told = true;
    waited = co_await runtime::with_timeout(deadline - loop_.now(), runtime::wait_for(slots_));
  }
  std::erase(queue_, ticket);
  slots_.notify_all();
  co_return waited;
}

void Dispatcher::on_worker_up(const WorkerPtr&) {
  slots_.notify_all();
}

void Dispatcher::lose(const AgentPtr& entry, const std::string& text) {
  if (loop_.now() - entry->last_death >= kDeathsForgotten) entry->deaths = 0;
  entry->worker = nullptr;
  entry->connected = false;
  entry->set(State::Lost);
  ++counters_.agents_lost;
  for (const auto& [session, user] : entry->users) user->on_agent_lost(text);
  tasks_->spawn("recovery", recover(entry));
}

void Dispatcher::on_worker_lost(const WorkerPtr& worker, const Error& why) {
  tell(codec::to_string(why));
  if (tasks_ == nullptr || tasks_->cancel_scope().cancelled()) return;
  std::vector<AgentPtr> theirs;
  for (const auto& [key, entry] : agents_)
    if (entry->worker == worker) theirs.push_back(entry);
  for (const AgentPtr& entry : theirs) {
    if (entry->state == State::Live) {
      lose(entry, "the gateway's worker process died; the agent is started anew");
      ++entry->deaths;
      entry->last_death = loop_.now();
    } else {
      if (entry->state == State::Lost) ++entry->deaths;
      entry->worker = nullptr;  // its login or release story goes on by itself
      entry->change.notify_all();
    }
  }
  slots_.notify_all();
}

AgentPtr Dispatcher::find(const WorkerPtr& from, AgentId agent) const {
  for (const auto& [key, entry] : agents_)
    if (entry->id == agent && entry->worker == from) return entry;
  return nullptr;
}

void Dispatcher::on_agent_status(const WorkerPtr& from, const worker::AgentStatus& status) {
  const AgentPtr entry = find(from, status.agent);
  if (entry == nullptr) return;
  entry->connected = status.connected;
  entry->text = status.text;
  entry->down = status.down;
  entry->up = status.up;
}

void Dispatcher::on_agent_ended(const WorkerPtr& from, const worker::AgentEnded& ended) {
  const AgentPtr entry = find(from, ended.agent);
  if (entry == nullptr) return;
  if (entry->state == State::Releasing) {
    entry->worker = nullptr;
    entry->change.notify_all();
    return;
  }
  if (entry->state != State::Live) return;
  // A device has shown a newer password since: the agent is started anew with that one.
  if (entry->password_seen > entry->password_used) {
    lose(entry, ended.outcome.text);
    slots_.notify_all();
    return;
  }
  if (ended.outcome.code == Code::Refused) broker_.forget(entry->account.key());
  end_agent(entry, ended.outcome);
}

void Dispatcher::end_agent(const AgentPtr& entry, const LoginOutcome& outcome) {
  const std::map<DeviceSessionId, AgentUser*> users = std::move(entry->users);
  entry->users.clear();
  remove(entry);
  tasks_->spawn("assignment", store_assignment(entry->account.key(), false));
  for (const auto& [session, user] : users) user->on_agent_ended(outcome);
}

void Dispatcher::remove(const AgentPtr& entry) {
  const auto found = agents_.find(entry->account.key());
  if (found != agents_.end() && found->second == entry) agents_.erase(found);
  entry->worker = nullptr;
  entry->set(State::Gone);
  slots_.notify_all();
}

// The agent of a dead worker logs in again with what the broker keeps, for as long as somebody needs it.
Task<Result<>> Dispatcher::recover(AgentPtr entry) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  runtime::Duration backoff = penalty(entry->deaths);
  for (;;) {
    if (backoff > runtime::Duration::zero()) CO_TRY(co_await runtime::sleep_for(backoff));
    if (entry->users.empty() && loop_.now() - entry->idle_since >= settings_.agents.grace) {
      end_agent(entry, outcome_of(Code::Failed, "nobody needed it"));
      co_return Result<>();
    }
    const Result<bool> settled = co_await recover_once(entry);
    if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "recovery");
    if (settled && *settled) co_return Result<>();
    if (!settled) tell("recovery of agent " + std::to_string(entry->id.value) + ": " + settled.error().what);
    backoff = std::max<runtime::Duration>(std::chrono::seconds(1), backoff * 2);
    backoff = std::min<runtime::Duration>(backoff, kLongestRetry);
  }
}

// True: the agent lives again, or has ended for good.
Task<Result<bool>> Dispatcher::recover_once(AgentPtr entry) {
  Result<Secret> secret = fail(Errc::NotFound);
  if (entry->by_master) {
    secret = co_await broker_.fetch_master(entry->domain->domain);
  } else {
    secret = co_await broker_.fetch(entry->account.key());
  }
  if (!secret && secret.error().code == Errc::NotFound) {
    end_agent(entry, outcome_of(Code::Failed, "the gateway holds no credential of yours any more: log in again"));
    co_return true;
  }
  if (!secret) co_return tl::unexpected(secret.error());
  Credential credential;
  if (entry->by_master) {
    ++counters_.impersonations;
    credential = master_credential(*entry->domain, entry->account, *std::move(secret));
  } else {
    credential = own_credential(*entry->domain, entry->account, *std::move(secret));
  }
  const std::function<void()> silent;
  CO_TRY(co_await acquire(entry, true, silent));
  entry->id = AgentId{++last_agent_};  // a new one to the worker
  const std::uint64_t password = entry->password_seen;
  AgentSpec spec = spec_of(entry->account, *entry->domain, std::move(credential));
  const WorkerPtr worker = entry->worker;
  const Result<LoginOutcome> outcome =
      co_await runtime::with_timeout(kUpstreamLimit, worker->assign(entry->id, std::move(spec)));
  if (!outcome || !outcome->ok()) {
    if (!outcome) worker->release(entry->id);
    entry->worker = nullptr;
    slots_.notify_all();
    if (!outcome) co_return tl::unexpected(outcome.error());
    if (outcome->code != Code::Refused) co_return fail(Errc::Unreachable, outcome->text);
    broker_.forget(entry->account.key());
    end_agent(entry, *outcome);
    co_return true;
  }
  if (entry->worker != worker) co_return fail(Errc::Closed, "the worker died again");
  entry->outcome = *outcome;
  entry->password_used = password;
  entry->connected = true;
  entry->set(State::Live);
  ++counters_.agents_recovered;
  CO_TRY(co_await reattach(entry));
  co_return true;
}

// Each device's right is checked again before it is let back in.
Task<Result<>> Dispatcher::reattach(AgentPtr entry) {
  const Hold hold(entry, graces_);
  std::vector<DeviceSessionId> sessions;
  for (const auto& [session, user] : entry->users) sessions.push_back(session);
  for (const DeviceSessionId session : sessions) {
    const auto found = entry->users.find(session);
    if (found == entry->users.end()) continue;
    AgentUser* const user = found->second;
    if (!user->still_entitled()) {
      entry->users.erase(found);
      user->on_agent_ended(outcome_of(Code::NoService, "this device's right was taken away"));
      continue;
    }
    const WorkerPtr worker = entry->worker;
    const Result<LoginOutcome> attached =
        co_await worker->attach(entry->id, session, user->device_name(), user->client_address());
    if (entry->worker != worker || entry->state != State::Live) co_return Result<>();  // lost again: another recovery
    const auto again = entry->users.find(session);
    if (again == entry->users.end()) {  // it left meanwhile
      worker->detach(entry->id, session);
    } else if (attached && attached->ok()) {
      again->second->on_agent_ready();
    } else {
      AgentUser* const refused = again->second;
      entry->users.erase(again);
      refused->on_agent_ended(outcome_of(Code::Failed, "the agent does not take this device: log in again"));
    }
  }
  if (entry->users.empty()) graces_.notify_all();
  co_return Result<>();
}

void Dispatcher::start_release(const AgentPtr& entry) {
  entry->set(State::Releasing);
  tasks_->spawn("release", release(entry));
}

Task<Result<>> Dispatcher::release(AgentPtr entry) {
  entry->worker->release(entry->id);
  const runtime::TimePoint deadline = loop_.now() + kReleaseLimit;
  Result<> waited;
  while (entry->worker != nullptr && waited)
    waited = co_await runtime::with_timeout(deadline - loop_.now(), runtime::wait_for(entry->change));
  broker_.forget(entry->account.key());
  remove(entry);
  co_return co_await store_assignment(entry->account.key(), false);
}

Task<Result<>> Dispatcher::reap_idle() {
  for (;;) {
    runtime::TimePoint next = runtime::kNever;
    std::vector<AgentPtr> due;
    for (const auto& [key, entry] : agents_) {
      if (!entry->idle()) continue;
      const runtime::TimePoint end = entry->idle_since + settings_.agents.grace;
      if (end <= loop_.now()) {
        due.push_back(entry);
      } else {
        next = std::min(next, end);
      }
    }
    for (const AgentPtr& entry : due) start_release(entry);
    if (next == runtime::kNever) {
      CO_TRY(co_await graces_.wait());
      continue;
    }
    const Result<> woken = co_await runtime::with_timeout(next - loop_.now(), runtime::wait_for(graces_));
    if (!woken && woken.error().code != Errc::Timeout) co_return woken;
  }
}

Task<Result<>> Dispatcher::store_assignment(std::string account, bool assigned) {
  if (!assigned) co_return co_await state_.remove_assignment(std::move(account));
  state::Assignment row{std::move(account), std::chrono::floor<std::chrono::seconds>(loop_.wall_now())};
  co_return co_await state_.set_assignment(std::move(row));
}

std::vector<AgentStatusRow> Dispatcher::agents() const {
  std::vector<AgentStatusRow> rows;
  for (const auto& [key, entry] : agents_) {
    AgentStatusRow row;
    row.account = key;
    row.id = entry->id.value;
    row.state = entry->idle() ? "grace" : std::string(describe(entry->state));
    row.text = entry->text;
    row.connected = entry->connected;
    row.worker_pid = entry->worker != nullptr ? entry->worker->pid() : 0;
    row.devices = entry->users.size();
    row.server = entry->outcome.server;
    row.down = entry->down;
    row.up = entry->up;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<ProcessStatus> Dispatcher::workers() const {
  std::vector<ProcessStatus> rows = pool_.status();
  for (ProcessStatus& row : rows)
    for (const auto& [key, entry] : agents_)
      if (row.pid != 0 && entry->worker != nullptr && entry->worker->pid() == row.pid) ++row.agents;
  return rows;
}

}  // namespace proxy::gateway::dispatcher
