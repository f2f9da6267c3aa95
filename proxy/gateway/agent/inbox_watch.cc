#include "proxy/gateway/agent/inbox_watch.h"

#include "booster/runtime/timer.h"

namespace proxy::gateway::agent {
namespace {

constexpr auto kFirstRearm = std::chrono::seconds(2);
constexpr auto kLongestRearm = std::chrono::minutes(5);  // a server that grants one connection only

}  // namespace

Task<Result<>> InboxWatch::run() {
  Duration backoff = kFirstRearm;
  for (;;) {
    const runtime::TimePoint began = loop_.now();
    const Result<> ended = co_await watch();
    armed_ = false;
    tried_ = true;
    if (!ended && ended.error().code == Errc::Cancelled) co_return ended;
    say();  // look oneself: nobody told what happened meanwhile
    if (loop_.now() - began > kLongestRearm) backoff = kFirstRearm;
    CO_TRY(co_await runtime::sleep_for(backoff));
    backoff = std::min<Duration>(backoff * 2, kLongestRearm);
  }
}

Task<Result<>> InboxWatch::watch() {
  CO_TRY_ASSIGN(std::unique_ptr<ImapConnection> imap, co_await upstream_.another());
  const imap::MailboxName inbox = *imap::make_mailbox_name("INBOX");
  CO_TRY(co_await imap->select(inbox, connector::Access::ReadOnly));
  Result<> ended;
  while (ended && imap->usable()) {
    if (!imap->can().idle) {
      ended = co_await poll(*imap);
    } else {
      ended = co_await imap->idle(*this, rearm_);
      if (!ended && ended.error().code == Errc::Unsupported && imap->usable()) ended = Result<>();
    }
  }
  if (!ended && ended.error().code == Errc::Cancelled) (void)co_await imap->logout();
  co_return ended;
}

Task<Result<>> InboxWatch::poll(ImapConnection& imap) {
  const std::uint64_t before = imap.selected() == nullptr ? 0 : imap.selected()->changes;
  CO_TRY(co_await imap.noop());
  if (!tried_) on_armed();
  if (imap.selected() != nullptr && imap.selected()->changes != before) say();
  co_return co_await runtime::sleep_for(poll_);
}

void InboxWatch::on_armed() {
  armed_ = tried_ = true;
  say();  // between the last look and now something may have come
}

void InboxWatch::on_change() {
  say();
}

void InboxWatch::say() {
  news_ = true;
  changed_.notify_all();
}

}  // namespace proxy::gateway::agent
