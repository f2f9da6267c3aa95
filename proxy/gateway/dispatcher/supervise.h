// Keeps one child process running: started, used, reaped, started again with backoff.
#pragma once
#include "proxy/gateway/dispatcher/child.h"
#include "proxy/gateway/dispatcher/status.h"

namespace proxy::gateway::dispatcher {

constexpr auto kFirstBackoff = std::chrono::milliseconds(100);
constexpr auto kLongestBackoff = std::chrono::seconds(10);
constexpr auto kSettled = std::chrono::minutes(1);   // lived that long: the next death starts the backoff anew
constexpr auto kGoodbye = std::chrono::seconds(10);  // for agents to log off when the gateway goes down

class ChildUser {
 public:
  virtual ~ChildUser() = default;
  // Until the wire breaks, the child misbehaves, or it is cancelled; drops the wire.
  virtual Task<Result<>> use_child(booster::net::StreamPtr wire, int pid) = 0;
  // It is dead and reaped; what it held may be given to others now.
  virtual void on_child_gone(const Error& why) = 0;
};

// Until cancelled; the child is then given kGoodbye to end by itself.
Task<Result<>> supervise(booster::runtime::Loop& loop, Launcher& launcher, ChildKind kind, ProcessStatus& status,
                         ChildUser& user);

}  // namespace proxy::gateway::dispatcher
