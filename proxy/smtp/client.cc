#include "proxy/smtp/client.h"

#include <utility>

#include "codec/base/check.h"
#include "proxy/smtp/text.h"

namespace proxy::smtp {

std::string_view to_string(Step step) {
  constexpr std::string_view kNames[] = {"greeting", "hello",   "starttls",  "login", "idle", "recipients",
                                         "data",     "message", "final dot", "reset", "quit", "over"};
  return kNames[static_cast<std::size_t>(step)];
}

Client::Client(ClientOptions options) : options_(std::move(options)) {
  CHECK(is_host_name(options_.host));
}

Bytes Client::take_output() {
  return std::exchange(output_, {});
}

std::optional<ClientEvent> Client::next_event() {
  if (events_.empty()) return std::nullopt;
  ClientEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

void Client::send(std::string_view text) {
  const ByteView bytes = as_bytes(text);
  output_.insert(output_.end(), bytes.begin(), bytes.end());
}

void Client::leave(Reply reply) {
  step_ = Step::Over;
  give(ServerLeaves{std::move(reply)});
}

Result<> Client::on_bytes(ByteView in) {
  for (;;) {
    if (step_ == Step::Over) return {};
    TRY_ASSIGN(std::optional<Reply> reply, replies_.next(in));
    if (!reply) return {};
    const bool was_start_tls = step_ == Step::StartTls;
    TRY(on_reply(*std::move(reply)));
    // What follows in the open was put there by somebody between us.
    if (was_start_tls && !in.empty()) return fail(Errc::Protocol, "submission: octets behind the answer to STARTTLS");
  }
}

Result<> Client::on_reply(Reply reply) {
  if (reply.code == 421) {
    // As the answer to the final dot it is a refusal like any other 4xx: the server says that it has not taken it.
    if (step_ == Step::FinalDot) give(Taken{reply});
    leave(std::move(reply));
    return {};
  }
  switch (step_) {
    case Step::Greeting:
      return on_greeting(std::move(reply));
    case Step::Hello:
      return on_hello(reply);
    case Step::StartTls:
      if (!reply.positive()) return fail(Errc::Unsupported, "submission: STARTTLS refused");
      give(TlsWanted{});
      return {};
    case Step::Login:
      return on_login(std::move(reply));
    case Step::Recipients:
      return on_recipients(std::move(reply));
    case Step::Data:
      on_data(std::move(reply));
      return {};
    case Step::FinalDot:
      if (reply.intermediate()) return fail(Errc::Protocol, "submission: no answer to the final dot");
      give(Taken{std::move(reply)});
      ready();
      return {};
    case Step::Message:  // refused while the message still goes up: what follows would be taken for commands
      leave(std::move(reply));
      return {};
    case Step::Reset:
      ready();
      return {};
    case Step::Quit:
      step_ = Step::Over;
      return {};
    case Step::Idle:
    case Step::Over:
      break;
  }
  return fail(Errc::Protocol, "submission: a reply nobody waits for");
}

Result<> Client::on_greeting(Reply reply) {
  if (!reply.positive()) {
    leave(std::move(reply));
    return {};
  }
  say_hello(true);
  return {};
}

void Client::say_hello(bool extended) {
  extended_ = extended;
  step_ = Step::Hello;
  send((extended ? "EHLO " : "HELO ") + options_.host + "\r\n");
}

Result<> Client::on_hello(const Reply& reply) {
  if (!reply.positive()) {
    if (extended_ && reply.permanent()) {
      say_hello(false);
      return {};
    }
    return fail(Errc::Protocol, "submission: EHLO refused");
  }
  offers_ = extended_ ? parse_ehlo(reply) : Capabilities();
  if (options_.need_tls && !options_.tls) {
    if (!offers_.start_tls) return fail(Errc::Unsupported, "submission: the server offers no STARTTLS");
    step_ = Step::StartTls;
    send("STARTTLS\r\n");
    return {};
  }
  return begin_login();
}

void Client::tls_started() {
  CHECK(step_ == Step::StartTls);
  options_.tls = true;
  offers_ = Capabilities();  // RFC 3207 §4.2: what was said in the open does not count
  replies_ = ReplyReader();
  say_hello(true);
}

Result<> Client::begin_login() {
  if (!options_.credentials) {
    ready();
    return {};
  }
  const Credentials& who = *options_.credentials;
  step_ = Step::Login;
  if (offers_.has_auth("PLAIN")) {
    const std::string message = who.authorization + '\0' + who.user + '\0' + who.password;
    send("AUTH PLAIN " + write_base64(message) + "\r\n");
    return {};
  }
  if (!offers_.has_auth("LOGIN") || !who.authorization.empty())
    return fail(Errc::Unsupported, "submission: the server offers no mechanism we know");
  login_lines_ = {write_base64(who.user), write_base64(who.password)};
  send("AUTH LOGIN\r\n");
  return {};
}

Result<> Client::on_login(Reply reply) {
  if (reply.positive()) {
    login_lines_.clear();
    ready();
    return {};
  }
  if (reply.intermediate()) {
    if (login_lines_.empty()) return fail(Errc::Protocol, "submission: asks for more than a password");
    send(login_lines_.front() + "\r\n");
    login_lines_.pop_front();
    return {};
  }
  step_ = Step::Over;
  give(LoginRefused{std::move(reply)});
  return {};
}

void Client::ready() {
  step_ = Step::Idle;
  give(Ready{offers_});
}

void Client::quit() {
  if (step_ == Step::Over || step_ == Step::Message) return;
  send("QUIT\r\n");
  step_ = Step::Quit;
}

}  // namespace proxy::smtp
