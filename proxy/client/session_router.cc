#include "proxy/client/session_router.h"

#include "booster/runtime/timer.h"

namespace proxy::client {

namespace runtime = booster::runtime;

Task<Result<>> SessionRouter::use_session(booster::carrier::Mux& mux) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  messaging::FrameStream control(mux.control());
  SessionLink link(mux, control);
  runtime::TaskScope tasks(loop_, *here.scope, [](const std::string&, const Error&) {});
  link_ = &link;
  tasks_ = &tasks;
  ++session_;
  goodbye_.clear();
  changed_.raise();
  tasks.spawn("control writer", write_control(link));
  for (const auto& [handle, member] : members_) start(sync::AccountHandle{handle});
  const Result<> end = co_await read_control(control);
  link_ = nullptr;
  tasks_ = nullptr;
  tasks.cancel();
  co_await tasks.join();
  posted_.clear();
  changed_.raise();
  // A gateway that breaks the control stream's protocol: nobody would read it any more.
  if (!end && end.error().code != Errc::Cancelled && !mux.closed()) mux.close(end.error());
  co_return end;
}

// What comes from outside the session, which may end at any time: only this story sends it.
Task<Result<>> SessionRouter::write_control(SessionLink& link) {
  for (;;) {
    const std::uint64_t seen = to_post_.count();
    if (posted_.empty()) {
      CO_TRY(co_await to_post_.past(seen));
      continue;
    }
    const sync::ControlMessage message = std::move(posted_.front());
    posted_.pop_front();
    CO_TRY(co_await link.send(message));
    changed_.raise();
  }
}

void SessionRouter::post(sync::ControlMessage message) {
  posted_.push_back(std::move(message));
  to_post_.raise();
}

Task<Result<>> SessionRouter::read_control(messaging::FrameStream& control) {
  for (;;) {
    CO_TRY_ASSIGN(const codec::property::Chain chain, co_await control.receive());
    Result<sync::ControlMessage> message = sync::decode_control(chain);
    if (!message && message.error().code == Errc::Unsupported) continue;  // of a newer gateway
    if (!message) co_return tl::unexpected(message.error());
    CO_TRY(co_await dispatch(*std::move(message)));
  }
}

namespace {

std::optional<sync::AccountHandle> handle_of(const sync::ControlMessage& message) {
  if (const auto* result = std::get_if<sync::LoginResult>(&message)) return result->account;
  if (const auto* lost = std::get_if<sync::AgentLost>(&message)) return lost->account;
  if (const auto* ready = std::get_if<sync::AgentReady>(&message)) return ready->account;
  return std::nullopt;
}

}  // namespace

Task<Result<>> SessionRouter::dispatch(sync::ControlMessage message) {
  if (const auto handle = handle_of(message)) {
    const auto member = members_.find(handle->value);
    if (member != members_.end()) {
      member->second.account->on_control(message);
    } else if (auto* result = std::get_if<sync::LoginResult>(&message)) {
      const auto asked = answers_.find(handle->value);
      if (asked != answers_.end()) asked->second = std::move(*result);
    }
  } else if (auto* enrolled = std::get_if<sync::EnrolResult>(&message)) {
    enrolled_ = std::move(*enrolled);
  } else if (auto* goodbye = std::get_if<sync::Goodbye>(&message)) {
    goodbye_ = std::move(goodbye->text);
  } else {
    co_return fail(Errc::Protocol, "control stream: a message that only a client sends");
  }
  changed_.raise();
  co_return Result<>();
}

void SessionRouter::add(sync::AccountHandle handle, AccountSession& account) {
  Member member;
  member.account = &account;
  members_[handle.value] = member;
  start(handle);
}

void SessionRouter::start(sync::AccountHandle handle) {
  if (link_ == nullptr) return;
  members_.at(handle.value).running = true;
  tasks_->spawn("account", run_member(handle, *link_));
}

Task<Result<>> SessionRouter::run_member(sync::AccountHandle handle, SessionLink& link) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  runtime::CancelScope scope(*here.scope);
  members_.at(handle.value).scope = &scope;
  AccountSession& account = *members_.at(handle.value).account;
  const Result<> end = co_await account.run_session(link).in(scope);
  Member& member = members_.at(handle.value);
  member.scope = nullptr;
  member.running = false;
  changed_.raise();
  co_return end;
}

// Its part in the present session is cancelled and waited for, whatever becomes of our own scope.
Task<void> SessionRouter::remove(sync::AccountHandle handle) {
  for (auto member = members_.find(handle.value); member != members_.end() && member->second.running;
       member = members_.find(handle.value)) {
    if (member->second.scope != nullptr) member->second.scope->cancel();
    runtime::CancelScope own;
    (void)co_await changed_.past(changed_.count()).in(own);
  }
  members_.erase(handle.value);
}

Task<Result<sync::LoginResult>> SessionRouter::ask(sync::LoginRequest request) {
  if (link_ == nullptr) co_return fail(Errc::Unreachable, "no session with the gateway");
  const std::uint64_t session = session_;
  const std::uint32_t handle = next_probe_++;
  request.account = sync::AccountHandle{handle};
  sync::LoginResult waiting;
  waiting.code = sync::LoginResult::Code::Waiting;
  answers_[handle] = waiting;
  post(std::move(request));
  Result<> going;
  while (going && answers_.at(handle).code == sync::LoginResult::Code::Waiting) {
    if (link_ == nullptr || session != session_) going = fail(Errc::Unreachable, "the session ended");
    if (going) going = co_await changed_.past(changed_.count());
  }
  sync::LoginResult answer = std::move(answers_.at(handle));
  answers_.erase(handle);
  if (!going) co_return tl::unexpected(going.error());
  co_return answer;
}

Task<Result<sync::EnrolResult>> SessionRouter::enrol(sync::EnrolRequest request) {
  const std::uint64_t before = changed_.count();
  if (link_ == nullptr) CO_TRY(co_await changed_.past(before));
  if (link_ == nullptr) co_return fail(Errc::Unreachable, "no session with the gateway");
  const std::uint64_t session = session_;
  enrolled_.reset();
  post(std::move(request));
  while (!enrolled_) {
    if (link_ == nullptr || session != session_) co_return fail(Errc::Unreachable, "the session ended");
    CO_TRY(co_await changed_.past(changed_.count()));
  }
  co_return *std::exchange(enrolled_, std::nullopt);
}

Task<Result<>> SessionRouter::say_goodbye(std::string text) {
  if (link_ == nullptr) co_return fail(Errc::Unreachable, "no session with the gateway");
  sync::Goodbye goodbye;
  goodbye.text = std::move(text);
  post(std::move(goodbye));
  while (link_ != nullptr && !posted_.empty()) CO_TRY(co_await changed_.past(changed_.count()));
  co_return Result<>();
}

}  // namespace proxy::client
