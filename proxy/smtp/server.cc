#include "proxy/smtp/server.h"

#include <algorithm>
#include <utility>

#include "codec/base/check.h"
#include "proxy/smtp/text.h"

namespace proxy::smtp {
namespace {

const Reply kStranger{521, "5.5.1 This is a mail port"};
const Reply kTooEarly{503, "5.5.0 Wait for the answer"};

// Postfix's smtpd_forbidden_commands: CONNECT, GET, POST, and lines that begin with no letter. A browser or a proxy
// that was lured here must not have its request body read as commands.
bool is_stranger(std::string_view line) {
  if (line.empty() || !is_alpha(line[0])) return true;
  std::string_view rest = line;
  const std::string_view verb = take_word(rest);
  constexpr std::string_view kHttp[] = {"GET",    "POST",  "PUT",   "HEAD",     "CONNECT", "OPTIONS",
                                        "DELETE", "PATCH", "TRACE", "PROPFIND", "PRI"};
  if (std::ranges::any_of(kHttp, [verb](std::string_view name) { return same_ignoring_case(verb, name); })) return true;
  return !verb.empty() && verb.back() == ':';  // "Host:" and other header lines
}

}  // namespace

Server::Server(ServerOptions options) : options_(std::move(options)) {
  options_.offers.size = true;
  options_.offers.max_size = options_.max_size;
  write_reply({220, options_.host + " ESMTP"}, output_);
}

Capabilities Server::offers_now() const {
  Capabilities now = options_.offers;
  now.start_tls = now.start_tls && !options_.tls;
  if (options_.login_needs_tls && !options_.tls) now.auth.clear();
  return now;
}

Bytes Server::take_output() {
  return std::exchange(output_, {});
}

Server::Next Server::say(const Reply& reply) {
  write_reply(reply, output_);
  return std::optional<ServerEvent>();
}

Server::Next Server::stop(Errc code, const Reply& last_words, std::string what) {
  state_ = State::Over;
  write_reply(last_words, output_);
  return fail(code, std::move(what));
}

Server::Next Server::wait_for(Due due, ServerEvent event) {
  due_ = due;
  return std::optional<ServerEvent>(std::move(event));
}

Server::Next Server::bad_command(const Reply& reply) {
  if (++bad_commands_ >= kMaxBadCommands)
    return stop(Errc::Limit, {421, "4.7.0 Too many bad commands"}, "submission: too many bad commands");
  return say(reply);
}

void Server::end_transaction() {
  mail_begun_ = false;
  recipients_ = 0;
  utf8_ = false;
  data_.reset();
}

Server::Next Server::next_event(ByteView& in) {
  while (due_ == Due::Nothing) {
    if (state_ == State::Over) return fail(Errc::Protocol, "submission: the connection is over");
    if (data_ended_) return end_data();
    if (state_ == State::Left) in = {};  // whatever a program says behind its QUIT
    if (in.empty()) break;
    if (state_ == State::Data) {
      auto piece = read_data(in);
      if (!piece || *piece) return piece;
      continue;
    }
    auto line = lines_.next(in);
    if (!line && line.error().code == Errc::Limit)
      return stop(Errc::Limit, {500, "5.5.2 Line too long"}, "submission: line too long");
    if (!line) return stop(Errc::Protocol, {500, "5.5.2 Lines end in CRLF"}, "submission: " + line.error().what);
    if (!*line) break;
    auto event = on_line(**std::move(line), !in.empty());
    if (!event || *event) return event;
  }
  return std::optional<ServerEvent>();
}

Server::Next Server::on_line(std::string line, bool more_waiting) {
  if (state_ != State::Commands) return on_auth_line(line);
  if (is_stranger(line)) return stop(Errc::Protocol, kStranger, "submission: a peer that speaks no SMTP");
  auto command = parse_command(line, offers_now());
  if (!command) return bad_command(command.error());
  return on_command(*command, more_waiting);
}

Server::Next Server::on_command(const Command& command, bool more_waiting) {
  if (const auto* hello = std::get_if<Hello>(&command)) {
    if (more_waiting) return stop(Errc::Protocol, kTooEarly, "submission: commands behind EHLO");
    return on_hello(*hello);
  }
  if (std::holds_alternative<Quit>(command)) {
    write_reply({221, "2.0.0 Goodbye"}, output_);
    state_ = State::Left;
    return std::optional<ServerEvent>(Goodbye{});
  }
  if (std::holds_alternative<Noop>(command)) return say({250, "2.0.0 Well"});
  if (std::holds_alternative<Help>(command)) return say({214, "2.0.0 RFC 5321 and RFC 6409"});
  if (std::holds_alternative<Rset>(command)) {
    write_reply({250, "2.0.0 Forgotten"}, output_);
    if (!mail_begun_) return std::optional<ServerEvent>();
    end_transaction();
    return std::optional<ServerEvent>(TransactionReset{});
  }
  if (!greeted_) return bad_command({503, "5.5.1 EHLO comes first"});
  if (std::holds_alternative<StartTls>(command)) return on_start_tls(more_waiting);
  if (const auto* auth = std::get_if<Auth>(&command)) {
    if (more_waiting) return stop(Errc::Protocol, kTooEarly, "submission: commands behind AUTH");
    return on_auth(*auth);
  }
  if (!logged_in_) return bad_command({530, "5.7.0 Log in first"});
  if (const auto* mail = std::get_if<MailFrom>(&command)) return on_mail(*mail);
  if (const auto* recipient = std::get_if<RecipientTo>(&command)) return on_recipient(*recipient);
  if (std::holds_alternative<DataCommand>(command)) return on_data(more_waiting);
  return say({252, "2.1.5 Send it and see"});  // VRFY
}

Server::Next Server::on_hello(const Hello& hello) {
  greeted_ = true;
  extended_ = hello.extended;
  write_reply(hello.extended ? write_ehlo(options_.host, offers_now()) : Reply(250, options_.host), output_);
  if (!mail_begun_) return std::optional<ServerEvent>();
  end_transaction();
  return std::optional<ServerEvent>(TransactionReset{});
}

// What stands behind STARTTLS in the open was put there by somebody between us: it must not be taken for the user's
// words.
Server::Next Server::on_start_tls(bool more_waiting) {
  if (!offers_now().start_tls) return bad_command({503, "5.5.1 Not offered now"});
  if (more_waiting)
    return stop(Errc::Protocol, {554, "5.5.1 Commands behind STARTTLS"}, "submission: commands behind STARTTLS");
  if (mail_begun_) return bad_command({503, "5.5.1 Not within a transaction"});
  write_reply({220, "2.0.0 Go on"}, output_);
  return wait_for(Due::Tls, StartTlsRequest{});
}

void Server::tls_started() {
  CHECK(due_ == Due::Tls);
  due_ = Due::Nothing;
  options_.tls = true;
  greeted_ = extended_ = logged_in_ = false;  // RFC 3207 §4.2: forget all that was said in the open
  end_transaction();
  lines_ = LineReader(kMaxCommandLine);
}

Server::Next Server::on_mail(const MailFrom& mail) {
  if (mail_begun_) return bad_command({503, "5.5.1 One sender at a time"});
  utf8_ = mail.parameters.smtp_utf8;
  return wait_for(Due::Mail, mail);
}

Server::Next Server::on_recipient(const RecipientTo& recipient) {
  if (!mail_begun_) return bad_command({503, "5.5.1 MAIL comes first"});
  if (!recipient.to.ascii() && !utf8_) return say({553, "5.6.7 Address needs SMTPUTF8"});
  if (recipients_ >= kMaxRecipients) return say({452, "4.5.3 Too many recipients"});
  return wait_for(Due::Recipient, recipient);
}

Server::Next Server::on_data(bool more_waiting) {
  if (!mail_begun_) return bad_command({503, "5.5.1 MAIL comes first"});
  if (more_waiting) return stop(Errc::Protocol, kTooEarly, "submission: octets behind DATA");
  if (recipients_ == 0) return say({554, "5.5.1 No valid recipients"});
  return wait_for(Due::Data, DataBegin{});
}

Server::Next Server::read_data(ByteView& in) {
  // An end is followed by commands: only the octets before it are this event's.
  DataPiece piece;
  if (!data_->next(in, piece.octets)) {
    if (piece.octets.empty()) return std::optional<ServerEvent>();
    return std::optional<ServerEvent>(std::move(piece));
  }
  data_ended_ = true;
  if (!piece.octets.empty()) return std::optional<ServerEvent>(std::move(piece));
  return end_data();
}

Server::Next Server::end_data() {
  data_ended_ = false;
  const std::uint64_t size = data_->size();
  const std::optional<DataFault> fault = data_->fault();
  state_ = State::Commands;
  end_transaction();
  if (!fault) return wait_for(Due::DataEnd, DataEnd{size});
  if (*fault == DataFault::TooLarge) {
    write_reply({552, "5.3.4 Message larger than can be taken"}, output_);
    return std::optional<ServerEvent>(DataRefused{*fault});
  }
  // Somebody tried to hide an end in there, or the program cannot tell where lines end: what follows as commands may be
  // the message's own text (CR CRLF "." CRLF holds a true end).
  write_reply({550, *fault == DataFault::BareCr ? "5.6.0 Message holds a bare CR" : "5.6.0 Message holds a bare LF"},
              output_);
  state_ = State::Over;
  return std::optional<ServerEvent>(DataRefused{*fault});
}

void Server::accept(std::string_view words) {
  const auto reply = [this, words](int code, std::string_view usual) {
    write_reply({code, std::string(words.empty() ? usual : words)}, output_);
  };
  switch (std::exchange(due_, Due::Nothing)) {
    case Due::Login:
      logged_in_ = true;
      return reply(235, "2.7.0 Welcome");
    case Due::Mail:
      mail_begun_ = true;
      return reply(250, "2.1.0 Sender is fine");
    case Due::Recipient:
      ++recipients_;
      return reply(250, "2.1.5 Recipient is fine");
    case Due::Data:
      state_ = State::Data;
      data_.emplace(options_.max_size);
      return reply(354, "End with CRLF.CRLF");
    case Due::DataEnd:
      return reply(250, "2.6.0 Queued");
    case Due::Nothing:
    case Due::Tls:
      break;
  }
  codec::check_failed("an event waits for accept()", __FILE__, __LINE__);
}

void Server::refuse(const Reply& reply) {
  const Due due = std::exchange(due_, Due::Nothing);
  CHECK(due != Due::Nothing && due != Due::Tls);
  write_reply(reply, output_);
  if (due == Due::Data) end_transaction();
  if (due != Due::Login || !reply.permanent()) return;
  if (++auth_failures_ < kMaxAuthFailures) return;
  say_goodbye({421, "4.7.0 Too many failed logins"});
}

void Server::say_goodbye(const Reply& reply) {
  due_ = Due::Nothing;
  state_ = State::Over;
  write_reply(reply, output_);
}

}  // namespace proxy::smtp
