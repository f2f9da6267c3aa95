#include "proxy/gateway/dispatcher/broker_link.h"

#include <filesystem>

#include "booster/runtime/timer.h"

namespace proxy::gateway::dispatcher {
namespace {

namespace runtime = booster::runtime;
using booster::crypto::Secret;
using codec::property::Chain;

Task<Result<>> until(bool& state, runtime::Notify& change) {
  while (!state) CO_TRY(co_await change.wait());
  co_return Result<>();
}

}  // namespace

Task<Result<>> BrokerLink::run() {
  co_return co_await supervise(loop_, launcher_, ChildKind::Broker, status_, *this);
}

Task<Result<>> BrokerLink::ready() {
  if (up_) co_return Result<>();
  Result<> up = co_await runtime::with_timeout(kBrokerPatience, until(up_, change_));
  co_return std::move(up).context("auth broker");
}

Task<Result<>> BrokerLink::end_with(Task<Result<>> part) {
  Task<Result<>> own = std::move(part);
  const Result<> result = co_await std::move(own);
  if (!result && end_) end_ = tl::unexpected(result.error());
  if (!result) parts_->cancel();
  co_return Result<>();
}

Task<Result<>> BrokerLink::use_child(booster::net::StreamPtr wire, int) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  const booster::net::StreamPtr own = std::move(wire);
  ChainLink link(*own);
  auto on_error = [this](const std::string& task, const Error& error) {
    if (note_) note_(task + ": " + codec::to_string(error));
  };
  runtime::TaskScope parts(loop_, *here.scope, on_error);
  link_ = &link;
  parts_ = &parts;
  end_ = Result<>();
  parts.spawn("broker writer", end_with(link.write_all()));
  parts.spawn("broker reader", end_with(read_messages()));
  parts.spawn("broker introduction", end_with(introduce()));
  co_await parts.join();
  link_ = nullptr;
  parts_ = nullptr;
  up_ = false;
  co_return end_;
}

void BrokerLink::on_child_gone(const Error& why) {
  if (note_) note_(codec::to_string(why));
  asks_.fail_all(why);
  fetches_.fail_all(why);
}

// What it must know before the first question; after a restart too.
Task<Result<>> BrokerLink::introduce() {
  broker::Configure configure;
  configure.key_file = (std::filesystem::path(settings_.state_dir) / "refused.key").string();
  for (const DomainSettings& domain : settings_.domains)
    if (domain.master) configure.masters.push_back({domain.domain, domain.master->password_file});
  CO_TRY(send(std::move(configure)));
  const auto now = std::chrono::floor<std::chrono::seconds>(loop_.wall_now());
  CO_TRY_ASSIGN(const std::vector<state::RefusedPassword> refused, co_await state_.refused_passwords(now));
  for (const state::RefusedPassword& known : refused) {
    CO_TRY(send(broker::KnownRefusal{known.account, known.tag, known.expires_at}));
    CO_TRY(co_await link_->flushed());
  }
  up_ = true;
  change_.notify_all();
  co_return Result<>();
}

Task<Result<>> BrokerLink::read_messages() {
  for (;;) {
    CO_TRY_ASSIGN(const Chain chain, co_await link_->next());
    CO_TRY_ASSIGN(broker::Message message, broker::decode_message(chain));
    if (const auto* answer = std::get_if<broker::Answer>(&message)) {
      (void)asks_.complete(answer->call, *answer);
    } else if (auto* fetched = std::get_if<broker::Fetched>(&message)) {
      (void)fetches_.complete(fetched->call, std::move(*fetched));
    } else if (auto* refusal = std::get_if<broker::KnownRefusal>(&message)) {
      parts_->spawn("refused password", store_refusal(std::move(*refusal)));
    } else if (const auto* told = std::get_if<broker::Note>(&message)) {
      if (note_) note_("auth broker: " + told->text);
    } else {
      co_return fail(Errc::Protocol, "a front's message from the broker");
    }
  }
}

Task<Result<>> BrokerLink::store_refusal(broker::KnownRefusal refusal) {
  state::RefusedPassword row{std::move(refusal.account), std::move(refusal.tag), refusal.expires_at};
  co_return co_await state_.add_refused_password(std::move(row));
}

Result<> BrokerLink::send(const broker::Message& message) {
  if (link_ == nullptr) return fail(Errc::Closed, "the auth broker is not running");
  return link_->send(broker::encode(message));
}

Task<Result<broker::Answer>> BrokerLink::ask(std::string account, std::string network, bool enrolled, Secret password) {
  for (int attempt = 0;; ++attempt) {
    CO_TRY(co_await ready());
    broker::Ask question;
    question.call = asks_.begin();
    question.account = account;
    question.network = network;
    question.enrolled = enrolled;
    question.password = password.copy();
    const std::uint64_t call = question.call;
    const Result<> sent = send(std::move(question));
    if (!sent) (void)asks_.complete(call, tl::unexpected(sent.error()));
    const Result<broker::Answer> answer = co_await asks_.wait(call);
    if (answer || answer.error().code == Errc::Cancelled || attempt > 0) co_return answer;
  }
}

void BrokerLink::report(std::uint64_t call, broker::Report::Result result, bool keep) {
  (void)send(broker::Report{call, result, keep});
}

Task<Result<Secret>> BrokerLink::fetch(broker::Fetch request) {
  CO_TRY(co_await ready());
  request.call = fetches_.begin();
  const std::uint64_t call = request.call;
  const Result<> sent = send(std::move(request));
  if (!sent) (void)fetches_.complete(call, tl::unexpected(sent.error()));
  CO_TRY_ASSIGN(broker::Fetched fetched, co_await fetches_.wait(call));
  if (!fetched.found) co_return fail(Errc::NotFound, "the auth broker holds no credential");
  co_return std::move(fetched.password);
}

Task<Result<Secret>> BrokerLink::fetch(std::string account) {
  broker::Fetch request;
  request.account = std::move(account);
  co_return co_await fetch(std::move(request));
}

Task<Result<Secret>> BrokerLink::fetch_master(std::string domain) {
  broker::Fetch request;
  request.domain = std::move(domain);
  co_return co_await fetch(std::move(request));
}

void BrokerLink::forget(const std::string& account) {
  (void)send(broker::Forget{account});
}

}  // namespace proxy::gateway::dispatcher
