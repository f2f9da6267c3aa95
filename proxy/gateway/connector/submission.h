// SubmissionConnection: one connection to a submission server, logged in, one transaction at a time.
//                                                                                Source: RFC 6409, 5321, DESIGN promise
//                                                                                3
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/gateway/connector/imap_types.h"
#include "proxy/gateway/connector/server.h"
#include "proxy/smtp/client.h"

namespace proxy::gateway::connector {

// RFC 5321 §4.5.3.2: what a server may take, and a client must wait.
constexpr auto kSubmissionReply = std::chrono::minutes(5);    // greeting, MAIL, RCPT, the end of a group of them
constexpr auto kDataReply = std::chrono::minutes(2);          // DATA
constexpr auto kDataBlock = std::chrono::minutes(3);          // one write of message text
constexpr auto kFinalDotReply = std::chrono::minutes(10);     // shorter waits made duplicates (RFC 1047)
constexpr auto kSubmissionGoodbye = std::chrono::seconds(5);  // QUIT

// Asked when the whole message is with the server and only the final dot is missing.
class BeforeFinalDot {
 public:
  virtual ~BeforeFinalDot() = default;
  // Makes SENDING durable for these (indices in the envelope). An error: the connection is closed without the dot, so
  // that the server takes nothing.
  virtual Task<Result<>> before_final_dot(std::vector<std::size_t> accepted) = 0;
};

// What the server said of one transaction, as far as it came.
struct Transaction {
  std::vector<std::optional<smtp::Reply>> recipients;  // as in the envelope; positive: accepted
  std::optional<smtp::Reply> refusal;  // of the sender, of DATA or of the message: stands for all that were accepted
  std::optional<smtp::Reply> taken;    // the server has it, for every accepted recipient
  bool ambiguous = false;              // the final dot was sent, its reply never came
  std::optional<Error> broken;         // the connection is over: why
};

class SubmissionConnection {
 public:
  // Dials, secures the leg as `server.security` says, logs in: AUTH PLAIN (LOGIN without an authorization identity).
  //   Errors  Denied: certificate or password refused, in the server's words · Unreachable: not there, or not now
  //           Unsupported: no STARTTLS, no mechanism we know · Protocol, Timeout, Closed, Io
  static Task<Result<std::unique_ptr<SubmissionConnection>>> connect(const Server& server, const Login& login,
                                                                     std::string own_host);
  // The same on a wire that is there already.
  static Task<Result<std::unique_ptr<SubmissionConnection>>> start(net::StreamPtr wire, const Server& server,
                                                                   const Login& login, std::string own_host);
  ~SubmissionConnection();
  SubmissionConnection(const SubmissionConnection&) = delete;
  SubmissionConnection& operator=(const SubmissionConnection&) = delete;

  // One transaction for all recipients. What the server does not offer is left out where that is harmless; what the
  // mail cannot do without is a refusal in our words.
  //   Cancel  ends the connection; between before_final_dot() and the reply: ambiguous
  Task<Transaction> send(smtp::Envelope envelope, OctetSource& octets, BeforeFinalDot& before);
  Task<void> quit();
  void close();

  bool usable() const { return wire_ != nullptr && client_.step() == smtp::Step::Idle; }
  const smtp::Capabilities& offers() const { return client_.offers(); }
  const std::string& host() const { return host_; }

 private:
  SubmissionConnection(net::StreamPtr wire, const Server& server, const Login& login, std::string own_host);
  Task<Result<>> log_in(const Server& server);
  Task<Result<smtp::ClientEvent>> next_event(Duration limit);
  Task<Result<>> read_some(Duration limit);
  Task<Result<>> flush(Duration limit);
  Task<Result<>> start_tls(const Server& server);
  Task<Result<>> transact(smtp::Envelope envelope, OctetSource& octets, BeforeFinalDot& before, Transaction& result);
  Task<Result<>> send_message(OctetSource& octets, BeforeFinalDot& before, Transaction& result);
  Task<Result<>> write_message(OctetSource& octets);
  void collect_last_words(Transaction& result);

  std::string host_;
  net::StreamPtr wire_;
  smtp::Client client_;
  Bytes input_;
};

// Makes connections; tests hand in their own.
class SubmissionDialer {
 public:
  virtual ~SubmissionDialer() = default;
  virtual Task<Result<std::unique_ptr<SubmissionConnection>>> connect(const Login& login) = 0;
  virtual std::string host() const = 0;  // for people and delivery reports
};
class ServerSubmissionDialer final : public SubmissionDialer {
 public:
  ServerSubmissionDialer(Server server, std::string own_host)
      : server_(std::move(server)), own_host_(std::move(own_host)) {}
  Task<Result<std::unique_ptr<SubmissionConnection>>> connect(const Login& login) override {
    return SubmissionConnection::connect(server_, login, own_host_);
  }
  std::string host() const override { return server_.host; }

 private:
  Server server_;
  std::string own_host_;
};

}  // namespace proxy::gateway::connector
