// The front's line to the auth broker process.
#pragma once
#include <functional>
#include <optional>

#include "booster/runtime/notify.h"
#include "booster/runtime/scope.h"
#include "proxy/gateway/broker/messages.h"
#include "proxy/gateway/chain_link.h"
#include "proxy/gateway/dispatcher/supervise.h"
#include "proxy/gateway/settings.h"
#include "proxy/gateway/state/state.h"

namespace proxy::gateway::dispatcher {

constexpr auto kBrokerPatience = std::chrono::seconds(10);  // while it is started anew

class BrokerLink final : public ChildUser {
 public:
  using OnNote = std::function<void(const std::string&)>;
  BrokerLink(booster::runtime::Loop& loop, Launcher& launcher, const GatewaySettings& settings, state::State& state)
      : loop_(loop), launcher_(launcher), settings_(settings), state_(state) {}

  Task<Result<>> run();
  void on_note(OnNote note) { note_ = std::move(note); }
  Task<Result<>> ready();  // Timeout: not within kBrokerPatience
  const ProcessStatus& status() const { return status_; }

  // May this password go to the mail server? Waits out the delay that the broker imposes; after Go, report().
  //   Errors  Timeout, Closed: no broker now
  Task<Result<broker::Answer>> ask(std::string account, std::string network, bool enrolled,
                                   booster::crypto::Secret password);
  // A broker that has died since knows nothing of the call: then nothing is kept, and a lost agent's user logs in
  // again.
  void report(std::uint64_t call, broker::Report::Result result, bool keep);
  // The kept password of a user.   Errors  NotFound
  Task<Result<booster::crypto::Secret>> fetch(std::string account);
  Task<Result<booster::crypto::Secret>> fetch_master(std::string domain);
  void forget(const std::string& account);

  Task<Result<>> use_child(booster::net::StreamPtr wire, int pid) override;
  void on_child_gone(const Error& why) override;

 private:
  Task<Result<>> end_with(Task<Result<>> part);
  Task<Result<>> introduce();
  Task<Result<>> read_messages();
  Task<Result<>> store_refusal(broker::KnownRefusal refusal);
  Task<Result<booster::crypto::Secret>> fetch(broker::Fetch request);
  Result<> send(const broker::Message& message);

  booster::runtime::Loop& loop_;
  Launcher& launcher_;
  const GatewaySettings& settings_;
  state::State& state_;
  OnNote note_;
  ProcessStatus status_;
  ChainLink* link_ = nullptr;  // while the broker lives
  bool up_ = false;            // and is configured
  booster::runtime::Notify change_;
  booster::runtime::TaskScope* parts_ = nullptr;
  Calls<broker::Answer> asks_;
  Calls<broker::Fetched> fetches_;
  Result<> end_;
};

}  // namespace proxy::gateway::dispatcher
