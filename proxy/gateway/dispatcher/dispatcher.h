// Dispatcher: who has which agent in which worker. Logins, the wait for a free agent, agents of dead workers.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <set>

#include "booster/runtime/scope.h"
#include "proxy/gateway/dispatcher/agent_entry.h"
#include "proxy/gateway/dispatcher/broker_link.h"
#include "proxy/gateway/dispatcher/status.h"

namespace proxy::gateway::dispatcher {

constexpr auto kUpstreamLimit = std::chrono::minutes(2);  // one login at the slowest mail server we would wait for
constexpr auto kReleaseLimit = std::chrono::seconds(30);  // for an agent to log off
constexpr int kLoginTries = 3;                            // workers that may die under one login
constexpr auto kDeathsForgotten = std::chrono::minutes(10);

// What the front knows of a login when it hands it over. The front has checked: the names, the domain, and whether this
// device may use the account at all.
struct LoginCase {
  Account account;
  const DomainSettings* domain = nullptr;
  booster::crypto::Secret password;  // empty: by the device key alone
  bool enrolled = false;             // the device's key is enrolled for this very address, and not revoked
  bool probe = false;
  std::string network;
  AgentUser* user = nullptr;              // outlives the login, and the seat
  std::function<void()> on_waiting = {};  // for a free agent
};

// A device session's place at an agent.
struct Seat {
  AgentPtr agent;
  DeviceSessionId session;
};

struct LoginReply {
  LoginOutcome outcome;
  std::optional<Seat> seat;  // Ok, and no probe
};

class Dispatcher final : public WorkerListener {
 public:
  Dispatcher(booster::runtime::Loop& loop, Launcher& launcher, const GatewaySettings& settings, BrokerLink& broker,
             state::State& state, Counters& counters);
  ~Dispatcher() override;

  using OnNote = std::function<void(const std::string&)>;
  void on_note(OnNote note) { note_ = std::move(note); }

  // Workers and the agents' graces, until cancelled.
  Task<Result<>> run();
  Task<Result<>> ready();  // at least one worker runs

  // Identity is proved anew each time: a password by a fresh login at the mail server, or the device's enrolled key.
  // Never by what another device said before.
  Task<LoginReply> login(LoginCase login);
  // The device session's streams must be ended; the agent stays for its grace.
  void leave(const Seat& seat);

  // For a stream of a seat.   Errors  Closed: the agent is not there now
  Result<WorkerPtr> worker_of(const Seat& seat) const;

  std::vector<AgentStatusRow> agents() const;
  std::vector<ProcessStatus> workers() const;
  std::size_t waiting() const { return queue_.size(); }
  std::size_t capacity() const { return pool_.size() * settings_.agents.per_worker; }
  std::vector<std::string> awaiting_login() const { return {awaiting_.begin(), awaiting_.end()}; }

  void on_worker_up(const WorkerPtr& worker) override;
  void on_worker_lost(const WorkerPtr& worker, const Error& why) override;
  void on_agent_status(const WorkerPtr& from, const worker::AgentStatus& status) override;
  void on_agent_ended(const WorkerPtr& from, const worker::AgentEnded& ended) override;

 private:
  struct Upstream {  // a password on its way to the mail server
    std::uint64_t call = 0;
    bool asked = false;
  };

  // dispatcher.cc
  Task<LoginReply> login_with_password(LoginCase& login);
  Task<LoginReply> enter(LoginCase& login, const Upstream& upstream);
  Task<std::optional<LoginReply>> join(LoginCase& login, const Upstream& upstream, AgentPtr entry);
  Task<std::optional<LoginReply>> begin(LoginCase& login, const Upstream& upstream);
  Task<LoginReply> probe(LoginCase& login, const Upstream& upstream);
  Task<Result<LoginOutcome>> verify(const LoginCase& login, WorkerPtr worker, AgentId renews);
  Task<std::optional<LoginReply>> attach(LoginCase& login, AgentPtr entry);
  Task<Result<AgentSpec>> spec_for(const LoginCase& login);
  AgentSpec spec_of(const Account& account, const DomainSettings& domain, Credential credential);
  void report(const Upstream& upstream, const LoginOutcome& outcome, bool keep);
  void count(const LoginOutcome& outcome);

  // recovery.cc
  Task<Result<>> acquire(AgentPtr entry, bool urgent, std::function<void()> on_waiting);
  WorkerPtr least_loaded() const;
  std::size_t load_of(const WorkerPtr& worker) const;
  void evict_idle();
  Task<Result<>> recover(AgentPtr entry);
  Task<Result<bool>> recover_once(AgentPtr entry);
  Task<Result<>> reattach(AgentPtr entry);
  void end_agent(const AgentPtr& entry, const LoginOutcome& outcome);
  Task<Result<>> release(AgentPtr entry);
  Task<Result<>> reap_idle();
  void start_release(const AgentPtr& entry);
  void lose(const AgentPtr& entry, const std::string& text);
  void remove(const AgentPtr& entry);
  Task<Result<>> store_assignment(std::string account, bool assigned);
  AgentPtr find(const WorkerPtr& from, AgentId agent) const;
  void tell(const std::string& text) const {
    if (note_) note_(text);
  }

  booster::runtime::Loop& loop_;
  const GatewaySettings& settings_;
  BrokerLink& broker_;
  state::State& state_;
  Counters& counters_;
  OnNote note_;
  WorkerPool pool_;
  std::map<std::string, AgentPtr> agents_;  // by Account::key()
  std::set<std::string> awaiting_;
  std::deque<std::uint64_t> queue_;  // logins that wait for a free agent
  std::uint64_t last_ticket_ = 0;
  std::uint64_t last_agent_ = 0;
  std::uint64_t last_session_ = 0;
  std::uint64_t last_source_ = 0;
  booster::runtime::Notify slots_;  // a place became free, a worker came up, the queue moved
  booster::runtime::Notify graces_;
  booster::runtime::TaskScope* tasks_ = nullptr;
};

LoginOutcome outcome_of(sync::LoginResult::Code code, std::string text);

}  // namespace proxy::gateway::dispatcher
