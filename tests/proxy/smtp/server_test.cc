#include "proxy/smtp/server.h"

#include <gtest/gtest.h>

#include "proxy/smtp/text.h"

namespace proxy::smtp {
namespace {

// A server with a caller who says yes to all but a few.
class ServerTalk {
 public:
  explicit ServerTalk(bool tls = true) : server_(options(tls)) {}
  static ServerOptions options(bool tls) {
    ServerOptions options;
    options.host = "face.example";
    options.tls = tls;
    options.offers.auth = {"PLAIN", "LOGIN"};
    options.offers.pipelining = options.offers.eight_bit_mime = options.offers.start_tls = true;
    options.max_size = 10000;
    return options;
  }

  // What the server says to these octets, handed over in pieces of `step`.
  std::string say(std::string_view octets, std::size_t step = 100000) {
    for (std::size_t at = 0; at < octets.size() && !error; at += step) feed(octets.substr(at, step));
    return std::string(as_text(server_.take_output()));
  }
  void log_in() {
    say("EHLO a\r\n");
    EXPECT_EQ(say("AUTH PLAIN AGFubgBwdw==\r\n"), "235 2.7.0 Welcome\r\n");
  }

  Server& server() { return server_; }
  std::string log;  // events
  std::string message;
  std::optional<Errc> error;

 private:
  void feed(std::string_view octets) {
    ByteView in = as_bytes(octets);
    for (;;) {
      auto event = server_.next_event(in);
      if (!event) {
        error = event.error().code;
        return;
      }
      if (!*event) return;
      std::visit([this](auto& one) { on(one); }, **event);
    }
  }
  void on(LoginRequest& login) {
    log += "login " + login.authorization + "/" + login.user + "/" + login.password + "\n";
    login.password == "bad" ? server_.refuse({535, "5.7.8 Wrong"}) : server_.accept();
  }
  void on(StartTlsRequest&) {
    log += "tls\n";
    server_.tls_started();
  }
  void on(MailFrom& mail) {
    log += "mail " + mail.from.text() + "\n";
    server_.accept();
  }
  void on(RecipientTo& to) {
    log += "rcpt " + to.to.text() + "\n";
    to.to.text() == "<no@x>" ? server_.refuse({550, "5.1.1 No such user"}) : server_.accept();
  }
  void on(DataBegin&) {
    log += "data\n";
    server_.accept();
  }
  void on(DataPiece& piece) { message += as_text(piece.octets); }
  void on(DataEnd&) {
    log += "end\n";
    server_.accept("2.6.0 Queued as 7");
  }
  void on(DataRefused&) { log += "refused\n"; }
  void on(TransactionReset&) { log += "reset\n"; }
  void on(Goodbye&) { log += "bye\n"; }

  Server server_;
};

TEST(Server, TakesAMailAtEveryCut) {
  for (const std::size_t step : {1, 2, 3, 5, 100000}) {
    ServerTalk talk;
    EXPECT_EQ(talk.say(""), "220 face.example ESMTP\r\n");
    EXPECT_EQ(talk.say("EHLO a\r\n", step),
              "250-face.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE 10000\r\n250 AUTH PLAIN LOGIN\r\n");
    EXPECT_EQ(talk.say("AUTH PLAIN AGFubgBwdw==\r\n", step), "235 2.7.0 Welcome\r\n");
    EXPECT_EQ(talk.say("MAIL FROM:<ann@x> BODY=8BITMIME\r\nRCPT TO:<bob@x>\r\nRCPT TO:<no@x>\r\nDATA\r\n", step),
              "250 2.1.0 Sender is fine\r\n250 2.1.5 Recipient is fine\r\n550 5.1.1 No such user\r\n354 End with "
              "CRLF.CRLF\r\n");
    EXPECT_EQ(talk.say("Subject: x\r\n\r\n..\r\n.\r\nMAIL FROM:<>\r\nRSET\r\nQUIT\r\n", step),
              "250 2.6.0 Queued as 7\r\n250 2.1.0 Sender is fine\r\n250 2.0.0 Forgotten\r\n221 2.0.0 Goodbye\r\n");
    EXPECT_EQ(talk.message, "Subject: x\r\n\r\n.\r\n");
    EXPECT_EQ(talk.log, "login /ann/pw\nmail <ann@x>\nrcpt <bob@x>\nrcpt <no@x>\ndata\nend\nmail <>\nreset\nbye\n");
    EXPECT_FALSE(talk.error);
  }
}

TEST(Server, NothingBeforeLogin) {
  ServerTalk talk;
  talk.say("EHLO a\r\n");
  for (const char* line : {"MAIL FROM:<a@x>\r\n", "RCPT TO:<a@x>\r\n", "DATA\r\n", "VRFY a\r\n"})
    EXPECT_EQ(talk.say(line), "530 5.7.0 Log in first\r\n") << line;
  EXPECT_EQ(talk.log, "");
}

TEST(Server, LoginInTwoLinesAndInOne) {
  ServerTalk talk;
  talk.say("EHLO a\r\n");
  EXPECT_EQ(talk.say("AUTH LOGIN\r\n"), "334 VXNlcm5hbWU6\r\n");
  EXPECT_EQ(talk.say("YW5u\r\n"), "334 UGFzc3dvcmQ6\r\n");
  EXPECT_EQ(talk.say("*\r\n"), "501 5.7.0 Cancelled\r\n");
  EXPECT_EQ(talk.say("AUTH PLAIN\r\n"), "334 \r\n");
  EXPECT_EQ(talk.say(write_base64(std::string("boss\0ann\0pw", 11)) + "\r\n"), "235 2.7.0 Welcome\r\n");
  EXPECT_EQ(talk.say("AUTH PLAIN\r\n"), "503 5.5.1 You are logged in\r\n");
  EXPECT_EQ(talk.log, "login boss/ann/pw\n");
}

TEST(Server, ThreeWrongPasswordsEndTheConnection) {
  ServerTalk talk;
  talk.say("EHLO a\r\n");
  const std::string wrong = "AUTH PLAIN " + write_base64(std::string("\0ann\0bad", 8)) + "\r\n";
  EXPECT_EQ(talk.say(wrong), "535 5.7.8 Wrong\r\n");
  EXPECT_EQ(talk.say(wrong), "535 5.7.8 Wrong\r\n");
  EXPECT_EQ(talk.say(wrong), "535 5.7.8 Wrong\r\n421 4.7.0 Too many failed logins\r\n");
  EXPECT_EQ(talk.say("NOOP\r\n"), "");
  EXPECT_TRUE(talk.error);
}

TEST(Server, WithoutTlsNoLoginAndAfterItAllIsForgotten) {
  ServerTalk talk(false);
  EXPECT_EQ(talk.say("EHLO a\r\n").find("AUTH"), std::string::npos);
  EXPECT_EQ(talk.say("AUTH PLAIN AGFubgBwdw==\r\n"), "538 5.7.11 TLS comes first\r\n");
  EXPECT_EQ(talk.say("STARTTLS\r\n"), "220 2.0.0 Go on\r\n");
  EXPECT_EQ(talk.say("AUTH PLAIN AGFubgBwdw==\r\n"), "503 5.5.1 EHLO comes first\r\n");
  EXPECT_EQ(talk.say("EHLO a\r\n").find("STARTTLS"), std::string::npos);
  EXPECT_EQ(talk.say("AUTH PLAIN AGFubgBwdw==\r\n"), "235 2.7.0 Welcome\r\n");
}

TEST(Server, CommandsBehindStartTlsEndTheConnection) {
  ServerTalk talk(false);
  talk.say("EHLO a\r\n");
  EXPECT_EQ(talk.say("STARTTLS\r\nEHLO b\r\n"), "554 5.5.1 Commands behind STARTTLS\r\n");
  EXPECT_EQ(talk.error, Errc::Protocol);
  EXPECT_EQ(talk.log, "");
}

TEST(Server, WhatMustWaitForAnAnswerMustNotBePipelined) {
  for (const char* early : {"EHLO a\r\nNOOP\r\n", "AUTH PLAIN\r\nAGFubgBwdw==\r\n"}) {
    ServerTalk talk;
    talk.say("EHLO a\r\n");
    EXPECT_EQ(talk.say(early), "503 5.5.0 Wait for the answer\r\n");
    EXPECT_EQ(talk.error, Errc::Protocol);
  }
  ServerTalk talk;
  talk.log_in();
  talk.say("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nSubject: too early\r\n");
  EXPECT_EQ(talk.error, Errc::Protocol);
}

TEST(Server, StrangersAreSentAway) {
  for (const char* line : {"GET / HTTP/1.1\r\n", "POST /x HTTP/1.1\r\n", "CONNECT x:25 HTTP/1.1\r\n", "\r\n",
                           " EHLO a\r\n", "{}\r\n", "Host: x\r\n", "PRI * HTTP/2.0\r\n", "1 2\r\n"}) {
    ServerTalk talk;
    talk.say("");
    EXPECT_EQ(talk.say(line), "521 5.5.1 This is a mail port\r\n") << line;
    EXPECT_EQ(talk.error, Errc::Protocol);
  }
}

TEST(Server, LinesAreBoundedAndEndInCrlf) {
  ServerTalk talk;
  EXPECT_NE(talk.say("EHLO " + std::string(10000, 'a')).find("500 5.5.2 Line too long"), std::string::npos);
  EXPECT_EQ(talk.error, Errc::Limit);
  ServerTalk bare;
  bare.say("EHLO a\n");
  EXPECT_EQ(bare.error, Errc::Protocol);
}

TEST(Server, TooManyBadCommandsEndTheConnection) {
  ServerTalk talk;
  talk.say("");
  for (int i = 1; i < kMaxBadCommands; ++i) EXPECT_EQ(talk.say("XYZZY\r\n"), "500 5.5.2 Command not known\r\n");
  EXPECT_EQ(talk.say("XYZZY\r\n"), "421 4.7.0 Too many bad commands\r\n");
  EXPECT_EQ(talk.error, Errc::Limit);
}

TEST(Server, OrderIsKept) {
  ServerTalk talk;
  talk.log_in();
  EXPECT_EQ(talk.say("RCPT TO:<b@x>\r\n"), "503 5.5.1 MAIL comes first\r\n");
  EXPECT_EQ(talk.say("DATA\r\n"), "503 5.5.1 MAIL comes first\r\n");
  EXPECT_EQ(talk.say("MAIL FROM:<a@x>\r\nMAIL FROM:<b@x>\r\n"),
            "250 2.1.0 Sender is fine\r\n503 5.5.1 One sender at a time\r\n");
  EXPECT_EQ(talk.say("RCPT TO:<no@x>\r\nDATA\r\n"), "550 5.1.1 No such user\r\n554 5.5.1 No valid recipients\r\n");
  EXPECT_EQ(talk.say("RCPT TO:<\xc3\xb6@x>\r\n"), "553 5.6.7 Address needs SMTPUTF8\r\n");
  talk.say("EHLO again\r\n");
  EXPECT_EQ(talk.log.substr(talk.log.size() - 6), "reset\n");
  EXPECT_EQ(talk.say("MAIL FROM:<a@x> SIZE=10001\r\n"), "552 5.3.4 Message larger than can be taken\r\n");
}

TEST(Server, ATooLargeMessageIsRefusedAtItsEnd) {
  ServerTalk talk;
  talk.log_in();
  talk.say("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n");
  EXPECT_EQ(talk.say(std::string(10001, 'a') + "\r\n.\r\n", 11), "552 5.3.4 Message larger than can be taken\r\n");
  EXPECT_EQ(talk.log.find("end"), std::string::npos);
  EXPECT_EQ(talk.say("NOOP\r\n"), "250 2.0.0 Well\r\n");
}

TEST(Server, BareOctetsInAMessageEndTheConnectionAtItsEnd) {
  for (const auto& [data, reply] : {std::pair("a\nb\r\n.\r\nNOOP\r\n", "550 5.6.0 Message holds a bare LF\r\n"),
                                    {"a\rb\r\n.\r\nNOOP\r\n", "550 5.6.0 Message holds a bare CR\r\n"}}) {
    ServerTalk talk;
    talk.log_in();
    talk.say("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n");
    EXPECT_EQ(talk.say(data, 3), reply);
    EXPECT_EQ(talk.error, Errc::Protocol);
    EXPECT_NE(talk.log.find("refused"), std::string::npos);
    EXPECT_EQ(talk.log.find("end"), std::string::npos);
  }
}

TEST(Server, TakesNoOctetWhileAnAnswerIsDue) {
  Server server(ServerTalk::options(true));
  const std::string text = "EHLO a\r\n";
  ByteView in = as_bytes(text);
  ASSERT_TRUE(server.next_event(in));
  const std::string login = "AUTH PLAIN AGFubgBwdw==\r\n";
  in = as_bytes(login);
  ASSERT_TRUE(server.next_event(in).value());
  const std::string more = "NOOP\r\n";
  in = as_bytes(more);
  EXPECT_FALSE(server.next_event(in).value());
  EXPECT_EQ(in.size(), more.size());
  server.accept();
  EXPECT_FALSE(server.next_event(in).value());
  EXPECT_TRUE(in.empty());
}

}  // namespace
}  // namespace proxy::smtp
