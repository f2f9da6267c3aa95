#include "proxy/gateway/dispatcher/client_session.h"

#include "booster/runtime/timer.h"
#include "proxy/gateway/dispatcher/front.h"

namespace proxy::gateway::dispatcher {
namespace {

namespace runtime = booster::runtime;
using booster::crypto::Secret;
using codec::property::Chain;
using Code = sync::LoginResult::Code;

}  // namespace

void ClientSession::Member::begin_era() {
  era = std::make_shared<StreamEra>(session_.tasks_->cancel_scope());
  session_.tell_link_rate(*this);
}

void ClientSession::Member::end_era(const Error& why) {
  if (era == nullptr) return;
  era->end(why);
  era = nullptr;
}

void ClientSession::Member::on_agent_lost(const std::string& text) {
  end_era(Error(Errc::Closed, text));
  set(Phase::Deciding);
  session_.send(sync::AgentLost{handle_, text});
}

void ClientSession::Member::on_agent_ready() {
  if (session_.tasks_ == nullptr) return;
  begin_era();
  set(Phase::In);
  session_.send(sync::AgentReady{handle_});
}

void ClientSession::Member::on_agent_ended(const LoginOutcome& outcome) {
  end_era(Error(Errc::Closed, outcome.text));
  seat.reset();
  refusal = outcome;
  set(Phase::Out);
  session_.send_result(handle_, outcome);
}

bool ClientSession::Member::still_entitled() const {
  const GatewaySettings& settings = session_.front_.settings_;
  const DeviceTable& devices = session_.front_.devices_;
  if (devices.enrolled_for(session_.peer().device, account.address)) return true;
  return !by_device && settings.allow_without_device && !devices.revoked(session_.peer().device);
}

ClientSession::ClientSession(Front& front, std::shared_ptr<booster::carrier::ServerSession> session)
    : front_(front), session_(std::move(session)), control_(session_->mux.control()), link_(*control_) {
  const auto known = front_.link_rates_.find(path_name());
  if (known != front_.link_rates_.end()) session_->mux.assume_link_rate(known->second);
}

ClientSession::~ClientSession() = default;

Task<Result<>> ClientSession::end_with(Task<Result<>> part) {
  Task<Result<>> own = std::move(part);
  const Result<> result = co_await std::move(own);
  if (!result && end_) end_ = tl::unexpected(result.error());
  parts_->cancel();
  co_return Result<>();
}

Task<Result<>> ClientSession::serve() {
  const runtime::Surroundings here = co_await runtime::surroundings();
  auto ignore = [](const std::string&, const Error&) {};  // a stream's end is known at its both ends
  runtime::TaskScope parts(front_.loop_, *here.scope);
  runtime::TaskScope tasks(front_.loop_, *here.scope, ignore);
  parts_ = &parts;
  tasks_ = &tasks;
  flows_era_ = std::make_shared<StreamEra>(tasks.cancel_scope());
  parts.spawn("control writer", end_with(link_.write_all()));
  parts.spawn("control reader", end_with(read_control()));
  parts.spawn("streams", end_with(accept_streams()));
  tasks.spawn("stranger", watch_stranger());
  tasks.spawn("link rate", tell_link_rates());
  co_await parts.join();
  const Error why = end_ ? Error(Errc::Closed, "the session ended") : end_.error();
  for (const auto& [handle, member] : members_) leave(*member, why);
  tasks.cancel();
  co_await tasks.join();
  for (const auto& [handle, member] : members_) leave(*member, why);  // what a login brought meanwhile
  flows_era_ = nullptr;                                               // a scope within that of the tasks
  parts_ = tasks_ = nullptr;
  if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "session");
  if (!end_ && end_.error().code == Errc::Closed) co_return Result<>();
  co_return end_;
}

// The codec stands in the workers, and what it may cost depends on the link.
Task<Result<>> ClientSession::tell_link_rates() {
  for (;;) {
    CO_TRY(co_await session_->mux.link_rate_changed().wait());
    if (const std::string path = path_name(); !path.empty()) {
      if (front_.link_rates_.size() >= kLinkRates) front_.link_rates_.clear();
      front_.link_rates_[path] = *session_->mux.link_rate();
    }
    for (const auto& [handle, member] : members_) tell_link_rate(*member);
  }
}

std::string ClientSession::path_name() const {
  if (!front_.devices_.enrolled(peer().device)) return {};
  return codec::to_string(ByteView(peer().device->bytes)) + peer().network;
}

void ClientSession::tell_link_rate(const Member& member) {
  const auto rate = session_->mux.link_rate();
  if (!rate || !member.seat || member.era == nullptr) return;
  const Result<WorkerPtr> worker = front_.dispatcher_.worker_of(*member.seat);
  if (worker) (*worker)->tell_link(member.seat->agent->id, member.seat->session, *rate);
}

void ClientSession::end(const Error& why) {
  if (!session_->mux.closed()) session_->mux.close(why);
}

Task<Result<>> ClientSession::read_control() {
  for (;;) {
    CO_TRY_ASSIGN(const Chain chain, co_await link_.next());
    Result<sync::ControlMessage> message = sync::decode_control(chain);
    if (!message && message.error().code == Errc::Unsupported) continue;  // a newer client's; it will not wait for it
    if (!message) co_return tl::unexpected(message.error());
    CO_TRY(on_message(*std::move(message)));
  }
}

Result<> ClientSession::on_message(sync::ControlMessage message) {
  if (auto* login = std::get_if<sync::LoginRequest>(&message)) {
    on_login(std::move(*login));
  } else if (const auto* logoff = std::get_if<sync::Logoff>(&message)) {
    on_logoff(logoff->account);
  } else if (auto* request = std::get_if<sync::EnrolRequest>(&message)) {
    tasks_->spawn("enrolment", serve_enrolment(std::move(*request)));
  } else if (std::holds_alternative<sync::Goodbye>(message)) {
    return fail(Errc::Closed, "the client said goodbye");
  } else {
    return fail(Errc::Protocol, "a gateway's message from a client");
  }
  return {};
}

void ClientSession::send(const sync::ControlMessage& message) {
  const Result<> queued = link_.send(sync::encode(message));
  if (!queued) end(Error(queued.error()).context("control stream"));
}

void ClientSession::send_result(sync::AccountHandle account, const LoginOutcome& outcome) {
  sync::LoginResult result;
  result.account = account;
  result.code = outcome.code;
  result.text = outcome.text;
  result.server = outcome.server;
  result.submission_size = outcome.submission_size;
  send(std::move(result));
}

void ClientSession::on_login(sync::LoginRequest request) {
  const auto found = members_.find(request.account);
  if (found != members_.end() && found->second->logging_in) {
    send_result(request.account, outcome_of(Code::Throttled, "a login of this account is under way"));
    return;
  }
  if (found == members_.end() && members_.size() >= kSessionAccounts) {
    send_result(request.account, outcome_of(Code::Throttled, "too many accounts in one session"));
    return;
  }
  MemberPtr member;
  if (found != members_.end() && !request.probe) {
    member = found->second;
    leave(*member, Error(Errc::Closed, "the account logs in anew"));
  } else {
    member = std::make_shared<Member>(*this, request.account);
    if (!request.probe) members_[request.account] = member;
  }
  member->logging_in = true;
  member->gone = false;
  member->set(Phase::Deciding);
  members_change_.notify_all();
  tasks_->spawn("login", serve_login(std::move(member), std::move(request)));
}

void ClientSession::on_logoff(sync::AccountHandle account) {
  const auto found = members_.find(account);
  if (found == members_.end()) return;
  const MemberPtr member = found->second;
  member->gone = true;
  leave(*member, Error(Errc::Closed, "logged off"));
  member->refusal = outcome_of(Code::Failed, "logged off");
  member->set(Phase::Out);
  members_.erase(found);
}

void ClientSession::leave(Member& member, const Error& why) {
  member.end_era(why);
  if (!member.seat) return;
  front_.dispatcher_.leave(*member.seat);
  member.seat.reset();
}

Task<Result<>> ClientSession::serve_login(MemberPtr member, sync::LoginRequest request) {
  const LoginOutcome outcome = co_await decide(member, request);
  booster::crypto::wipe(request.password);
  member->logging_in = false;
  const bool in = outcome.ok() && member->seat.has_value();
  if (in && member->gone) {  // it logged off while it waited
    leave(*member, Error(Errc::Closed, "logged off"));
    co_return Result<>();
  }
  if (outcome.ok()) served_ = true;
  send_result(request.account, outcome);
  if (in && !session_->mux.closed()) {
    // Its agent may have been lost between its attaching and now: then the streams wait for what follows.
    const bool there = front_.dispatcher_.worker_of(*member->seat).has_value();
    if (there) member->begin_era();
    member->set(there ? Phase::In : Phase::Deciding);
  } else {
    member->refusal = outcome;
    member->set(Phase::Out);
  }
  co_return Result<>();
}

// Names, domain, the device's right; then the dispatcher.
Task<LoginOutcome> ClientSession::decide(MemberPtr member, sync::LoginRequest& request) {
  Result<Account> account = make_account(request.address, request.user);
  if (!account) co_return outcome_of(Code::NoService, account.error().what);
  const DomainSettings* domain = front_.settings_.find_domain(account->domain());
  if (domain == nullptr) co_return outcome_of(Code::NoService, "this gateway serves no domain " + account->domain());
  member->account = *account;
  member->by_device = request.password.empty();
  if (front_.devices_.revoked(peer().device)) co_return outcome_of(Code::NoService, "this device was revoked");
  if (!member->still_entitled())
    co_return outcome_of(Code::NoService, "this device is not enrolled for " + account->address +
                                              ": pair it with a code made for that user");
  LoginCase login;
  login.account = *std::move(account);
  login.domain = domain;
  login.password = Secret::of(request.password);
  login.enrolled = front_.devices_.enrolled_for(peer().device, login.account.address);
  login.probe = request.probe;
  login.network = peer().network;
  login.user = member.get();
  const sync::AccountHandle handle = request.account;
  login.on_waiting = [this, handle] { send_result(handle, outcome_of(Code::Waiting, "waiting for a free agent")); };
  LoginReply reply = co_await front_.dispatcher_.login(std::move(login));
  member->seat = std::move(reply.seat);
  if (reply.outcome.ok() && reply.outcome.server.empty()) reply.outcome.server = domain->imap.host;
  co_return std::move(reply.outcome);
}

Task<Result<>> ClientSession::serve_enrolment(sync::EnrolRequest request) {
  Result<sync::EnrolResult> result = co_await enrol(request);
  if (!result) {
    ++front_.counters_.enrolments_refused;
    sync::EnrolResult refused;
    refused.text = result.error().what;
    front_.note("enrolment of a device from " + peer().network + " refused: " + result.error().what);
    result = std::move(refused);
  }
  send(*std::move(result));
  co_return Result<>();
}

Task<Result<sync::EnrolResult>> ClientSession::enrol(const sync::EnrolRequest& request) {
  CO_TRY(co_await front_.admit_enrolment(peer().network));
  CO_TRY_ASSIGN(const booster::crypto::Request asked, booster::crypto::parse_request(request.request));
  const std::string name = clean_name(request.device);
  CO_TRY_ASSIGN(const booster::crypto::Certificate certificate,
                front_.identity_.certify(request.request, name, front_.devices_.now()));
  const Result<state::Device> device = co_await front_.devices_.redeem(request.code, name, asked.key.pin());
  front_.enrolment_judged(peer().network, device.has_value());
  CO_TRY(device);
  front_.note("device \"" + name + "\" " + asked.key.pin().short_hex() + " enrolled");
  ++front_.counters_.enrolments;
  sync::EnrolResult result;
  result.ok = true;
  result.certificate = certificate.to_der();
  result.addresses = device->addresses;
  co_return result;
}

bool ClientSession::is_stranger() const {
  return !served_ && !front_.devices_.enrolled(peer().device);
}

Task<Result<>> ClientSession::watch_stranger() {
  if (!is_stranger()) co_return Result<>();
  CO_TRY(co_await runtime::sleep_for(kStrangerStays));
  if (is_stranger()) end(Error(Errc::Denied, "neither a login nor an enrolled device"));
  co_return Result<>();
}

SessionStatus ClientSession::status() const {
  SessionStatus row;
  row.id = session_->short_id();
  row.address = peer().address;
  if (const booster::carrier::Carrier* const carrier = session_->carrier()) {
    row.carrier = carrier->report();
    row.address = carrier->peer();
  }
  row.device = peer().device_name;
  if (peer().device) row.device_pin = peer().device->short_hex();
  row.agent = peer().agent;
  row.connected = session_->connected();
  for (const auto& [handle, member] : members_)
    if (member->phase == Phase::In) row.accounts.push_back(member->account.key());
  row.streams = streams_;
  row.flows = flows_;
  if (const auto rate = session_->mux.link_rate()) row.link_rate = rate->value;
  return row;
}

}  // namespace proxy::gateway::dispatcher
