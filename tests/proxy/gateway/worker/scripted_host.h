// An AgentHost whose mail server is a table of passwords; each stream says whose agent it reached, then echoes.
#pragma once
#include <map>
#include <set>

#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"
#include "proxy/gateway/worker/agent_host.h"

namespace proxy::gateway::worker {

class ScriptedHost final : public AgentHost {
 public:
  struct Server {  // shared by all workers, as the mail server is
    std::map<std::string, std::string> passwords;
    int logins = 0;
    bool reachable = true;
  };
  ScriptedHost(booster::runtime::Loop& loop, Server& server) : loop_(loop), server_(server) {}

  Task<Result<>> run(AgentEvents& events) override {
    events_ = &events;
    const booster::runtime::Surroundings here = co_await booster::runtime::surroundings();
    auto ignore = [](const std::string&, const Error&) {};
    booster::runtime::TaskScope tasks(loop_, *here.scope, ignore);
    tasks_ = &tasks;
    booster::runtime::Notify never;
    const Result<> end = co_await never.wait();
    co_await tasks.join();
    tasks_ = nullptr;
    agents.clear();
    co_return end;
  }
  Task<LoginOutcome> verify(AgentSpec spec, AgentId renews) override {
    const LoginOutcome outcome = judge(spec);
    if (outcome.ok() && agents.contains(renews)) ++renewed;
    co_return outcome;
  }
  Task<LoginOutcome> start(AgentId agent, AgentSpec spec) override {
    const LoginOutcome outcome = judge(spec);
    if (outcome.ok()) agents[agent] = spec.account.address;
    co_return outcome;
  }
  Task<Result<>> attach(AgentId agent, DeviceSessionId session, std::string, std::string) override {
    if (!agents.contains(agent)) co_return fail(Errc::NotFound, "no such agent");
    attached.insert(session);
    co_return Result<>();
  }
  void set_link(AgentId, DeviceSessionId session, booster::session::BitsPerSecond rate) override {
    rates[session] = rate;
  }
  void give_stream(AgentId agent, DeviceSessionId session, sync::MailPurpose, booster::net::StreamPtr stream) override {
    if (tasks_ == nullptr || !agents.contains(agent) || !attached.contains(session)) return;
    tasks_->spawn("echo", echo(std::move(stream), agents[agent]));
  }
  Task<void> detach(AgentId, DeviceSessionId session) override {
    attached.erase(session);
    co_return;
  }
  Task<void> release(AgentId agent) override {
    agents.erase(agent);
    co_return;
  }
  void end_agents(const LoginOutcome& outcome) {
    const std::map<AgentId, std::string> all = std::move(agents);
    agents.clear();
    for (const auto& [agent, address] : all) events_->on_ended(agent, outcome);
  }

  std::map<AgentId, std::string> agents;
  int renewed = 0;  // proofs that an agent was to keep
  std::set<DeviceSessionId> attached;
  std::map<DeviceSessionId, booster::session::BitsPerSecond> rates;

 private:
  LoginOutcome judge(const AgentSpec& spec) {
    ++server_.logins;
    LoginOutcome outcome;
    outcome.server = spec.imap.host;
    if (!server_.reachable) {
      outcome.code = sync::LoginResult::Code::Unreachable;
      outcome.text = spec.imap.host + ": no route";
      return outcome;
    }
    const std::string& user =
        spec.credential.authorize_as.empty() ? spec.credential.login : spec.credential.authorize_as;
    const std::string key = spec.credential.authorize_as.empty() ? user : spec.credential.login;
    const auto found = server_.passwords.find(key);
    const bool right = found != server_.passwords.end() && found->second == spec.credential.password.reveal_text();
    outcome.code = right ? sync::LoginResult::Code::Ok : sync::LoginResult::Code::Refused;
    outcome.text = right ? "" : "password refused";
    return outcome;
  }
  static Task<Result<>> echo(booster::net::StreamPtr stream, std::string address) {
    const booster::net::StreamPtr own = std::move(stream);
    const std::string greeting = address + "\n";
    CO_TRY(co_await own->write(as_bytes(greeting)));
    CO_TRY(co_await booster::net::copy_until_end(*own, *own));
    co_return Result<>();
  }

  booster::runtime::Loop& loop_;
  Server& server_;
  AgentEvents* events_ = nullptr;
  booster::runtime::TaskScope* tasks_ = nullptr;
};

}  // namespace proxy::gateway::worker
