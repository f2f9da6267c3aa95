// From the greeting to the authenticated state.                       Source: RFC 3501 §6.1, 6.2, RFC 4616, THREATS T1,
// T2
#include "booster/crypto/base_n.h"
#include "booster/runtime/timer.h"
#include "booster/tls/tls_stream.h"
#include "proxy/gateway/connector/imap_exchange.h"

namespace proxy::gateway::connector {

namespace response = imap::response;
namespace command = imap::command;

void Capabilities::read(const std::vector<std::string>& names) {
  *this = Capabilities{};
  const auto set = [&](std::string_view name, bool& flag, std::string_view text) {
    if (name == text) flag = true;
  };
  for (const std::string& name : names) {
    set(name, start_tls, "STARTTLS");
    set(name, login_disabled, "LOGINDISABLED");
    set(name, auth_plain, "AUTH=PLAIN");
    set(name, sasl_ir, "SASL-IR");
    set(name, literal_plus, "LITERAL+");
    set(name, literal_minus, "LITERAL-");
    set(name, idle, "IDLE");
    set(name, move, "MOVE");
    set(name, uid_plus, "UIDPLUS");
    set(name, unselect, "UNSELECT");
    set(name, name_space, "NAMESPACE");
    set(name, id, "ID");
    set(name, enable, "ENABLE");
    set(name, condstore, "CONDSTORE");
    set(name, qresync, "QRESYNC");
    set(name, special_use, "SPECIAL-USE");
    set(name, create_special_use, "CREATE-SPECIAL-USE");
    set(name, list_extended, "LIST-EXTENDED");
    set(name, list_status, "LIST-STATUS");
    set(name, esearch, "ESEARCH");
    set(name, status_size, "STATUS=SIZE");
    set(name, object_id, "OBJECTID");
    set(name, gmail, "X-GM-EXT-1");
  }
  if (qresync) condstore = true;  // RFC 7162 §3.2.3: QRESYNC implies it
}

Task<Result<std::unique_ptr<ImapConnection>>> ImapConnection::connect(const Server& server) {
  auto wire = co_await net::dial(server.host, server.port, kDialTime);
  if (!wire) co_return tl::unexpected(std::move(wire).error().context("mail server " + server.host));
  co_return co_await start(std::move(*wire), server);
}

Task<Result<std::unique_ptr<ImapConnection>>> ImapConnection::start(net::StreamPtr wire, const Server& server) {
  if (server.security == Security::Tls) {
    if (!server.context) co_return fail(Errc::Unsupported, "mail server " + server.host + ": no TLS context");
    auto safe = co_await runtime::with_timeout(kLoginTime,
                                               tls::TlsStream::connect(*server.context, std::move(wire), server.host));
    if (!safe) co_return tl::unexpected(std::move(safe).error().context("mail server " + server.host));
    wire = std::move(*safe);
  }
  std::unique_ptr<ImapConnection> connection(new ImapConnection(std::move(wire), server));
  connection->octets_left_ = kBeforeLogin;
  CO_TRY(co_await runtime::with_timeout(kLoginTime, connection->greet()));
  if (server.security == Security::StartTls)
    CO_TRY(co_await runtime::with_timeout(kLoginTime, connection->start_tls(server)));
  co_return std::move(connection);
}

// greeting = "*" SP ("OK" / "PREAUTH" / "BYE").   PREAUTH proves nobody's identity, and before TLS it is how STARTTLS
// is bypassed.
Task<Result<>> ImapConnection::greet() {
  CO_TRY_ASSIGN(imap::Response first, co_await next_response());
  const auto* state = std::get_if<response::State>(&first);
  if (state == nullptr || state->tag) co_return fail(Errc::Protocol, host_ + " does not greet as an IMAP server");
  if (state->condition == response::Condition::PreAuth)
    co_return fail(Errc::Denied, host_ + " says who we are before we did (PREAUTH)");
  if (state->condition == response::Condition::Bye) co_return fail(Errc::Unreachable, host_ + " takes nobody now");
  if (state->condition != response::Condition::Ok) co_return fail(Errc::Protocol, host_ + " refuses its greeting");
  co_return Result<>();
}

Task<Result<>> ImapConnection::start_tls(const Server& server) {
  if (!server.context) co_return fail(Errc::Unsupported, "mail server " + host_ + ": no TLS context");
  CO_TRY(co_await ask_capabilities());
  if (!can_.start_tls) co_return fail(Errc::Denied, host_ + " does not offer STARTTLS");
  const command::StartTls begin;
  CO_TRY(co_await simple(begin));
  if (end_ > begin_ || !reader_.between_responses())
    co_return fail(Errc::Protocol, host_ + " sent more before TLS than it may");
  // Nothing said in the clear counts any more.
  can_ = Capabilities{};
  capabilities_known_ = false;
  bye_ = false;
  selected_.reset();
  reader_ = imap::ResponseReader();
  begin_ = end_ = 0;
  auto safe = co_await tls::TlsStream::connect(*server.context, std::move(wire_), server.host);
  if (!safe) co_return tl::unexpected(std::move(safe).error().context("mail server " + host_));
  wire_ = std::move(*safe);
  co_return Result<>();
}

Task<Result<>> ImapConnection::ask_capabilities() {
  if (capabilities_known_) co_return Result<>();
  const command::Capability ask;
  CO_TRY(co_await simple(ask));
  if (!capabilities_known_) co_return fail(Errc::Protocol, host_ + " does not say what it can do");
  co_return Result<>();
}

Task<Result<>> ImapConnection::login(const Login& login) {
  auto done = co_await runtime::with_timeout(kLoginTime, login_in(login));
  if (!done && !logged_in_) close();
  co_return done;
}

Task<Result<>> ImapConnection::login_in(const Login& login) {
  CO_TRY(co_await ask_capabilities());
  capabilities_known_ = false;  // what was said before login does not count after it
  CO_TRY(co_await authenticate(login));
  logged_in_ = true;
  auto ready = co_await prepare();
  if (!ready) close();
  co_return ready;
}

Task<Result<>> ImapConnection::prepare() {
  CO_TRY(co_await ask_capabilities());
  CO_TRY(co_await enable_extensions());
  co_return co_await say_id();
}

// A refused password is not tried a second way: many servers count each try.
Task<Result<>> ImapConnection::authenticate(const Login& login) {
  const bool for_another = !login.authorize_as.empty();  // LOGIN cannot say that
  if (can_.auth_plain || for_another) {
    auto done = co_await authenticate_plain(login);
    const bool unknown = !done && usable() && refusal_ && refusal_->condition == response::Condition::Bad;
    if (!unknown || for_another || can_.login_disabled) co_return as_login(std::move(done));
  }
  if (can_.login_disabled) co_return fail(Errc::Unsupported, host_ + " takes no password here");
  auto done = co_await login_command(login);
  co_return as_login(std::move(done));
}

// What NO means to a login: the password is wrong, unless the code says "later".
Result<> ImapConnection::as_login(Result<> done) const {
  if (done || !refusal_) return done;
  if (done.error().code == Errc::Io) return fail(Errc::Denied, host_ + " refused the login");
  return done;
}

namespace {

// message = [authzid] NUL authcid NUL passwd                                                       RFC 4616
Result<std::string> plain_message(const Login& login) {
  std::string text = login.authorize_as;
  text.push_back('\0');
  text.append(login.user);
  text.push_back('\0');
  text.append(login.password.reveal_text());
  for (const std::string_view part : {std::string_view(login.user), std::string_view(login.authorize_as)})
    if (part.find('\0') != std::string_view::npos) return fail(Errc::Denied, "a login name with NUL");
  if (login.password.reveal_text().find('\0') != std::string_view::npos)
    return fail(Errc::Denied, "a password with NUL");
  std::string coded = crypto::to_base64(as_bytes(text));
  crypto::wipe(std::as_writable_bytes(std::span(text)));
  return coded;
}

// The continuation of AUTHENTICATE for servers without SASL-IR.
class Ignore final : public Exchange {
 public:
  Ignore() : Exchange(kBeforeLogin) {}
};

}  // namespace

Task<Result<>> ImapConnection::authenticate_plain(const Login& login) {
  refusal_.reset();
  CO_TRY_ASSIGN(std::string message, plain_message(login));
  const imap::Tag tag = next_tag();
  std::string first = tag.text() + " AUTHENTICATE PLAIN";
  if (can_.sasl_ir) first.append(" ").append(message);
  first.append("\r\n");
  octets_left_ = kBeforeLogin;
  auto state = co_await authenticate_exchange(tag, std::move(first), std::move(message));
  if (!state) {
    close();
    co_return tl::unexpected(std::move(state).error());
  }
  co_return judge(std::move(*state));
}

Task<Result<response::State>> ImapConnection::authenticate_exchange(imap::Tag tag, std::string first,
                                                                    std::string message) {
  Ignore exchange;
  CO_TRY(co_await write(std::move(first)));
  CO_TRY_ASSIGN(std::optional<response::State> state, co_await read_until(tag, exchange, true));
  if (!state) {  // "+": the message now, or, where it was sent already, an unknown wish: cancel
    std::string line = can_.sasl_ir ? std::string("*") : std::move(message);
    line.append("\r\n");
    CO_TRY(co_await write(std::move(line)));
    CO_TRY_ASSIGN(state, co_await read_until(tag, exchange, false));
  }
  co_return std::move(*state);
}

Task<Result<>> ImapConnection::login_command(const Login& login) {
  command::Login command{login.user, std::string(login.password.reveal_text())};
  if (command.password.find_first_of(std::string_view("\0", 1)) != std::string::npos)
    co_return fail(Errc::Denied, "a password with NUL");
  co_return co_await simple(std::move(command));
}

namespace {

class EnabledExchange final : public Exchange {
 public:
  Result<> on_response(imap::Response& response) override {
    if (const auto* enabled = std::get_if<response::Enabled>(&response))
      for (const std::string& name : enabled->names) {
        if (imap::equal_no_case(name, "QRESYNC")) qresync = condstore = true;
        if (imap::equal_no_case(name, "CONDSTORE")) condstore = true;
      }
    return {};
  }
  bool qresync = false, condstore = false;
};

}  // namespace

// Before any SELECT. What is not confirmed by ENABLED is not used.
Task<Result<>> ImapConnection::enable_extensions() {
  if (!can_.enable) can_.qresync = false;  // QRESYNC lives by ENABLE only; CONDSTORE by SELECT too
  if (!can_.enable || !can_.condstore) co_return Result<>();
  EnabledExchange exchange;
  command::Enable enable;
  enable.capabilities.push_back(*imap::make_atom(can_.qresync ? "QRESYNC" : "CONDSTORE"));
  CO_TRY_ASSIGN(response::State state, co_await run(std::move(enable), exchange));
  const bool ok = judge(std::move(state)).has_value();
  refusal_.reset();
  can_.qresync = ok && exchange.qresync;
  condstore_on_ = ok && exchange.condstore;
  co_return Result<>();
}

Task<Result<>> ImapConnection::say_id() {
  if (!can_.id) co_return Result<>();
  command::Id id;
  imap::IdField name;
  name.name = "name";
  name.value = "packetboat";
  id.fields.push_back(std::move(name));
  auto said = co_await simple(std::move(id));
  if (!said && !usable()) co_return said;
  refusal_.reset();
  co_return Result<>();
}

Task<Result<>> ImapConnection::logout() {
  if (!wire_) co_return Result<>();
  const command::Logout goodbye;
  auto done = co_await runtime::shielded(kGoodbye, simple(goodbye));
  close();
  co_return done;
}

}  // namespace proxy::gateway::connector
