// One row of the assignment table: a user's agent, the worker it lives in, the device sessions that share it.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "proxy/gateway/dispatcher/worker_pool.h"

namespace proxy::gateway::dispatcher {

// The account of one client session, as its agent's fate concerns it. Calls never wait.
class AgentUser {
 public:
  virtual ~AgentUser() = default;
  virtual void on_agent_lost(const std::string& text) = 0;  // reset its streams; on_agent_ready or _ended follows
  virtual void on_agent_ready() = 0;
  virtual void on_agent_ended(const LoginOutcome& outcome) = 0;  // for good; log in again
  // Whether the device may still use the account: asked before it is attached anew.
  virtual bool still_entitled() const = 0;
  virtual std::string device_name() const = 0;
  virtual std::string client_address() const = 0;
};

struct AgentEntry {
  enum class State { Starting, Live, Lost, Releasing, Gone };

  AgentId id;
  Account account;
  const DomainSettings* domain = nullptr;
  bool by_master = false;  // logged in by the domain's master user
  State state = State::Starting;
  WorkerPtr worker;  // nullptr: none now
  LoginOutcome outcome;
  std::string text;  // the agent's own words
  bool connected = false;
  messaging::Carried down;  // by the agent that lives now
  messaging::Carried up;
  std::map<DeviceSessionId, AgentUser*> users;
  int holds = 0;  // logins that look at it: not evicted meanwhile
  booster::runtime::TimePoint idle_since{};
  std::uint64_t password_seen = 0;  // rises with each password that the server accepted
  std::uint64_t password_used = 0;  // which of them the agent holds
  int deaths = 0;                   // workers that died under it lately
  booster::runtime::TimePoint last_death{};
  booster::runtime::Notify change;

  bool idle() const { return state == State::Live && users.empty() && holds == 0; }
  void set(State next) {
    state = next;
    change.notify_all();
  }
};
using AgentPtr = std::shared_ptr<AgentEntry>;

std::string_view describe(AgentEntry::State state);

// Keeps an entry from eviction within a block.
class Hold {
 public:
  Hold(AgentPtr entry, booster::runtime::Notify& graces) : entry_(std::move(entry)), graces_(graces) {
    ++entry_->holds;
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() {
    --entry_->holds;
    graces_.notify_all();  // it may be idle now
  }

 private:
  AgentPtr entry_;
  booster::runtime::Notify& graces_;
};

}  // namespace proxy::gateway::dispatcher
