// Drives smtp::Client over a wire: who waits how long, and when nothing may be sent any more.
#include "proxy/gateway/connector/submission.h"

#include <algorithm>

#include "booster/tls/tls_stream.h"
#include "proxy/gateway/connector/imap_limits.h"

namespace proxy::gateway::connector {

namespace {

constexpr auto kLastWords = std::chrono::seconds(2);  // a server that closed in the middle may have said why

smtp::ClientOptions options_for(const Server& server, const Login& login, std::string own_host) {
  smtp::ClientOptions options;
  options.host = smtp::is_host_name(own_host) ? std::move(own_host) : "localhost";
  options.tls = server.security == Security::Tls;
  options.need_tls = server.security != Security::Plain;
  smtp::Credentials credentials;
  credentials.authorization = login.authorize_as;
  credentials.user = login.user;
  credentials.password = std::string(login.password.reveal_text());
  options.credentials = std::move(credentials);
  return options;
}

std::string words(const std::string& host, const smtp::Reply& reply) {
  return host + " said: " + std::to_string(reply.code) + " " + reply.words();
}

bool has_nul(const Login& login) {
  return login.user.find('\0') != std::string::npos || login.authorize_as.find('\0') != std::string::npos ||
         login.password.reveal_text().find('\0') != std::string_view::npos;
}

// What the mail cannot do without, said in the form the server would have used.
smtp::Reply our_refusal(const Error& error, const std::string& host) {
  if (error.code == Errc::Limit) return smtp::Reply(552, "5.3.4 The mail is larger than " + host + " takes");
  return smtp::Reply(553, "5.6.7 An address of this mail needs SMTPUTF8, which " + host + " does not offer");
}

std::vector<std::size_t> accepted_of(const Transaction& result) {
  std::vector<std::size_t> accepted;
  for (std::size_t i = 0; i < result.recipients.size(); ++i)
    if (result.recipients[i] && result.recipients[i]->positive()) accepted.push_back(i);
  return accepted;
}

}  // namespace

SubmissionConnection::SubmissionConnection(net::StreamPtr wire, const Server& server, const Login& login,
                                           std::string own_host)
    : host_(server.host),
      wire_(std::move(wire)),
      client_(options_for(server, login, std::move(own_host))),
      input_(kReadBuffer) {}

SubmissionConnection::~SubmissionConnection() {
  close();
}

void SubmissionConnection::close() {
  if (wire_) wire_->close();
  wire_.reset();
}

Task<Result<std::unique_ptr<SubmissionConnection>>> SubmissionConnection::connect(const Server& server,
                                                                                  const Login& login,
                                                                                  std::string own_host) {
  auto wire = co_await net::dial(server.host, server.port, kDialTime);
  if (!wire) co_return tl::unexpected(std::move(wire).error().context("submission server " + server.host));
  co_return co_await start(std::move(*wire), server, login, std::move(own_host));
}

Task<Result<std::unique_ptr<SubmissionConnection>>> SubmissionConnection::start(net::StreamPtr wire,
                                                                                const Server& server,
                                                                                const Login& login,
                                                                                std::string own_host) {
  if (has_nul(login)) co_return fail(Errc::Denied, "submission: a name or password with a NUL");
  if (server.security != Security::Plain && !server.context)
    co_return fail(Errc::Unsupported, "submission server " + server.host + ": no TLS context");
  if (server.security == Security::Tls) {
    auto safe = co_await runtime::with_timeout(kLoginTime,
                                               tls::TlsStream::connect(*server.context, std::move(wire), server.host));
    if (!safe) co_return tl::unexpected(std::move(safe).error().context("submission server " + server.host));
    wire = std::move(*safe);
  }
  std::unique_ptr<SubmissionConnection> connection(
      new SubmissionConnection(std::move(wire), server, login, std::move(own_host)));
  auto done = co_await connection->log_in(server);
  if (!done) co_return tl::unexpected(std::move(done).error());
  co_return std::move(connection);
}

Task<Result<>> SubmissionConnection::flush(Duration limit) {
  const Bytes output = client_.take_output();
  if (output.empty()) co_return Result<>();
  if (!wire_) co_return fail(Errc::Closed, "no connection to " + host_);
  auto written = co_await runtime::with_timeout(limit, wire_->write(output));
  if (!written) co_return tl::unexpected(std::move(written).error().context("submission to " + host_));
  co_return Result<>();
}

Task<Result<>> SubmissionConnection::read_some(Duration limit) {
  if (!wire_) co_return fail(Errc::Closed, "no connection to " + host_);
  auto count = co_await runtime::with_timeout(limit, wire_->read(input_));
  if (!count) co_return tl::unexpected(std::move(count).error().context("answer of " + host_));
  if (*count == 0) co_return fail(Errc::Closed, host_ + " closed the connection");
  co_return client_.on_bytes(ByteView(input_).first(*count));
}

Task<Result<smtp::ClientEvent>> SubmissionConnection::next_event(Duration limit) {
  for (;;) {
    if (auto event = client_.next_event()) co_return std::move(*event);
    if (client_.step() == smtp::Step::Over) co_return fail(Errc::Closed, host_ + " has left");
    CO_TRY(co_await flush(limit));
    CO_TRY(co_await read_some(limit));
  }
}

Task<Result<>> SubmissionConnection::start_tls(const Server& server) {
  CO_TRY(co_await flush(kSubmissionReply));
  auto safe = co_await runtime::with_timeout(kLoginTime,
                                             tls::TlsStream::connect(*server.context, std::move(wire_), server.host));
  if (!safe) co_return tl::unexpected(std::move(safe).error().context("submission server " + host_));
  wire_ = std::move(*safe);
  client_.tls_started();
  co_return Result<>();
}

Task<Result<>> SubmissionConnection::log_in(const Server& server) {
  for (;;) {
    CO_TRY_ASSIGN(smtp::ClientEvent event, co_await next_event(kSubmissionReply));
    if (std::holds_alternative<smtp::Ready>(event)) co_return Result<>();
    if (std::holds_alternative<smtp::TlsWanted>(event)) CO_TRY(co_await start_tls(server));
    if (const auto* refused = std::get_if<smtp::LoginRefused>(&event)) {
      const Errc code = refused->reply.permanent() ? Errc::Denied : Errc::Unreachable;
      co_return fail(code, "login: " + words(host_, refused->reply));
    }
    if (const auto* leaves = std::get_if<smtp::ServerLeaves>(&event))
      co_return fail(Errc::Unreachable, words(host_, leaves->reply));
  }
}

Task<Transaction> SubmissionConnection::send(smtp::Envelope envelope, OctetSource& octets, BeforeFinalDot& before) {
  Transaction result;
  result.recipients.resize(envelope.recipients.size());
  if (!usable()) {
    result.broken = Error(Errc::Closed, "no connection to " + host_);
    co_return result;
  }
  // Without the extension the octets go as they are: what is taken apart cannot be put together again, and the servers
  // that do not announce 8BITMIME are clean all the same.
  if (!client_.offers().eight_bit_mime) envelope.parameters.body.reset();
  envelope.parameters.size = octets.size();
  auto done = co_await transact(std::move(envelope), octets, before, result);
  if (!done) {
    result.broken = std::move(done).error();
    close();
  }
  co_return result;
}

Task<Result<>> SubmissionConnection::transact(smtp::Envelope envelope, OctetSource& octets, BeforeFinalDot& before,
                                              Transaction& result) {
  if (auto begun = client_.begin(std::move(envelope)); !begun) {
    result.refusal = our_refusal(begun.error(), host_);
    co_return Result<>();
  }
  for (;;) {
    Duration limit = kSubmissionReply;
    if (client_.step() == smtp::Step::Data) limit = kDataReply;
    if (client_.step() == smtp::Step::FinalDot) limit = kFinalDotReply;
    CO_TRY_ASSIGN(smtp::ClientEvent event, co_await next_event(limit));
    if (std::holds_alternative<smtp::Ready>(event)) co_return Result<>();
    if (auto* answer = std::get_if<smtp::RecipientAnswer>(&event))
      result.recipients[answer->index] = std::move(answer->reply);
    else if (auto* sender = std::get_if<smtp::SenderRefused>(&event))
      result.refusal = std::move(sender->reply);
    else if (auto* data = std::get_if<smtp::MessageUnwanted>(&event))
      result.refusal = std::move(data->reply);
    else if (std::holds_alternative<smtp::SendMessage>(event))
      CO_TRY(co_await send_message(octets, before, result));
    else if (auto* end = std::get_if<smtp::Taken>(&event)) {
      result.ambiguous = false;
      (end->reply.positive() ? result.taken : result.refusal) = std::move(end->reply);
    } else if (auto* leaves = std::get_if<smtp::ServerLeaves>(&event)) {
      std::string text = words(host_, leaves->reply);
      const bool says_no = leaves->reply.transient() || leaves->reply.permanent();
      if (!result.taken && !result.refusal && says_no) result.refusal = std::move(leaves->reply);
      co_return fail(Errc::Unreachable, std::move(text));
    }
  }
}

Task<Result<>> SubmissionConnection::send_message(OctetSource& octets, BeforeFinalDot& before, Transaction& result) {
  auto written = co_await write_message(octets);
  if (!written) {
    if (written.error().code == Errc::Protocol) {
      result.refusal = smtp::Reply(554, "5.6.0 The mail holds a bare CR or LF and cannot be sent as it is");
    } else if (wire_) {
      (void)co_await read_some(kLastWords);
      collect_last_words(result);
    }
    co_return written;
  }
  CO_TRY(co_await before.before_final_dot(accepted_of(result)));
  CO_TRY(client_.end_message());
  // From here on only the server knows.
  result.ambiguous = true;
  co_return co_await flush(kDataBlock);
}

Task<Result<>> SubmissionConnection::write_message(OctetSource& octets) {
  Bytes piece(kReadBuffer);
  std::uint64_t left = octets.size();
  std::byte last{};
  while (left > 0) {
    CO_TRY_ASSIGN(const std::size_t count, co_await octets.read(piece));
    if (count == 0 || count > left) co_return fail(Errc::Corrupt, "octets to send: not as many as stated");
    left -= count;
    last = piece[count - 1];
    CO_TRY(client_.write_message(ByteView(piece).first(count)));
    CO_TRY(co_await flush(kDataBlock));
  }
  if (last == std::byte{'\r'}) co_return fail(Errc::Protocol, "octets to send: a bare CR at the end");
  co_return Result<>();
}

void SubmissionConnection::collect_last_words(Transaction& result) {
  while (auto event = client_.next_event()) {
    auto* leaves = std::get_if<smtp::ServerLeaves>(&*event);
    if (leaves != nullptr && (leaves->reply.transient() || leaves->reply.permanent()))
      result.refusal = std::move(leaves->reply);
  }
}

Task<void> SubmissionConnection::quit() {
  if (usable()) {
    client_.quit();
    (void)co_await flush(kSubmissionGoodbye);
    // Named, not `if (!co_await …) break;`: g++ 12 does not leave the loop there.
    while (wire_ && client_.step() == smtp::Step::Quit) {
      const Result<> more = co_await read_some(kSubmissionGoodbye);
      if (!more) break;
    }
  }
  close();
}

}  // namespace proxy::gateway::connector
