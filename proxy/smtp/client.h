// The submission client's side of one connection, without I/O: replies in, commands out.        Source: RFC 6409, RFC
// 5321
//   on_bytes(what was read) -> next_event() until nullopt -> write take_output()
#pragma once
#include <deque>
#include <variant>

#include "proxy/smtp/command.h"
#include "proxy/smtp/data.h"

namespace proxy::smtp {

struct Credentials {
  std::string authorization;  // "" : as `user`
  std::string user;
  std::string password;
};

struct Envelope {
  struct Recipient {
    Path to;
    RecipientParameters parameters;
  };
  Path from;
  MailParameters parameters;
  std::vector<Recipient> recipients;
};

// What is in flight: its reply is not here yet. Only FinalDot is ambiguous when the connection dies: before it the
// server has taken nothing. So the caller makes SENDING durable before end_message(), and only then calls it.
enum class Step { Greeting, Hello, StartTls, Login, Idle, Recipients, Data, Message, FinalDot, Reset, Quit, Over };
std::string_view to_string(Step step);

struct TlsWanted {};  // write the output, wait for nothing more: handshake, then tls_started()
struct Ready {        // logged in; begin() may be called
  Capabilities offers;
};
struct LoginRefused {
  Reply reply;
};
struct SenderRefused {  // the transaction is over; Ready follows
  Reply reply;
};
struct RecipientAnswer {
  std::size_t index;  // in the envelope
  Reply reply;        // positive: accepted
};
struct NoRecipients {};   // all were refused, each with its RecipientAnswer; Ready follows
struct SendMessage {};    // the server waits: write_message(), then end_message()
struct MessageUnwanted {  // no octet of the message was sent; Ready follows
  Reply reply;
};
struct Taken {  // positive: the server has it, for every accepted recipient. Else it was refused for all. Ready follows
  Reply reply;
};
struct ServerLeaves {  // 421, or a refusing greeting: nothing more will be answered
  Reply reply;
};
using ClientEvent = std::variant<TlsWanted, Ready, LoginRefused, SenderRefused, RecipientAnswer, NoRecipients,
                                 SendMessage, MessageUnwanted, Taken, ServerLeaves>;

struct ClientOptions {
  std::string host;                        // for EHLO
  bool tls = false;                        // stands already (port 465)
  bool need_tls = true;                    // STARTTLS or nothing; false: never asked for
  std::optional<Credentials> credentials;  // nullopt: no login
};

//   Limits  ReplyReader's; MAIL and RCPT are pipelined in groups of kMaxPipelined where offered. DATA waits for them:
//   with
//           every recipient refused there must be no open end to send a dot into
//   Errors  the connection is to be closed: Protocol: a reply nobody waits for, octets in the open behind STARTTLS's
//   220, no
//           reply · Unsupported: no STARTTLS, no mechanism we know · Closed: after Quit
class Client {
 public:
  explicit Client(ClientOptions options);

  Result<> on_bytes(ByteView in);
  std::optional<ClientEvent> next_event();
  Bytes take_output();
  void tls_started();

  // Only when Ready.   Errors  nothing was sent: Unsupported: 8BITMIME or SMTPUTF8 needed and not offered · Limit: SIZE
  Result<> begin(Envelope envelope);
  Result<> write_message(ByteView octets);  // Errors  Protocol: bare CR or LF: close, the server takes nothing
  Result<> end_message();                   // the final dot: from now on the outcome is the server's to say
  void quit();

  Step step() const { return step_; }
  const Capabilities& offers() const { return offers_; }

 private:
  Result<> on_reply(Reply reply);
  Result<> on_greeting(Reply reply);
  Result<> on_hello(const Reply& reply);
  Result<> on_login(Reply reply);
  Result<> on_recipients(Reply reply);
  void on_data(Reply reply);
  void say_hello(bool extended);
  Result<> begin_login();
  void ready();
  void send_recipients();
  void all_answered();
  void reset();
  void send(std::string_view text);
  void leave(Reply reply);
  void give(ClientEvent event) { events_.push_back(std::move(event)); }

  ClientOptions options_;
  ReplyReader replies_;
  Capabilities offers_;
  Bytes output_;
  std::deque<ClientEvent> events_;
  Step step_ = Step::Greeting;
  bool extended_ = true;
  std::deque<std::string> login_lines_;  // still to be said, each after a 334

  Envelope envelope_;
  bool sender_answered_ = false;
  std::optional<Reply> sender_refusal_;
  std::size_t asked_ = 0;     // recipients sent
  std::size_t answered_ = 0;  // of them
  std::size_t accepted_ = 0;
  DataWriter writer_;
};

}  // namespace proxy::smtp
