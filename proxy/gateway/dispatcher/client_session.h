// One client's session at the front: its control stream, its accounts, its streams.
#pragma once
#include <map>
#include <memory>

#include "booster/carrier/tunnel_server.h"
#include "proxy/gateway/chain_link.h"
#include "proxy/gateway/dispatcher/dispatcher.h"
#include "proxy/gateway/dispatcher/relay.h"
#include "proxy/sync/control.h"

namespace proxy::gateway::dispatcher {

class Front;

constexpr std::size_t kSessionAccounts = 256;             // a site's client serves an office
constexpr std::size_t kHeldStreams = 256;                 // opened before their login's fate is known; of one session
constexpr std::size_t kLinkRates = 4096;                  // remembered, of devices on a network each
constexpr auto kLoginComes = std::chrono::seconds(30);    // a stream may overtake the login it belongs to
constexpr auto kStrangerStays = std::chrono::minutes(2);  // a device that is not enrolled: long enough to enrol

class ClientSession {
 public:
  ClientSession(Front& front, std::shared_ptr<booster::carrier::ServerSession> session);
  ~ClientSession();

  Task<Result<>> serve();
  void end(const Error& why);  // at once, with the reason

  const booster::carrier::Peer& peer() const { return session_->peer; }
  SessionStatus status() const;

 private:
  enum class Phase { Deciding, In, Out };
  class Member;  // one account of this session
  using MemberPtr = std::shared_ptr<Member>;

  Task<Result<>> end_with(Task<Result<>> part);
  // client_session.cc: the control stream
  Task<Result<>> read_control();
  Result<> on_message(sync::ControlMessage message);
  void on_login(sync::LoginRequest request);
  void on_logoff(sync::AccountHandle account);
  Task<Result<>> serve_login(MemberPtr member, sync::LoginRequest request);
  Task<LoginOutcome> decide(MemberPtr member, sync::LoginRequest& request);
  Task<Result<>> serve_enrolment(sync::EnrolRequest request);
  Task<Result<sync::EnrolResult>> enrol(const sync::EnrolRequest& request);
  Task<Result<>> watch_stranger();
  Task<Result<>> tell_link_rates();
  void tell_link_rate(const Member& member);
  std::string path_name() const;  // empty: of no device
  void send(const sync::ControlMessage& message);
  void send_result(sync::AccountHandle account, const LoginOutcome& outcome);
  void leave(Member& member, const Error& why);
  bool is_stranger() const;

  // client_streams.cc: mail and flow streams
  Task<Result<>> accept_streams();
  Task<Result<>> serve_stream(booster::carrier::Incoming incoming);
  Task<Result<>> serve_mail(booster::carrier::Incoming& incoming, const sync::StreamPurpose& purpose);
  Task<Result<>> serve_flow(booster::carrier::Incoming& incoming);
  Task<Result<MemberPtr>> await_member(sync::AccountHandle account);
  Task<Result<>> until_decided(MemberPtr member);
  Task<Result<>> until_known(sync::AccountHandle account);

  Front& front_;
  std::shared_ptr<booster::carrier::ServerSession> session_;
  std::unique_ptr<booster::carrier::MuxStream> control_;
  ChainLink link_;
  std::map<sync::AccountHandle, MemberPtr> members_;
  booster::runtime::Notify members_change_;
  booster::runtime::TaskScope* parts_ = nullptr;
  booster::runtime::TaskScope* tasks_ = nullptr;  // logins and streams
  std::shared_ptr<StreamEra> flows_era_;
  bool served_ = false;  // logged in once
  std::size_t held_ = 0;
  std::size_t streams_ = 0;
  std::size_t flows_ = 0;
  Result<> end_;
};

// One account of the session: what its agent's fate means to it.
class ClientSession::Member final : public AgentUser {
 public:
  Member(ClientSession& session, sync::AccountHandle handle) : session_(session), handle_(handle) {}
  void on_agent_lost(const std::string& text) override;
  void on_agent_ready() override;
  void on_agent_ended(const LoginOutcome& outcome) override;
  bool still_entitled() const override;
  std::string device_name() const override { return session_.peer().device_name; }
  std::string client_address() const override { return session_.peer().address; }

  void set(Phase next) {
    phase = next;
    change.notify_all();
  }
  void begin_era();
  void end_era(const Error& why);

  sync::AccountHandle handle() const { return handle_; }
  Account account;
  bool by_device = false;  // no password was shown: the right is the device's enrolment alone
  Phase phase = Phase::Deciding;
  LoginOutcome refusal;  // Out: why
  std::optional<Seat> seat;
  std::shared_ptr<StreamEra> era;  // In
  bool logging_in = false;
  bool gone = false;  // logged off while a login was under way
  booster::runtime::Notify change;

 private:
  ClientSession& session_;
  sync::AccountHandle handle_;
};

}  // namespace proxy::gateway::dispatcher
