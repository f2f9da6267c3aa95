#include "proxy/gateway/dispatcher/supervise.h"

#include <algorithm>

#include "booster/runtime/timer.h"

namespace proxy::gateway::dispatcher {
namespace {

namespace runtime = booster::runtime;

// One life. Gives why it ended.
Task<Result<>> live_once(Launcher& launcher, ChildKind kind, ProcessStatus& status, ChildUser& user) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  CO_TRY_ASSIGN(const std::unique_ptr<Child> child, launcher.launch(kind));
  status.pid = child->pid();
  const Result<> used = co_await user.use_child(child->take_wire(), child->pid());
  if (here.scope->cancelled()) (void)co_await runtime::shielded(kGoodbye, child->exited());
  child->kill();  // it may only hang
  (void)co_await runtime::shielded(kGoodbye, child->exited());
  status.pid = 0;
  Error why = used ? Error(Errc::Closed, "ended") : used.error();
  why = std::move(why).context(std::string(to_string(kind)) + " process");
  status.last_error = codec::to_string(why);
  user.on_child_gone(why);
  co_return tl::unexpected(std::move(why));
}

}  // namespace

Task<Result<>> supervise(runtime::Loop& loop, Launcher& launcher, ChildKind kind, ProcessStatus& status,
                         ChildUser& user) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  runtime::Duration backoff = kFirstBackoff;
  status.kind = to_string(kind);
  for (;;) {
    const runtime::TimePoint begun = loop.now();
    const Result<> end = co_await live_once(launcher, kind, status, user);
    if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "supervise");
    if (!end) status.last_error = codec::to_string(end.error());
    if (loop.now() - begun >= kSettled) backoff = kFirstBackoff;
    CO_TRY(co_await runtime::sleep_for(backoff));
    backoff = std::min<runtime::Duration>(2 * backoff, kLongestBackoff);
    ++status.restarts;
  }
}

}  // namespace proxy::gateway::dispatcher
