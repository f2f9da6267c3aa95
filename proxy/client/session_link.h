// SessionLink: one session with the gateway as accounts see it: the control stream's sending side, and streams.
#pragma once
#include <memory>

#include "booster/carrier/mux.h"
#include "proxy/messaging/frame_stream.h"
#include "proxy/messaging/message_stream.h"
#include "proxy/sync/control.h"

namespace proxy::client {

using booster::runtime::Task;
using booster::schedule::Class;
using proxy::messaging::MessageStream;

class SessionLink {
 public:
  SessionLink(booster::carrier::Mux& mux, messaging::FrameStream& control) : mux_(mux), control_(control) {}

  Task<Result<>> send(const sync::ControlMessage& message);
  // A mail stream of an account. `ours` is the class of what we send on it, `theirs` what the agent's direction starts
  // with. Waits for no answer: what is written goes out right behind.
  Task<Result<std::unique_ptr<MessageStream>>> open(sync::AccountHandle account, sync::MailPurpose purpose, Class ours,
                                                    Class theirs);
  booster::carrier::Mux& mux() { return mux_; }

 private:
  booster::carrier::Mux& mux_;
  messaging::FrameStream& control_;
};

}  // namespace proxy::client
