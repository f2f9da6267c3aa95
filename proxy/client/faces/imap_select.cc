// The selected mailbox: SELECT, EXAMINE, CLOSE, UNSELECT, CHECK, IDLE.            Source: RFC 3501 §6.3.1, 2177, 7162
#include "proxy/client/faces/imap_session.h"

namespace proxy::client::faces {

namespace command = imap::command;
namespace response = imap::response;

Task<Result<>> ImapSession::run(const Tag& tag, command::Select& c) {
  if (c.qresync) {
    bad_command(tag, "QRESYNC is not offered");
    co_return Result<>();
  }
  if (view_)
    untagged(response::State{{}, Condition::Ok, imap::CodeName::Closed, imap::make_text("Previous one closed")});
  view_ = nullptr;
  selected_.reset();
  structure_of_ = {};
  structure_ = nullptr;
  const std::string_view verb = c.examine ? "EXAMINE" : "SELECT";
  Result<std::unique_ptr<MailboxView>> opened =
      co_await patiently("This mailbox is on its way for the first time", store_->open(c.mailbox));
  if (!opened) {
    refuse(tag, opened.error(), verb);
    co_return Result<>();
  }
  view_ = std::move(*opened);
  selected_ = c.mailbox;
  read_only_ = c.examine || view_->read_only();
  if (c.condstore) condstore_ = true;
  CO_TRY(co_await describe_selected());
  const imap::CodeName code = read_only_ ? imap::CodeName::ReadOnly : imap::CodeName::ReadWrite;
  reply(tag, Condition::Ok, std::string(verb) + " completed", code);
  co_return Result<>();
}

Task<Result<>> ImapSession::describe_selected() {
  const auto say = [this](imap::Code code, std::string_view text) {
    untagged(response::State{{}, Condition::Ok, std::move(code), imap::make_text(text)});
  };
  CO_TRY_ASSIGN(imap::FlagSet flags, co_await view_->keywords());
  for (const auto flag : {imap::SystemFlag::Seen, imap::SystemFlag::Answered, imap::SystemFlag::Flagged,
                          imap::SystemFlag::Deleted, imap::SystemFlag::Draft}) {
    flags.add(flag);
  }
  CO_TRY_ASSIGN(const MailboxStatus status, co_await view_->status());
  CO_TRY_ASSIGN(const std::optional<imap::SeqNumber> unseen, co_await view_->first_unseen());
  untagged(response::Flags{flags});
  imap::code::PermanentFlags permanent;
  if (!read_only_) permanent = {flags, view_->any_keyword()};
  say(permanent, read_only_ ? "Read-only" : permanent.any_keyword ? "These and any keyword" : "These");
  untagged(response::Exists{view_->exists()});
  untagged(response::Recent{0});
  if (unseen) say(imap::code::Unseen{*unseen}, "First unseen");
  say(imap::code::UidValidityIs{status.uid_validity}, "For ever");
  say(imap::code::UidNext{status.uid_next}, "Predicted");
  say(imap::code::HighestModSeq{status.highest_mod_seq}, "Highest");
  co_return Result<>();
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Close&) {
  Result<> expunged;
  if (!read_only_) expunged = co_await patiently("Expunging", view_->expunge(std::nullopt));
  view_ = nullptr;
  selected_.reset();
  if (!expunged) {
    refuse(tag, expunged.error(), "CLOSE");
  } else {
    reply(tag, Condition::Ok, "CLOSE completed");
  }
  co_return Result<>();
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Unselect&) {
  view_ = nullptr;
  selected_.reset();
  reply(tag, Condition::Ok, "UNSELECT completed");
  co_return Result<>();
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Check&) {
  co_return co_await done(tag, "CHECK completed");
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Idle&) {
  wire_.out().append("+ idling\r\n");
  reader_.expect_line();
  const booster::runtime::TimePoint until = loop_->now() + kIdleLimit;
  std::optional<imap::CommandEvent> event;
  while (!(event = reader_.next(wire_.input()))) {
    const std::uint64_t version = view_ ? view_->version() : 0;
    CO_TRY(co_await tell_changes(true));
    CO_TRY(co_await wire_.flush());
    if (ending_) co_return Result<>();
    if (view_ && view_->version() != version) continue;  // more came while we told the last
    const Duration left = std::max<Duration>(until - loop_->now(), std::chrono::milliseconds(1));
    Woken woken = Woken::Ended;
    if (view_) {
      auto moved = [view = view_.get(), version] { return view->version() != version; };
      CO_TRY_ASSIGN(woken, co_await wire_.fill_or_change(left, view_->changed(), std::move(moved)));
    } else {
      CO_TRY_ASSIGN(woken, co_await wire_.fill(left));
    }
    if (woken == Woken::Ended) co_return fail(Errc::Closed, "gone while idling");
  }
  if (const auto* line = std::get_if<imap::Line>(&*event)) {
    if (imap::equal_no_case(line->text, "DONE")) co_return co_await done(tag, "IDLE completed");
    bad_command(tag, "Expected DONE");
    co_return Result<>();
  }
  co_return co_await handle(std::move(*event));
}

}  // namespace proxy::client::faces
