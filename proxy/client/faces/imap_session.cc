#include "proxy/client/faces/imap_session.h"

#include <algorithm>

namespace proxy::client::faces {

using booster::runtime::shielded;
using booster::runtime::surroundings;
using booster::runtime::TimePoint;
namespace command = imap::command;
namespace response = imap::response;

ImapSession::ImapSession(booster::net::StreamPtr stream, const FaceSettings& settings, AccountBook& accounts,
                         Doorkeeper& doorkeeper)
    : wire_(std::move(stream)),
      settings_(settings),
      accounts_(accounts),
      doorkeeper_(doorkeeper),
      budget_(kConnectionBudget),
      reader_(budget_) {}

ImapSession::~ImapSession() = default;

Task<Result<>> ImapSession::serve() {
  const booster::runtime::Surroundings here = co_await surroundings();
  loop_ = here.loop;
  connected_ = loop_->now();
  if (settings_.implicit_tls && settings_.tls) {
    CO_TRY(co_await wire_.start_tls(*settings_.tls));
    tls_ = true;
  }
  response::State greeting;
  greeting.code = imap::code::Capability{capabilities()};
  greeting.text = imap::make_text(settings_.host_name + " Packetboat ready");
  untagged(greeting);
  Result<> end = co_await serve_commands();
  constexpr Duration kGoodbye = std::chrono::seconds(5);
  if (!end) {
    (void)co_await shielded(kGoodbye, say_bye(end.error()));
  } else if (wire_.open()) {
    (void)co_await shielded(kGoodbye, wire_.stream().finish());
  }
  view_ = nullptr;
  wire_.close();
  co_return end;
}

Task<Result<>> ImapSession::serve_commands() {
  while (!ending_) {
    CO_TRY_ASSIGN(std::optional<imap::CommandEvent> event, co_await next_event());
    if (!event) co_return Result<>();
    CO_TRY(co_await handle(std::move(*event)));
    CO_TRY(co_await wire_.flush_when_full());
  }
  co_return co_await wire_.flush();
}

Task<Result<>> ImapSession::say_bye(Error end) {
  if (!wire_.open()) co_return Result<>();
  std::string_view why;
  if (end.code == Errc::Timeout) why = "Nothing was said for too long";
  if (end.code == Errc::Cancelled) why = "Packetboat is shutting down";
  if (why.empty()) co_return Result<>();
  untagged(response::State{{}, Condition::Bye, {}, imap::make_text(why)});
  CO_TRY(co_await wire_.flush());
  co_return co_await wire_.stream().finish();
}

Duration ImapSession::patience() const {
  const TimePoint now = loop_->now();
  TimePoint until = now + kIdleLimit;
  if (store_ == nullptr) until = std::min(until, connected_ + kLoginLimit);
  if (command_began_) {
    const Duration extra = std::chrono::seconds(command_octets_ / kMinimumRate);
    until = std::min(until, *command_began_ + kCommandLimit + extra);
  }
  return std::max<Duration>(until - now, std::chrono::milliseconds(1));
}

Task<Result<std::optional<imap::CommandEvent>>> ImapSession::next_event() {
  for (;;) {
    std::optional<imap::CommandEvent> event = reader_.next(wire_.input());
    if (reader_.between_commands()) {
      command_began_.reset();
      command_octets_ = 0;
    } else if (!command_began_) {
      command_began_ = loop_->now();
    }
    if (event) co_return event;
    CO_TRY(co_await wire_.flush());
    CO_TRY_ASSIGN(const Woken woken, co_await wire_.fill(patience()));
    if (woken == Woken::Ended) co_return std::optional<imap::CommandEvent>();
    command_octets_ += wire_.input().size();
  }
}

Task<Result<std::optional<std::string>>> ImapSession::read_line() {
  reader_.expect_line();
  CO_TRY_ASSIGN(std::optional<imap::CommandEvent> event, co_await next_event());
  if (!event) co_return std::optional<std::string>();
  if (auto* line = std::get_if<imap::Line>(&*event)) co_return std::optional<std::string>(std::move(line->text));
  if (const auto* drop = std::get_if<imap::Drop>(&*event)) {
    untagged(response::State{{}, Condition::Bye, {}, drop->reason});
    ending_ = true;
  }
  co_return std::optional<std::string>("*");  // cancels what asked for it
}

Task<Result<>> ImapSession::handle(imap::CommandEvent event) {
  if (auto* cmd = std::get_if<imap::Command>(&event)) co_return co_await execute(std::move(*cmd));
  if (auto* begin = std::get_if<imap::AppendBegin>(&event)) co_return co_await append(std::move(*begin));
  if (std::holds_alternative<imap::ContinueLiteral>(event)) {
    untagged(response::Continue{"OK"});
  } else if (const auto* bad = std::get_if<imap::BadCommand>(&event)) {
    bad_command(bad->tag, bad->text.text());
  } else if (const auto* drop = std::get_if<imap::Drop>(&event)) {
    untagged(response::State{{}, Condition::Bye, {}, drop->reason});
    ending_ = true;
  }
  co_return Result<>();
}

void ImapSession::bad_command(const std::optional<Tag>& tag, std::string_view text) {
  untagged(response::State{tag, Condition::Bad, {}, imap::make_text(text)});
  if (++bad_commands_ < kMaxBadCommands) return;
  untagged(response::State{{}, Condition::Bye, {}, imap::make_text("Too many commands that are none")});
  ending_ = true;
}

// What RFC 3501 §6.2-6.4 allows in which state. False: it was answered.
bool ImapSession::allowed(const imap::Command& cmd) {
  const auto& body = cmd.body;
  const auto is = [&body](auto... kinds) { return (std::holds_alternative<decltype(kinds)>(body) || ...); };
  if (is(command::Capability{}, command::Noop{}, command::Logout{}, command::Id{})) return true;
  if (std::holds_alternative<command::Login>(body) || std::holds_alternative<command::Authenticate>(body) ||
      is(command::StartTls{})) {
    if (store_ == nullptr) return true;
    bad_command(cmd.tag, "You are logged in already");
    return false;
  }
  if (store_ == nullptr) {
    bad_command(cmd.tag, "Log in first");
    return false;
  }
  const bool selected_only = is(command::Check{}, command::Close{}, command::Unselect{}, command::Expunge{}) ||
                             std::holds_alternative<command::Search>(body) ||
                             std::holds_alternative<command::Fetch>(body) ||
                             std::holds_alternative<command::Store>(body) ||
                             std::holds_alternative<command::Copy>(body) || std::holds_alternative<command::Move>(body);
  if (!selected_only || view_) return true;
  bad_command(cmd.tag, "Select a mailbox first");
  return false;
}

Task<Result<>> ImapSession::execute(imap::Command cmd) {
  if (!allowed(cmd)) co_return Result<>();
  const Tag tag = cmd.tag;
  Task<Result<>> work = std::visit([&](auto& body) { return run(tag, body); }, cmd.body);
  co_return co_await std::move(work);
}

void ImapSession::reply(const Tag& tag, Condition condition, std::string_view text, std::optional<imap::Code> code) {
  untagged(response::State{tag, condition, std::move(code), imap::make_text(text)});
}

namespace {

struct Refusal {
  std::optional<imap::CodeName> code;
  std::string_view text;
};

Refusal refusal_for(Errc code) {
  using imap::CodeName;
  switch (code) {
    case Errc::NotFound:
      return {CodeName::NonExistent, "there is no such mailbox or message"};
    case Errc::Conflict:
      return {CodeName::AlreadyExists, "that name is taken"};
    case Errc::Full:
      return {CodeName::Unavailable, "the disk is full; nothing was changed"};
    case Errc::Io:
      return {CodeName::Unavailable, "the disk failed; nothing was changed"};
    case Errc::Unreachable:
      return {CodeName::Unavailable, "not here, and the link is down"};
    case Errc::Timeout:
      return {CodeName::Unavailable, "the link is too slow now"};
    case Errc::Denied:
      return {CodeName::NoPerm, "not permitted"};
    case Errc::Unsupported:
      return {CodeName::Cannot, "not possible here"};
    case Errc::Limit:
      return {CodeName::Limit, "too large"};
    case Errc::Corrupt:
      return {CodeName::Corruption, "what is stored is damaged"};
    case Errc::Cancelled:
    case Errc::Closed:
      return {CodeName::Unavailable, "shutting down"};
    case Errc::Protocol:
      break;
  }
  return {std::nullopt, "refused"};
}

}  // namespace

// Says what failed in words of ours: an Error's own text is for operators.
void ImapSession::refuse(const Tag& tag, const Error& error, std::string_view what) {
  const Refusal refusal = refusal_for(error.code);
  std::optional<imap::Code> code;
  if (refusal.code) code = *refusal.code;
  reply(tag, Condition::No, std::string(what) + ": " + std::string(refusal.text), std::move(code));
}

Task<Result<>> ImapSession::done(const Tag& tag, std::string_view text, bool expunges) {
  const std::string words(text);
  CO_TRY(co_await tell_changes(expunges));
  reply(tag, Condition::Ok, words);
  co_return Result<>();
}

Task<Result<>> ImapSession::tell_changes(bool expunges) {
  if (!view_) co_return Result<>();
  for (bool more = true; more;) {
    Result<Changes> changes = co_await view_->poll(expunges);
    if (!changes && changes.error().code == Errc::NotFound) {  // the mailbox was deleted or renamed by another
      view_ = nullptr;
      selected_.reset();
      untagged(response::State{{}, Condition::Bye, {}, imap::make_text("The selected mailbox is gone")});
      ending_ = true;
      co_return Result<>();
    }
    CO_TRY(changes);
    for (const imap::SeqNumber number : changes->expunged) untagged(response::Expunge{number});
    if (changes->exists) untagged(response::Exists{*changes->exists});
    for (const Row& row : changes->flags) {
      imap::FetchWriter w(wire_.out(), row.number);
      w.uid(row.uid);
      w.flags(row.flags);
      if (condstore_) w.mod_seq(row.mod_seq);
      w.end();
    }
    more = changes->more;
    CO_TRY(co_await wire_.flush_when_full());
  }
  co_return Result<>();
}

}  // namespace proxy::client::faces
