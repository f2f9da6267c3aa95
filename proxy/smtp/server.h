// The submission server's side of one connection, without I/O: octets in, events and replies out.          Source: RFC
// 6409
//   for (;;) { event = server.next_event(in); ... answer it ...; write server.take_output(); }
#pragma once
#include <variant>

#include "proxy/smtp/command.h"
#include "proxy/smtp/data.h"
#include "proxy/smtp/line_reader.h"

namespace proxy::smtp {

// Each event but DataPiece, DataRefused, TransactionReset and Goodbye waits for one answer: accept(), refuse(), or for
// StartTlsRequest tls_started(). Until then next_event gives nothing and takes nothing.
struct LoginRequest {
  std::string authorization;  // "" : as `user`
  std::string user;
  std::string password;
};
struct StartTlsRequest {
};                    // flush the output (220), handshake, tls_started(); nothing read before it may be handed in after
struct DataBegin {};  // accept: 354. Make room before: what comes is the message
struct DataPiece {
  Bytes octets;  // dots taken off; only CRLF line ends
};
struct DataEnd {
  std::uint64_t size;
};  // accept only when it is durable
struct DataRefused {
  DataFault fault;
};                           // the machine has refused it already; forget what came
struct TransactionReset {};  // RSET, or EHLO within a transaction: forget sender and recipients
struct Goodbye {};           // QUIT: flush and close
using ServerEvent = std::variant<LoginRequest, StartTlsRequest, MailFrom, RecipientTo, DataBegin, DataPiece, DataEnd,
                                 DataRefused, TransactionReset, Goodbye>;

struct ServerOptions {
  std::string host;     // in greeting and EHLO
  Capabilities offers;  // start_tls is taken back once TLS stands; auth while login_needs_tls and it does not
  bool tls = false;     // stands already (port 465)
  bool login_needs_tls = true;
  std::uint64_t max_size = 100 * 1024 * 1024;
};

// Nothing but EHLO, STARTTLS, AUTH, NOOP, RSET, HELP and QUIT before a login.
//   Limits  limits.h; holds one line, and a DataPiece of at most what was handed in
//   Errors  the connection is over, its last words are in the output: Protocol: HTTP or another stranger, a command in
//   the
//           open behind STARTTLS or before an answer that must be waited for, bare CR or LF in a command or message ·
//           Limit: line, bad commands, failed logins
class Server {
 public:
  explicit Server(ServerOptions options);  // the greeting is in the output

  // Takes octets from the front of `in`; nullopt: it is used up, or an answer is due.
  Result<std::optional<ServerEvent>> next_event(ByteView& in);

  void accept(std::string_view words = {});  // the machine knows the code; words replace its text: "2.6.0 Queued as 7"
  void refuse(const Reply& reply);           // after LoginRequest also counts the failure
  void tls_started();
  void say_goodbye(const Reply& reply);  // 421 at shutdown or idle limit; then flush and close

  Bytes take_output();
  bool answer_due() const { return due_ != Due::Nothing; }
  bool logged_in() const { return logged_in_; }
  bool in_data() const { return state_ == State::Data; }

 private:
  enum class State { Commands, AuthResponse, AuthUser, AuthPassword, Data, Left, Over };
  enum class Due { Nothing, Login, Tls, Mail, Recipient, Data, DataEnd };

  using Next = Result<std::optional<ServerEvent>>;
  Next on_line(std::string line, bool more_waiting);
  Next on_command(const Command& command, bool more_waiting);
  Next on_hello(const Hello& hello);
  Next on_start_tls(bool more_waiting);
  Next on_auth(const Auth& auth);
  Next on_auth_line(std::string_view line);
  Next on_plain(std::string_view response);
  Next on_mail(const MailFrom& mail);
  Next on_recipient(const RecipientTo& recipient);
  Next on_data(bool more_waiting);
  Next read_data(ByteView& in);
  Next end_data();
  Next bad_command(const Reply& reply);
  Next login(LoginRequest request);
  Next stop(Errc code, const Reply& last_words, std::string what);
  Next wait_for(Due due, ServerEvent event);
  Next say(const Reply& reply);
  Capabilities offers_now() const;
  void end_transaction();

  ServerOptions options_;
  Bytes output_;
  LineReader lines_{kMaxCommandLine};
  std::optional<DataReader> data_;
  bool data_ended_ = false;  // its last piece was given out, the end not yet
  State state_ = State::Commands;
  Due due_ = Due::Nothing;
  std::string user_;  // of AUTH LOGIN, between its two lines
  bool greeted_ = false;
  bool extended_ = false;
  bool logged_in_ = false;
  bool mail_begun_ = false;
  std::size_t recipients_ = 0;
  bool utf8_ = false;
  int bad_commands_ = 0;
  int auth_failures_ = 0;
};

}  // namespace proxy::smtp
