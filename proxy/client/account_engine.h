// AccountEngine: one account's life with the gateway, told as stories: login, on-going, refresh, logoff.
//                                                                                        Source: DESIGN §9 Client
// With the link down nothing here runs: faces live on the replica alone, what they write waits in the journal.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "booster/crypto/secret.h"
#include "booster/runtime/scope.h"
#include "proxy/client/body_fetcher.h"
#include "proxy/client/events/events.h"
#include "proxy/client/feed_reader.h"
#include "proxy/client/session_router.h"
#include "proxy/client/status.h"
#include "proxy/client/upward.h"

namespace proxy::client {

// Where the account's mailbox password is.
class Credentials {
 public:
  virtual ~Credentials() = default;
  virtual Task<Result<std::optional<booster::crypto::Secret>>> password() = 0;  // nullopt: none is stored
};

struct EngineOptions {
  sync::AccountHandle account;
  std::string address;
  std::string user;               // login name where it is not the address
  std::string device;             // for people: "alice's laptop"
  std::function<bool()> link_up;  // whether the tunnel carries now; empty: as long as a session is there
};

class AccountEngine final : public AccountSession {
 public:
  //   Owns  loop, store, credentials, events outlive it
  AccountEngine(booster::runtime::Loop& loop, AccountStore& store, Credentials& credentials, events::Events& events,
                EngineOptions options);

  // ---- SessionRouter
  Task<Result<>> run_session(SessionLink& link) override;
  void on_control(const sync::ControlMessage& message) override;

  // ---- faces and the control socket
  // One message's octets now; several callers share one. Returns once it is asked for.
  //   Errors  Unreachable: off-line · NotFound: no such message at the server, or its body is here already
  Task<Result<std::shared_ptr<Fetching>>> fetch_now(MailboxId mailbox, LocalUid uid);
  std::vector<BodyFetcher::UnderWay> bodies_under_way() const { return bodies_.under_way(); }
  // "Has anything changed?", asked of the server now.   Errors  Unreachable: off-line or not logged in; Cancelled
  Task<Result<>> refresh();
  // Another password is stored: a refused login is tried again.
  void password_changed();
  // The tunnel carries again, or no longer.
  void link_changed() { upward_.link_changed(); }
  // By the person: leaves the gateway's agent until log_on().
  void log_off();
  void log_on();

  LoginState login_state() const;
  const std::string& text() const { return text_; }
  const std::string& server() const { return server_; }
  std::uint64_t submission_size() const { return submission_size_; }  // SIZE the server last offered; 0: not known
  Task<Result<AccountStatus>> status();
  const std::string& address() const { return options_.address; }
  events::Signal& changed() { return changed_; }

 private:
  enum class Outcome : std::uint8_t { Refused, Again, LoggedOff };
  enum class Story : std::uint8_t { Feed, Bodies, Fetches, Upward };

  // login.cc
  Task<Result<Outcome>> log_in(SessionLink& link);
  Task<Result<Outcome>> live(SessionLink& link);
  Task<Result<>> follow_control(bool agent_here);
  Task<Result<>> wait_for_password();
  Task<Result<>> back_off();
  void on_result(const sync::LoginResult& result);
  // ongoing.cc
  Task<Result<>> keep(SessionLink& link, Story story);
  Task<Result<>> tell(SessionLink& link, Story story);
  // logoff.cc
  Task<Result<>> leave(SessionLink& link);
  Task<Result<>> wait_for_log_on();

  bool link_up() const;
  void set_state(LoginState state, std::string text = {});

  booster::runtime::Loop& loop_;
  AccountStore& store_;
  Credentials& credentials_;
  events::Events& events_;
  EngineOptions options_;
  CarriedLog carried_;
  FeedReader feed_;
  BodyFetcher bodies_;
  Upward upward_;

  LoginState state_ = LoginState::Offline;
  std::string text_;
  std::string server_;
  std::uint64_t submission_size_ = 0;
  std::optional<Outcome> outcome_;  // of the present login, once it is over
  bool agent_here_ = true;
  bool wants_off_ = false;
  std::uint64_t passwords_ = 0;  // how often one was stored
  std::uint64_t tried_ = 0;      // the one that the present login used
  bool had_password_ = false;
  int failures_ = 0;
  bool hopeless_ = false;  // nobody serves the address: ask rarely
  std::string last_trouble_;
  events::Signal changed_;
};

}  // namespace proxy::client
