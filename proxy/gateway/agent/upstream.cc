#include "proxy/gateway/agent/upstream.h"

#include <algorithm>

#include "booster/runtime/timer.h"

namespace proxy::gateway::agent {
namespace {

constexpr auto kFirstBackoff = std::chrono::seconds(1);
constexpr auto kLongestBackoff = std::chrono::minutes(5);

}  // namespace

Upstream::~Upstream() {
  CHECK(!held_ && waiting_.empty());
}

Task<Result<>> Upstream::take_turn(Urgency urgency) {
  if (closed_) co_return fail(Errc::Closed, "the agent logs off");
  if (!held_) {
    held_ = true;
    co_return Result<>();
  }
  Waiter waiter;
  waiter.urgency = urgency;
  const auto behind =
      std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiter* other) { return other->urgency > urgency; });
  waiting_.insert(behind, &waiter);
  while (!waiter.granted) {
    const Result<> woken = co_await waiter.woken.wait();
    if (woken) continue;
    if (waiter.granted) {
      give_back();
    } else {
      waiting_.remove(&waiter);
    }
    co_return woken;
  }
  co_return Result<>();
}

// Handed on to whoever is most urgent, so that nobody who gives back and takes again can starve the rest.
void Upstream::give_back() {
  if (waiting_.empty()) {
    held_ = false;
    return;
  }
  Waiter* next = waiting_.front();
  waiting_.pop_front();
  next->granted = true;
  next->woken.notify_all();
}

Task<Result<Upstream::Lease>> Upstream::work(Urgency urgency) {
  CO_TRY(co_await take_turn(urgency));
  Lease lease(*this);
  CO_TRY(co_await ensure_connected());
  co_return std::move(lease);
}

Task<Result<>> Upstream::ensure_connected() {
  if (closed_) co_return fail(Errc::Closed, "the agent logs off");
  if (denied_) co_return fail(Errc::Denied, "the mail server refuses the login");
  if (connected()) co_return Result<>();
  if (loop_.now() < not_before_) CO_TRY(co_await runtime::sleep_until(not_before_));
  connection_.reset();
  auto made = co_await another(login_);
  if (made) {
    connection_ = std::move(*made);
    trouble_.reset();
    backoff_ = {};
    changed_.notify_all();
    co_return Result<>();
  }
  if (made.error().code == Errc::Cancelled) co_return tl::unexpected(made.error());
  trouble_ = made.error();
  if (made.error().code == Errc::Denied) denied_ = true;
  backoff_ = std::clamp<Duration>(backoff_ * 2, kFirstBackoff, kLongestBackoff);
  not_before_ = loop_.now() + backoff_;
  changed_.notify_all();
  co_return tl::unexpected(made.error());
}

Task<Result<std::unique_ptr<ImapConnection>>> Upstream::another() {
  co_return co_await another(login_);
}

Task<Result<std::unique_ptr<ImapConnection>>> Upstream::another(const connector::Login& login) {
  CO_TRY_ASSIGN(std::unique_ptr<ImapConnection> made, co_await dialer_.connect());
  CO_TRY(co_await made->login(login));
  co_return std::move(made);
}

Task<void> Upstream::close() {
  closed_ = true;
  if (connection_ && !held_) {
    held_ = true;
    (void)co_await connection_->logout();
    held_ = false;
  }
  connection_.reset();
}

}  // namespace proxy::gateway::agent
