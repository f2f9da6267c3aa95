// Who is there: CAPABILITY, STARTTLS, LOGIN, AUTHENTICATE, ID, ENABLE, NAMESPACE, LOGOUT.      Source: RFC 3501 §6.1-2
#include "proxy/client/faces/imap_session.h"
#include "proxy/smtp/text.h"

namespace proxy::client::faces {

using booster::runtime::sleep_for;
namespace command = imap::command;
namespace response = imap::response;

// Each of them is whole. Told before login too: some programs (Python's imaplib) do not ask again.
std::vector<std::string> ImapSession::capabilities() const {
  std::vector<std::string> names;
  for (const char* name :
       {"IMAP4rev1", "LITERAL+", "SASL-IR", "ID", "ENABLE", "IDLE", "NAMESPACE", "UIDPLUS", "MOVE", "UNSELECT",
        "CONDSTORE", "ESEARCH", "SPECIAL-USE", "LIST-EXTENDED", "LIST-STATUS", "STATUS=SIZE", "CHILDREN"}) {
    names.emplace_back(name);
  }
  if (store_ != nullptr) return names;
  if (settings_.tls && !tls_) names.emplace_back("STARTTLS");
  names.emplace_back(may_log_in() ? "AUTH=PLAIN" : "LOGINDISABLED");
  return names;
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Capability&) {
  untagged(response::Capability{capabilities()});
  co_return co_await done(tag, "CAPABILITY completed");
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Noop&) {
  co_return co_await done(tag, "NOOP completed");
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Logout&) {
  untagged(response::State{{}, Condition::Bye, {}, imap::make_text("Good bye")});
  reply(tag, Condition::Ok, "LOGOUT completed");
  ending_ = true;
  co_return Result<>();
}

Task<Result<>> ImapSession::run(const Tag& tag, command::StartTls&) {
  if (!settings_.tls || tls_) {
    bad_command(tag, tls_ ? "TLS is active already" : "TLS is not configured");
    co_return Result<>();
  }
  // Octets that came before the switch must never be taken for what came inside of it.
  if (!wire_.input().empty()) co_return fail(Errc::Protocol, "data behind STARTTLS");
  reply(tag, Condition::Ok, "Begin TLS");
  CO_TRY(co_await wire_.start_tls(*settings_.tls));
  tls_ = true;
  co_return Result<>();
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Id&) {
  untagged(response::Id{{{"name", "Packetboat"}, {"version", settings_.version}}});
  co_return co_await done(tag, "ID completed");
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Enable& c) {
  response::Enabled enabled;
  for (const imap::Atom& name : c.capabilities) {
    if (!name.is("CONDSTORE")) continue;
    if (!condstore_) enabled.names.emplace_back("CONDSTORE");
    condstore_ = true;
  }
  untagged(enabled);
  co_return co_await done(tag, "ENABLE completed");
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Compress&) {
  reply(tag, Condition::No, "Compression is not offered on a local connection", imap::CodeName::Cannot);
  co_return Result<>();
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Namespace&) {
  CO_TRY_ASSIGN(const std::vector<Mailbox> mailboxes,
                co_await patiently("Waiting for the folders", store_->mailboxes()));
  response::Namespace spaces;
  const std::optional<char> delimiter = mailboxes.empty() ? '/' : mailboxes.front().delimiter;
  spaces.personal.push_back({"", delimiter});
  untagged(spaces);
  co_return co_await done(tag, "NAMESPACE completed");
}

Task<Result<>> ImapSession::run(const Tag& tag, command::Login& c) {
  co_return co_await log_in(tag, std::move(c.user), std::move(c.password));
}

// message = [authzid] NUL authcid NUL passwd                                                       RFC 4616 §2
Task<Result<>> ImapSession::run(const Tag& tag, command::Authenticate& c) {
  if (!c.mechanism.is("PLAIN")) {
    reply(tag, Condition::No, "Only AUTH=PLAIN is offered", imap::CodeName::Cannot);
    co_return Result<>();
  }
  if (!c.initial) {
    wire_.out().append("+ \r\n");
    CO_TRY_ASSIGN(std::optional<std::string> line, co_await read_line());
    if (!line) co_return fail(Errc::Closed, "gone while logging in");
    c.initial = std::move(line);
  }
  if (*c.initial == "*") {
    bad_command(tag, "AUTHENTICATE cancelled");
    co_return Result<>();
  }
  const std::optional<std::string> message = smtp::parse_base64(*c.initial);
  const std::size_t first = message ? message->find('\0') : std::string::npos;
  const std::size_t second = first == std::string::npos ? first : message->find('\0', first + 1);
  if (second == std::string::npos) {
    bad_command(tag, "That is no message of SASL PLAIN");
    co_return Result<>();
  }
  const std::string authorized = message->substr(0, first);
  std::string user = message->substr(first + 1, second - first - 1);
  if (!authorized.empty() && authorized != user) {
    reply(tag, Condition::No, "To act for another user is not possible", imap::CodeName::AuthorizationFailed);
    co_return Result<>();
  }
  co_return co_await log_in(tag, std::move(user), message->substr(second + 1));
}

Task<Result<>> ImapSession::log_in(const Tag& tag, std::string user, std::string password) {
  if (!may_log_in()) {
    reply(tag, Condition::No, "STARTTLS first", imap::CodeName::PrivacyRequired);
    co_return Result<>();
  }
  const std::string peer = wire_.stream().peer();
  const bool jailed = doorkeeper_.jailed(peer, user, loop_->now());
  const std::optional<AccountBook::Entry> entry = accounts_.find(user);
  const ByteView expected = entry && entry->password != nullptr ? entry->password->reveal() : ByteView();
  const bool right = doorkeeper_.matches(password, expected);
  if (jailed || !right) {
    Duration delay = kLongestDelay;
    if (!jailed) delay = doorkeeper_.refused(peer, user, password, loop_->now());
    if (settings_.log) settings_.log("imap: login refused");
    CO_TRY(co_await sleep_for(delay));
    if (jailed) {
      reply(tag, Condition::No, "Too many wrong passwords; try again in a minute", imap::CodeName::Unavailable);
    } else {
      reply(tag, Condition::No, "User name or password is wrong", imap::CodeName::AuthenticationFailed);
    }
    co_return Result<>();
  }
  doorkeeper_.admitted(peer, user);
  Mailstore* const store = entry->store;
  Result<> ready = co_await patiently("Waiting for the folders", store->ready());
  const std::string trouble = store->trouble();
  if (!ready && ready.error().code == Errc::Denied && !trouble.empty()) {
    reply(tag, Condition::No, trouble, imap::CodeName::AuthenticationFailed);
    co_return Result<>();
  }
  if (!ready) {
    refuse(tag, ready.error(), "Login");
    co_return Result<>();
  }
  store_ = store;
  // What is here is served all the same; the person is told once a session (RFC 3501 §7.1 ALERT).
  if (!trouble.empty()) untagged(response::State{{}, Condition::Ok, imap::CodeName::Alert, imap::make_text(trouble)});
  imap::CommandLimits limits = imap::limits_after_login(settings_.max_append);
  limits.non_sync = SIZE_MAX;  // LITERAL+
  reader_.set_limits(limits);
  reply(tag, Condition::Ok, "Logged in", imap::code::Capability{capabilities()});
  co_return Result<>();
}

}  // namespace proxy::client::faces
