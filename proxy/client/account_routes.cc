// What people do to accounts: add, renew a password, remove, refresh, look.
#include "booster/runtime/timer.h"
#include "proxy/client/client.h"

namespace proxy::client {

namespace runtime = booster::runtime;
namespace crypto = booster::crypto;
using booster::carrier::LinkState;

namespace {

constexpr auto kProbe = std::chrono::seconds(60);  // a person waits; an upstream login over a slow link fits

Result<> judge(const sync::LoginResult& result) {
  using Code = sync::LoginResult::Code;
  switch (result.code) {
    case Code::Ok:
    case Code::Waiting:
      return {};
    case Code::Refused:
      return fail(Errc::Denied, "the mail server refused the password: " + result.text);
    case Code::NoService:
      return fail(Errc::NotFound, "no server for this address at the gateway: " + result.text);
    case Code::Throttled:
      return fail(Errc::Full, "too many tries, later: " + result.text);
    case Code::Unreachable:
    case Code::NoAgent:
    case Code::Failed:
      break;
  }
  return fail(Errc::Unreachable, result.text.empty() ? "the gateway could not log in" : result.text);
}

}  // namespace

Task<Result<Account>> Client::add_account(std::string address, std::string user, crypto::Secret password) {
  CO_TRY_ASSIGN(const std::string canonical, canonical_address(address));
  if (accounts_.find(canonical) != nullptr) co_return fail(Errc::Conflict, "account: there already");
  std::string server;
  if (tunnel_.state() == LinkState::Up) {
    sync::LoginRequest request;
    request.address = canonical;
    request.user = user;
    request.device = settings_.device;
    request.probe = true;
    request.password.assign(password.reveal().begin(), password.reveal().end());
    CO_TRY_ASSIGN(const sync::LoginResult answer,
                  co_await runtime::with_timeout(kProbe, router_.ask(std::move(request))));
    CO_TRY(judge(answer));
    server = answer.server;
  }
  CO_TRY_ASSIGN(Account account, co_await accounts_.add(canonical, std::move(user), std::move(password)));
  if (!server.empty()) CO_TRY(accounts_.set_server(account.number, server));
  account.server = server;
  CO_TRY(co_await open_account(account));
  events_.status_changed(account.address);
  co_return account;
}

Task<Result<>> Client::renew_password(std::string address, crypto::Secret password) {
  Served* const served = find(address);
  if (served == nullptr) co_return fail(Errc::NotFound, "no such account");
  const std::uint32_t number = served->account.number;
  CO_TRY(co_await accounts_.set_password(number, std::move(password)));
  const auto found = served_.find(number);
  if (found != served_.end() && found->second->engine) found->second->engine->password_changed();
  co_return Result<>();
}

Task<Result<>> Client::remove_account(std::string address, bool force) {
  Served* served = find(address);
  if (served == nullptr) co_return fail(Errc::NotFound, "no such account");
  const std::uint32_t number = served->account.number;
  if (!force && served->store) {
    CO_TRY_ASSIGN(const QueueCounts queue, co_await served->store->queue_counts());
    if (queue.operations + queue.submissions > 0)
      co_return fail(Errc::Conflict, "account: " + std::to_string(queue.submissions) + " unsent mails and " +
                                         std::to_string(queue.operations) + " changes would be lost");
  }
  const auto found = served_.find(number);
  if (found == served_.end()) co_return fail(Errc::NotFound, "no such account");
  const std::unique_ptr<Served> gone = std::move(found->second);
  served_.erase(found);
  co_await stop(*gone);
  gone->queue.reset();
  gone->engine.reset();
  gone->store.reset();
  gone->replica.reset();
  CO_TRY(co_await accounts_.remove(number));
  events_.status_changed();
  co_return Result<>();
}

Task<Result<>> Client::refresh(std::string address) {
  if (tunnel_.state() != LinkState::Up) tunnel_.retry_now();
  bool any = false;
  std::vector<std::uint32_t> numbers;
  for (auto& [number, served] : served_) numbers.push_back(number);
  for (const std::uint32_t number : numbers) {
    const auto found = served_.find(number);
    if (found == served_.end()) continue;
    if (!address.empty() && find(address) != found->second.get()) continue;
    if (!found->second->engine)
      co_return fail(Errc::Unreachable,
                     found->second->account.address + " cannot be opened: " + found->second->trouble);
    any = true;
    CO_TRY(co_await found->second->engine->refresh());
  }
  if (!any) co_return fail(Errc::NotFound, "no such account");
  co_return Result<>();
}

// What the journal keeps for a person: changes that the server refused.
Task<Result<>> Client::add_durable_notices(std::uint32_t number, std::vector<std::string>& to) {
  const auto found = served_.find(number);
  if (found == served_.end() || found->second->replica == nullptr) co_return Result<>();
  const std::string address = found->second->account.address;
  const Result<std::vector<replica::ReplicaNotice>> kept = co_await found->second->replica->notices();
  if (!kept && kept.error().code == Errc::Cancelled) co_return tl::unexpected(kept.error());
  if (!kept) co_return Result<>();  // the account's own text says what is wrong with it
  const std::size_t first = kept->size() - std::min(kept->size(), events::kKeptNotices);
  for (std::size_t at = first; at < kept->size(); ++at) to.push_back(address + ": " + (*kept)[at].text);
  co_return Result<>();
}

LinkStatus Client::link() const {
  LinkStatus link;
  link.gateway = settings_.gateway;
  link.gateway_agent = tunnel_.gateway_agent();
  link.sessions = tunnel_.sessions_begun();
  link.joins = tunnel_.joins();
  if (const booster::carrier::Carrier* carrier = tunnel_.carrier()) {
    link.carrier = carrier->report();
    link.via = carrier->via();
    link.beside = tunnel_.mux() != nullptr && tunnel_.mux()->has_beside();
  }
  link.state = tunnel_.state() == LinkState::Up           ? "up"
               : tunnel_.state() == LinkState::Connecting ? "connecting"
                                                          : "down";
  if (tunnel_.last_error()) link.trouble = to_string(*tunnel_.last_error());
  if (const auto contact = tunnel_.last_contact())
    link.since_contact = std::chrono::duration_cast<std::chrono::seconds>(loop_.now() - *contact);
  if (booster::carrier::Mux* const mux = tunnel_.mux(); mux != nullptr && mux->last_rtt())
    link.round_trip = std::chrono::duration_cast<std::chrono::milliseconds>(*mux->last_rtt());
  return link;
}

Task<Result<ClientStatus>> Client::status() {
  ClientStatus status;
  status.link = link();
  std::vector<std::uint32_t> numbers;
  for (auto& [number, served] : served_) numbers.push_back(number);
  for (const std::uint32_t number : numbers) {
    const auto found = served_.find(number);
    if (found == served_.end()) continue;
    AccountStatus account;
    account.address = found->second->account.address;
    account.text = found->second->trouble;
    if (found->second->engine) {
      Result<AccountStatus> known = co_await found->second->engine->status();
      if (known)
        account = *std::move(known);
      else
        account.text = to_string(known.error());
    }
    status.accounts.push_back(std::move(account));
  }
  for (const std::uint32_t number : numbers) CO_TRY(co_await add_durable_notices(number, status.notices));
  for (const events::Event& notice : events_.notices())
    status.notices.push_back(notice.account.empty() ? notice.text : notice.account + ": " + notice.text);
  status.secrets = accounts_.secrets_description();
  co_return status;
}

}  // namespace proxy::client
