// SessionRouter: hands each session of the tunnel to all accounts, and the gateway's control messages to the one they
// are for.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "booster/carrier/tunnel_client.h"
#include "booster/runtime/scope.h"
#include "proxy/client/events/signal.h"
#include "proxy/client/session_link.h"

namespace proxy::client {

// One account's part in each session.
class AccountSession {
 public:
  virtual ~AccountSession() = default;
  // From the session's begin (or the account's) to its end; cancelled then. Streams it opened are gone when it returns.
  virtual Task<Result<>> run_session(SessionLink& link) = 0;
  // LoginResult, AgentLost, AgentReady of this account. Must not run foreign code.
  virtual void on_control(const sync::ControlMessage& message) = 0;
};

class SessionRouter final : public booster::carrier::SessionUser {
 public:
  explicit SessionRouter(booster::runtime::Loop& loop) : loop_(loop) {}
  SessionRouter(const SessionRouter&) = delete;
  SessionRouter& operator=(const SessionRouter&) = delete;

  Task<Result<>> use_session(booster::carrier::Mux& mux) override;

  // The account takes part in the present session at once, and in all that follow.   Owns  until remove() has returned
  void add(sync::AccountHandle handle, AccountSession& account);
  Task<void> remove(sync::AccountHandle handle);

  // One control message with a handle of its own (`account add` probes): the answer, Waiting passed over.
  //   Errors  Unreachable: no session, or it ended; Cancelled
  Task<Result<sync::LoginResult>> ask(sync::LoginRequest request);
  Task<Result<sync::EnrolResult>> enrol(sync::EnrolRequest request);
  // Says goodbye for all, for an orderly end.
  Task<Result<>> say_goodbye(std::string text);

  bool in_session() const { return link_ != nullptr; }
  const std::string& goodbye() const { return goodbye_; }  // the gateway's last words

 private:
  struct Member {
    AccountSession* account = nullptr;
    booster::runtime::CancelScope* scope = nullptr;  // of its part in the present session
    bool running = false;
  };
  Task<Result<>> run_member(sync::AccountHandle handle, SessionLink& link);
  Task<Result<>> read_control(messaging::FrameStream& control);
  Task<Result<>> write_control(SessionLink& link);
  void post(sync::ControlMessage message);
  Task<Result<>> dispatch(sync::ControlMessage message);
  void start(sync::AccountHandle handle);

  booster::runtime::Loop& loop_;
  std::map<std::uint32_t, Member> members_;
  SessionLink* link_ = nullptr;
  booster::runtime::TaskScope* tasks_ = nullptr;
  std::uint64_t session_ = 0;
  std::uint32_t next_probe_ = 0x8000'0000;  // accounts are below
  std::map<std::uint32_t, sync::LoginResult> answers_;
  std::optional<sync::EnrolResult> enrolled_;
  std::deque<sync::ControlMessage> posted_;  // by callers that wait for the answer: bounded by them
  events::Signal to_post_;
  std::string goodbye_;
  events::Signal changed_;
};

}  // namespace proxy::client
