#include "proxy/smtp/client.h"

#include <gtest/gtest.h>

#include "proxy/smtp/text.h"

namespace proxy::smtp {
namespace {

class ClientTalk {
 public:
  explicit ClientTalk(ClientOptions options = in_the_clear()) : client(std::move(options)) {}
  static ClientOptions in_the_clear() {
    ClientOptions options;
    options.host = "gateway.example";
    options.need_tls = false;
    return options;
  }
  // What the client says to these replies.
  std::string hear(std::string_view replies, std::size_t step = 100000) {
    for (std::size_t at = 0; at < replies.size() && !error; at += step)
      if (const auto done = client.on_bytes(as_bytes(replies.substr(at, step))); !done) error = done.error().code;
    return said();
  }
  std::string said() { return std::string(as_text(client.take_output())); }
  // Events since the last call, in a word each.
  std::string events() {
    std::string all;
    while (auto event = client.next_event()) all += std::visit([this](auto& one) { return name(one); }, *event) + " ";
    return all;
  }
  void get_ready(std::string_view offers = "250-x\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-DSN\r\n250 SIZE 1000\r\n") {
    hear("220 x ESMTP\r\n");
    hear(offers);
    EXPECT_EQ(events(), "ready ");
  }

  Client client;
  std::optional<Errc> error;

 private:
  static std::string name(const TlsWanted&) { return "tls"; }
  static std::string name(const Ready&) { return "ready"; }
  static std::string name(const LoginRefused& e) { return "login-refused:" + std::to_string(e.reply.code); }
  static std::string name(const SenderRefused& e) { return "sender-refused:" + std::to_string(e.reply.code); }
  static std::string name(const RecipientAnswer& e) {
    return std::to_string(e.index) + ":" + std::to_string(e.reply.code);
  }
  static std::string name(const NoRecipients&) { return "nobody"; }
  static std::string name(const SendMessage&) { return "send"; }
  static std::string name(const MessageUnwanted& e) { return "data-refused:" + std::to_string(e.reply.code); }
  static std::string name(const Taken& e) { return "taken:" + std::to_string(e.reply.code); }
  static std::string name(const ServerLeaves& e) { return "leaves:" + std::to_string(e.reply.code); }
};

Envelope envelope(std::vector<std::string> to) {
  Envelope result;
  result.from = Path(make_mailbox("ann@x").value());
  for (const std::string& one : to) result.recipients.push_back({Path(make_mailbox(one).value()), {}});
  return result;
}

TEST(Client, SendsAMailPipelinedAndTellsEachRecipient) {
  for (const std::size_t step : {1, 4, 100000}) {
    ClientTalk talk;
    EXPECT_EQ(talk.hear("220 x ESMTP\r\n", step), "EHLO gateway.example\r\n");
    talk.hear("250-x\r\n250-PIPELINING\r\n250 SIZE 1000\r\n", step);
    EXPECT_EQ(talk.events(), "ready ");
    ASSERT_TRUE(talk.client.begin(envelope({"b@x", "no@x", "c@x"})));
    EXPECT_EQ(talk.said(), "MAIL FROM:<ann@x>\r\nRCPT TO:<b@x>\r\nRCPT TO:<no@x>\r\nRCPT TO:<c@x>\r\n");
    EXPECT_EQ(talk.hear("250 ok\r\n250 ok\r\n550 5.1.1 no\r\n250 ok\r\n", step), "DATA\r\n");
    EXPECT_EQ(talk.events(), "0:250 1:550 2:250 ");
    EXPECT_FALSE(talk.client.write_message(as_bytes("too early")));
    talk.hear("354 go\r\n", step);
    EXPECT_EQ(talk.events(), "send ");
    EXPECT_EQ(talk.client.step(), Step::Message);
    ASSERT_TRUE(talk.client.write_message(as_bytes("a\r\n.b\r\n")));
    EXPECT_EQ(talk.said(), "a\r\n..b\r\n");
    EXPECT_EQ(talk.client.step(), Step::Message);
    ASSERT_TRUE(talk.client.end_message());
    EXPECT_EQ(talk.client.step(), Step::FinalDot);
    EXPECT_EQ(talk.said(), ".\r\n");
    EXPECT_FALSE(talk.client.end_message());
    talk.hear("250 2.0.0 queued as 9\r\n", step);
    EXPECT_EQ(talk.events(), "taken:250 ready ");
    talk.client.quit();
    EXPECT_EQ(talk.said(), "QUIT\r\n");
    talk.hear("221 bye\r\n", step);
    EXPECT_EQ(talk.client.step(), Step::Over);
    EXPECT_FALSE(talk.error);
  }
}

TEST(Client, WithoutPipeliningOneCommandAtATime) {
  ClientTalk talk;
  talk.get_ready("250 x\r\n");
  ASSERT_TRUE(talk.client.begin(envelope({"b@x", "c@x"})));
  EXPECT_EQ(talk.said(), "MAIL FROM:<ann@x>\r\n");
  EXPECT_EQ(talk.hear("250 ok\r\n"), "RCPT TO:<b@x>\r\n");
  EXPECT_EQ(talk.hear("250 ok\r\n"), "RCPT TO:<c@x>\r\n");
  EXPECT_EQ(talk.hear("450 later\r\n"), "DATA\r\n");
}

TEST(Client, ManyRecipientsGoInGroups) {
  ClientTalk talk;
  talk.get_ready();
  ASSERT_TRUE(talk.client.begin(envelope(std::vector<std::string>(250, "b@x"))));
  std::string answers = "250 ok\r\n";
  for (int i = 0; i < 100; ++i) answers += "250 ok\r\n";
  talk.said();
  EXPECT_EQ(talk.hear(answers).size(), 100 * std::string("RCPT TO:<b@x>\r\n").size());
  EXPECT_EQ(talk.hear(answers.substr(8)).size(), 50 * std::string("RCPT TO:<b@x>\r\n").size());
}

TEST(Client, RefusalsAtEachStepLeaveItReady) {
  ClientTalk talk;
  talk.get_ready();
  ASSERT_TRUE(talk.client.begin(envelope({"b@x"})));
  talk.said();
  EXPECT_EQ(talk.hear("550 5.7.1 not you\r\n503 no sender\r\n"), "RSET\r\n");
  talk.hear("250 ok\r\n");
  EXPECT_EQ(talk.events(), "sender-refused:550 ready ");
  ASSERT_TRUE(talk.client.begin(envelope({"b@x"})));
  talk.said();
  EXPECT_EQ(talk.hear("250 ok\r\n550 no\r\n"), "RSET\r\n");
  talk.hear("250 ok\r\n");
  EXPECT_EQ(talk.events(), "0:550 nobody ready ");
  ASSERT_TRUE(talk.client.begin(envelope({"b@x"})));
  talk.hear("250 ok\r\n250 ok\r\n");
  EXPECT_EQ(talk.hear("452 full\r\n"), "RSET\r\n");
  talk.hear("250 ok\r\n");
  EXPECT_EQ(talk.events(), "0:250 data-refused:452 ready ");
  ASSERT_TRUE(talk.client.begin(envelope({"b@x"})));
  talk.hear("250 ok\r\n250 ok\r\n");
  talk.hear("354 go\r\n");
  ASSERT_TRUE(talk.client.end_message());
  talk.hear("554 5.6.0 spam\r\n");
  EXPECT_EQ(talk.events(), "0:250 send taken:554 ready ");
}

TEST(Client, ABareLineFeedNeverReachesTheFinalDot) {
  ClientTalk talk;
  talk.get_ready();
  ASSERT_TRUE(talk.client.begin(envelope({"b@x"})));
  talk.hear("250 ok\r\n250 ok\r\n");
  talk.hear("354 go\r\n");
  EXPECT_EQ(talk.client.write_message(as_bytes("a\n.\nb")).error().code, Errc::Protocol);
  EXPECT_FALSE(talk.client.end_message());
  EXPECT_EQ(talk.client.step(), Step::Message) << "not sent: the server has taken nothing";
}

TEST(Client, KnowsBeforeItSpeaksWhatTheServerCannot) {
  ClientTalk talk;
  talk.get_ready();
  Envelope utf8 = envelope({"\xc3\xb6@x"});
  EXPECT_EQ(talk.client.begin(utf8).error().code, Errc::Unsupported);
  Envelope large = envelope({"b@x"});
  large.parameters.size = 1001;
  EXPECT_EQ(talk.client.begin(large).error().code, Errc::Limit);
  EXPECT_EQ(talk.said(), "");
  ClientTalk plain;
  plain.get_ready("250 x\r\n");
  Envelope eight = envelope({"b@x"});
  eight.parameters.body = BodyType::EightBitMime;
  EXPECT_EQ(plain.client.begin(eight).error().code, Errc::Unsupported);
}

ClientOptions with_login(bool tls) {
  ClientOptions options;
  options.host = "g";
  options.tls = tls;
  options.credentials = Credentials{"", "ann", "pw"};
  return options;
}

TEST(Client, StartsTlsForgetsAndLogsIn) {
  ClientTalk talk(with_login(false));
  talk.hear("220 x\r\n");
  EXPECT_EQ(talk.hear("250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"), "STARTTLS\r\n");
  talk.hear("220 go\r\n");
  EXPECT_EQ(talk.events(), "tls ");
  talk.client.tls_started();
  EXPECT_EQ(talk.said(), "EHLO g\r\n");
  EXPECT_FALSE(talk.client.offers().has_auth("PLAIN"));
  EXPECT_EQ(talk.hear("250-x\r\n250 AUTH PLAIN\r\n"), "AUTH PLAIN AGFubgBwdw==\r\n");
  talk.hear("235 ok\r\n");
  EXPECT_EQ(talk.events(), "ready ");
}

TEST(Client, OctetsBehindTheAnswerToStartTlsAreAnAttack) {
  ClientTalk talk(with_login(false));
  talk.hear("220 x\r\n");
  talk.hear("250-x\r\n250 STARTTLS\r\n");
  talk.hear("220 go\r\n250-x\r\n250 AUTH PLAIN\r\n");
  EXPECT_EQ(talk.error, Errc::Protocol);
}

TEST(Client, NoTlsNoPassword) {
  ClientTalk talk(with_login(false));
  talk.hear("220 x\r\n");
  EXPECT_EQ(talk.hear("250-x\r\n250 AUTH PLAIN\r\n"), "");
  EXPECT_EQ(talk.error, Errc::Unsupported);
}

TEST(Client, LogsInByLoginWhereThatIsAllThereIs) {
  ClientTalk talk(with_login(true));
  talk.hear("220 x\r\n");
  EXPECT_EQ(talk.hear("250-x\r\n250 AUTH LOGIN\r\n"), "AUTH LOGIN\r\n");
  EXPECT_EQ(talk.hear("334 VXNlcm5hbWU6\r\n"), "YW5u\r\n");
  EXPECT_EQ(talk.hear("334 UGFzc3dvcmQ6\r\n"), "cHc=\r\n");
  talk.hear("535 5.7.8 no\r\n");
  EXPECT_EQ(talk.events(), "login-refused:535 ");
  EXPECT_EQ(talk.client.step(), Step::Over);
}

TEST(Client, FallsBackToHelo) {
  ClientTalk talk;
  talk.hear("220 x\r\n");
  EXPECT_EQ(talk.hear("502 what\r\n"), "HELO gateway.example\r\n");
  talk.hear("250 x\r\n");
  EXPECT_EQ(talk.events(), "ready ");
}

TEST(Client, AServerThatLeavesIsHeard) {
  ClientTalk greeting;
  greeting.hear("554 go away\r\n");
  EXPECT_EQ(greeting.events(), "leaves:554 ");
  ClientTalk talk;
  talk.get_ready();
  talk.hear("421 4.3.2 shutting down\r\n");
  EXPECT_EQ(talk.events(), "leaves:421 ");
  ClientTalk dot;
  dot.get_ready();
  ASSERT_TRUE(dot.client.begin(envelope({"b@x"})));
  dot.hear("250 ok\r\n250 ok\r\n");
  dot.hear("354 go\r\n");
  ASSERT_TRUE(dot.client.end_message());
  dot.hear("421 4.3.2 shutting down\r\n");
  EXPECT_EQ(dot.events(), "0:250 send taken:421 leaves:421 ");
}

TEST(Client, ARefusalInTheMiddleOfTheMessageEndsIt) {
  ClientTalk talk;
  talk.get_ready();
  ASSERT_TRUE(talk.client.begin(envelope({"b@x"})));
  talk.hear("250 ok\r\n250 ok\r\n");
  talk.hear("354 go\r\n");
  talk.hear("552 too large\r\n");
  EXPECT_EQ(talk.events(), "0:250 send leaves:552 ");
  EXPECT_EQ(talk.client.end_message().error().code, Errc::Closed);
}

TEST(Client, AReplyNobodyWaitsForIsAnError) {
  ClientTalk talk;
  talk.get_ready();
  talk.hear("250 surprise\r\n");
  EXPECT_EQ(talk.error, Errc::Protocol);
}

}  // namespace
}  // namespace proxy::smtp
