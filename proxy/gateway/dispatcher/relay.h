// A mail stream is opaque to the front: its octets, ends and resets pass through both ways.
#pragma once
#include <memory>

#include "booster/carrier/mux.h"

namespace proxy::gateway::dispatcher {

using booster::runtime::Task;

// The streams that live and die together: those of one account while one agent serves it.
struct StreamEra {
  explicit StreamEra(booster::runtime::CancelScope& parent) : scope(parent) {}
  booster::runtime::CancelScope scope;
  Error reason{Errc::Closed, "the session ended"};
  void end(Error why) {
    if (scope.cancelled()) return;
    reason = std::move(why);
    scope.cancel();
  }
};

// Until both directions have ended, one was reset, or the era has: then both streams are reset with the reason. Credit
// passes through: nothing is read that was not written on. Run it in era.scope.
Task<Result<>> relay(booster::carrier::MuxStream& one, booster::carrier::MuxStream& other,
                     std::shared_ptr<StreamEra> era);

}  // namespace proxy::gateway::dispatcher
