// A submission server in memory that drops connections and loses replies on demand, and what drives an agent's
// submissions before it.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "booster/disk/faults.h"
#include "booster/net/memory_stream.h"
#include "booster/sql/fault_vfs.h"
#include "proxy/gateway/agent/user_operations.h"
#include "proxy/smtp/data.h"
#include "tests/booster/disk/temp_directory.h"
#include "tests/support/coro_test.h"

namespace proxy::gateway::agent {

struct TakenMail {
  std::vector<std::string> recipients;
  std::string octets;
};

enum class Cut { Never, Before, After };  // before the step has its effect, or after: then only the reply is lost

// Lives on over connections and over deaths of the agent.
class ScriptedServer {
 public:
  std::vector<TakenMail> mails;
  std::map<std::string, std::string> replies;  // address -> reply to RCPT
  std::vector<std::string> offers{"PIPELINING", "8BITMIME", "SIZE 100000", "AUTH PLAIN"};
  std::string final_reply = "250 2.0.0 taken";
  std::string login_reply = "235 2.7.0 welcome";
  int logins = 0;
  std::string cut_at;  // greeting ehlo auth mail rcpt data message dot
  Cut cut = Cut::Never;
  int cuts_left = 0;
  int connections = 0;

  int copies(const std::string& address) const {
    int count = 0;
    for (const TakenMail& mail : mails)
      for (const std::string& one : mail.recipients) count += one == address ? 1 : 0;
    return count;
  }

  Task<Result<>> serve(net::StreamPtr wire) {
    ++connections;
    (void)co_await talk(*wire);
    wire->close();
    co_return Result<>();
  }

 private:
  // False: the connection ends here.
  Task<Result<bool>> answer(net::Stream& wire, std::string step, std::string reply) {
    if (cut == Cut::After && take_cut(step)) co_return false;
    reply += "\r\n";
    CO_TRY(co_await wire.write(as_bytes(reply)));
    co_return true;
  }
  bool take_cut(const std::string& step) {
    if (cuts_left == 0 || step != cut_at) return false;
    --cuts_left;
    return true;
  }
  bool cut_before(const std::string& step) { return cut == Cut::Before && take_cut(step); }

  Task<Result<>> talk(net::Stream& wire) {
    if (cut_before("greeting")) co_return Result<>();
    CO_TRY_ASSIGN(bool on, co_await answer(wire, "greeting", "220 mail.example ESMTP"));
    std::string input;
    Bytes piece(16 * 1024);
    TakenMail mail;
    while (on) {
      const std::size_t end = input.find("\r\n");
      if (end == std::string::npos) {
        CO_TRY_ASSIGN(const std::size_t count, co_await wire.read(piece));
        if (count == 0) co_return Result<>();
        input += codec::to_string(ByteView(piece).first(count));
        continue;
      }
      const std::string line = input.substr(0, end);
      input.erase(0, end + 2);
      std::string step, reply = "250 2.1.0 ok";
      if (line.starts_with("EHLO")) {
        step = "ehlo";
        reply = "250-mail.example\r\n";
        for (std::size_t i = 0; i < offers.size(); ++i)
          reply += (i + 1 < offers.size() ? "250-" : "250 ") + offers[i] + (i + 1 < offers.size() ? "\r\n" : "");
      } else if (line.starts_with("AUTH")) {
        step = "auth";
        reply = login_reply;
        ++logins;
      } else if (line.starts_with("MAIL")) {
        step = "mail";
        mail = TakenMail();
      } else if (line.starts_with("RCPT")) {
        step = "rcpt";
        const std::string address = line.substr(9, line.find('>') - 9);
        const auto special = replies.find(address);
        if (special != replies.end())
          reply = special->second;
        else
          mail.recipients.push_back(address);
      } else if (line == "DATA") {
        step = "data";
        reply = "354 go on";
      } else if (line == "QUIT") {
        step = "quit";
        reply = "221 bye";
      }
      if (cut_before(step)) co_return Result<>();
      CO_TRY_ASSIGN(on, co_await answer(wire, step, reply));
      if (!on || step == "quit") co_return Result<>();
      if (step != "data") continue;
      smtp::DataReader reader(1 << 20);
      Bytes octets;
      for (bool over = false; !over;) {
        ByteView view = as_bytes(input);
        over = reader.next(view, octets);
        input.erase(0, input.size() - view.size());
        if (over) break;
        if (!octets.empty() && cut_before("message")) co_return Result<>();
        CO_TRY_ASSIGN(const std::size_t count, co_await wire.read(piece));
        if (count == 0) co_return Result<>();
        input += codec::to_string(ByteView(piece).first(count));
      }
      if (cut_before("dot")) co_return Result<>();
      mail.octets = codec::to_string(ByteView(octets));
      if (final_reply.starts_with("2")) mails.push_back(mail);
      CO_TRY_ASSIGN(on, co_await answer(wire, "dot", final_reply));
    }
    co_return Result<>();
  }
};

class ScriptedDialer final : public connector::SubmissionDialer {
 public:
  ScriptedDialer(ScriptedServer& server, runtime::TaskScope& tasks) : server_(server), tasks_(tasks) {}
  Task<Result<std::unique_ptr<connector::SubmissionConnection>>> connect(const connector::Login& login) override {
    net::MemoryPair pair = net::make_memory_pair(tasks_.loop());
    tasks_.spawn("server", server_.serve(std::move(pair.server)));
    connector::Server facts;
    facts.host = "mail.example";
    facts.security = connector::Security::Plain;
    co_return co_await connector::SubmissionConnection::start(std::move(pair.client), facts, login, "gw.example");
  }
  std::string host() const override { return "mail.example"; }

 private:
  ScriptedServer& server_;
  runtime::TaskScope& tasks_;
};

class NoImap final : public Dialer {
 public:
  Task<Result<std::unique_ptr<ImapConnection>>> connect() override {
    co_return fail(Errc::Unreachable, "no IMAP in this test");
  }
};

class TestAccess final : public OperationsAccess {
 public:
  TestAccess(runtime::Loop& loop, Dialer& dialer) : upstream_(loop, dialer) {
    connector::Login login;
    login.user = "alice";
    login.password = booster::crypto::Secret::of_text("secret");
    upstream_.set_login(std::move(login));
  }
  Upstream& upstream() override { return upstream_; }
  void touched(const std::string& mailbox) override { touched_mailboxes.insert(mailbox); }
  void folders_touched() override { ++folders; }
  void made_by(DeviceSessionId, sync::ItemKey) override {}
  void came_up(const messaging::Carried& item) override { up += item; }
  void tell(std::string text, bool) override { told.push_back(std::move(text)); }
  Task<Result<bool>> append_reference(sync::ItemKey key, codec::refer::Extent extent, Bytes& prefix) override {
    const auto found = mails.find(key);
    if (found == mails.end()) co_return false;
    co_return codec::refer::append_reference(found->second, extent, prefix).has_value();
  }

  Task<Result<MailPtr>> mail_of(sync::ItemKey key) override {
    const auto found = mails.find(key);
    if (found == mails.end()) co_return fail(Errc::NotFound, "no such mail");
    const Mail::Arrived unknown;
    co_return MailPtr(std::make_shared<const Mail>(found->second, unknown));
  }

  std::map<sync::ItemKey, Bytes> mails;  // that can be referred to
  std::set<std::string> touched_mailboxes;
  std::vector<std::string> told;
  int folders = 0;
  messaging::Carried up;

 private:
  Upstream upstream_;
};

// A server that can be asked: it knows what it took.
class AskQueue final : public AskServer {
 public:
  explicit AskQueue(ScriptedServer& server) : server_(server) {}
  Task<Result<Bytes>> prepare(OperationsAccess&, const StoredSubmission&) override { co_return Bytes(); }
  Task<Result<Answer>> ask(OperationsAccess&, const StoredSubmission& submission) override {
    for (const TakenMail& mail : server_.mails)
      if (mail.octets.find(submission.message_id) != std::string::npos) co_return Answer::Taken;
    co_return Answer::NotTaken;
  }

 private:
  ScriptedServer& server_;
};

enum class Policy { CanAsk, Retry, AskPerson };

inline sync::Submission example_submission(Policy policy, std::uint8_t ticket = 7) {
  const std::string octets = "Message-ID: <one@example>\r\nSubject: hello\r\n\r\n.a line with a dot\r\nand the end\r\n";
  sync::Submission submission;
  submission.ticket[0] = std::byte{ticket};
  submission.sender = "alice@example.org";
  for (const char* address : {"bob@x.example", "nobody@x.example", "carol@x.example"}) {
    sync::Recipient recipient;
    recipient.address = address;
    submission.recipients.push_back(std::move(recipient));
  }
  submission.octets = codec::to_bytes(octets);
  submission.size = octets.size();
  submission.digest = booster::crypto::sha256(octets).bytes;
  submission.ask_when_ambiguous = policy == Policy::AskPerson;
  return submission;
}

}  // namespace proxy::gateway::agent
