#include "proxy/smtp/command.h"

#include <gtest/gtest.h>

namespace proxy::smtp {
namespace {

Capabilities everything() {
  Capabilities all;
  all.pipelining = all.eight_bit_mime = all.smtp_utf8 = all.dsn = all.size = true;
  all.max_size = 1000000;
  all.auth = {"PLAIN", "LOGIN"};
  return all;
}
Command good(std::string_view line) {
  auto command = parse_command(line, everything());
  EXPECT_TRUE(command) << line << ": " << (command ? "" : command.error().words());
  return command ? *command : Command(Noop{});
}
int refusal(std::string_view line, const Capabilities& offers = everything()) {
  const auto command = parse_command(line, offers);
  EXPECT_FALSE(command) << line;
  return command ? 0 : command.error().code;
}

TEST(Command, MailWithAllItsParameters) {
  const auto mail =
      std::get<MailFrom>(good("MAIL FROM:<eljefe@bigbucks.example> SIZE=500000 BODY=8BITMIME SMTPUTF8 RET=HDRS "
                              "ENVID=QQ314159 AUTH=e+3Dmc2@example.com"));
  EXPECT_EQ(mail.from.text(), "<eljefe@bigbucks.example>");
  EXPECT_EQ(mail.parameters.size, 500000U);
  EXPECT_EQ(mail.parameters.body, BodyType::EightBitMime);
  EXPECT_TRUE(mail.parameters.smtp_utf8);
  EXPECT_EQ(mail.parameters.ret, Return::Headers);
  EXPECT_EQ(mail.parameters.envid, "QQ314159");
  EXPECT_EQ(mail.parameters.auth, "e+3Dmc2@example.com");
}

TEST(Command, RecipientWithAllItsParameters) {
  const auto to = std::get<RecipientTo>(
      good("rcpt to: <topbanana@ivory.example> notify=success,delay ORCPT=rfc822;Bob@ivory.example"));
  EXPECT_EQ(to.to.text(), "<topbanana@ivory.example>");
  EXPECT_EQ(to.parameters.notify, (Notify{true, false, true}));
  EXPECT_EQ(to.parameters.orcpt, "rfc822;Bob@ivory.example");
  EXPECT_EQ(std::get<RecipientTo>(good("RCPT TO:<a@x> NOTIFY=NEVER")).parameters.notify, Notify());
  EXPECT_TRUE(std::holds_alternative<RecipientTo>(good("RCPT TO:<Postmaster>")));
}

TEST(Command, TheOthers) {
  EXPECT_EQ(std::get<Hello>(good("EHLO foo.com")).host, "foo.com");
  EXPECT_FALSE(std::get<Hello>(good("helo [192.0.2.1]")).extended);
  EXPECT_TRUE(std::holds_alternative<DataCommand>(good("DATA")));
  EXPECT_TRUE(std::holds_alternative<Rset>(good("RSET ")));
  EXPECT_TRUE(std::holds_alternative<Noop>(good("NOOP whatever")));
  EXPECT_TRUE(std::holds_alternative<Quit>(good("quit")));
  EXPECT_TRUE(std::holds_alternative<Vrfy>(good("VRFY ann")));
  EXPECT_TRUE(std::holds_alternative<Help>(good("HELP")));
  EXPECT_TRUE(std::holds_alternative<StartTls>(good("STARTTLS")));
  EXPECT_EQ(std::get<Auth>(good("AUTH plain dGVzdAB0ZXN0ADEyMzQ=")).initial, std::string("test\0test\0001234", 14));
  EXPECT_EQ(std::get<Auth>(good("AUTH LOGIN =")).initial, "");
  EXPECT_EQ(std::get<Auth>(good("AUTH LOGIN")).initial, std::nullopt);
}

TEST(Command, RefusalsCarryTheRightCode) {
  EXPECT_EQ(refusal("XYZZY"), 500);
  EXPECT_EQ(refusal("MAIL"), 501);
  EXPECT_EQ(refusal("MAIL FROM:ann@x"), 501);
  EXPECT_EQ(refusal("MAIL FROM:<ann@x>SIZE=1"), 501);
  EXPECT_EQ(refusal("MAIL FROM:<ann@x> SIZE=x"), 501);
  EXPECT_EQ(refusal("MAIL FROM:<ann@x> SIZE=99999999999999999999"), 501);
  EXPECT_EQ(refusal("MAIL FROM:<ann@x> SIZE=1 SIZE=2"), 501);
  EXPECT_EQ(refusal("MAIL FROM:<ann@x> SIZE=1000001"), 552);
  EXPECT_EQ(refusal("MAIL FROM:<ann@x> BODY=BINARYMIME"), 501);
  EXPECT_EQ(refusal("MAIL FROM:<ann@x> FUTURE=1"), 555);
  EXPECT_EQ(refusal("MAIL FROM:<ann@x> SMTPUTF8=1"), 501);
  EXPECT_EQ(refusal("MAIL FROM:<ann@x> ENVID=a+zz"), 501);
  EXPECT_EQ(refusal("MAIL FROM:<\xc3\xb6@x>"), 553);
  EXPECT_EQ(refusal("RCPT TO:<>"), 501);
  EXPECT_EQ(refusal("RCPT TO:<a@x> NOTIFY=NEVER,FAILURE"), 501);
  EXPECT_EQ(refusal("RCPT TO:<a@x> NOTIFY="), 501);
  EXPECT_EQ(refusal("RCPT TO:<a@x> NOTIFY=FAILURE", Capabilities()), 555);
  EXPECT_EQ(refusal("RCPT TO:<a@x> ORCPT=rfc822"), 501);
  EXPECT_EQ(refusal("DATA now"), 501);
  EXPECT_EQ(refusal("EHLO"), 501);
  EXPECT_EQ(refusal("EHLO a b"), 501);
  EXPECT_EQ(refusal("AUTH"), 501);
  EXPECT_EQ(refusal("AUTH PLAIN !!!!"), 501);
  EXPECT_EQ(refusal("AUTH PLAIN QQ"), 501);
  EXPECT_EQ(refusal("BDAT 5 LAST"), 502);
  EXPECT_EQ(refusal("NOOP \x01"), 500);
}

TEST(Command, WritesWhatItReads) {
  for (const char* line : {"MAIL FROM:<>", "MAIL FROM:<a@x> SIZE=5 BODY=7BIT SMTPUTF8 RET=FULL ENVID=a+2Bb AUTH=<>",
                           "MAIL FROM:<\xc3\xb6@x> SMTPUTF8"}) {
    const auto mail = std::get<MailFrom>(good(line));
    EXPECT_EQ(write_mail(mail.from, mail.parameters, everything()), std::string(line) + "\r\n");
  }
  for (const char* line : {"RCPT TO:<a@x>", "RCPT TO:<a@x> NOTIFY=NEVER",
                           "RCPT TO:<a@x> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;a+2B@x"}) {
    const auto to = std::get<RecipientTo>(good(line));
    EXPECT_EQ(write_recipient(to.to, to.parameters, everything()), std::string(line) + "\r\n");
  }
}

TEST(Command, WritesNothingThatWasNotOfferedOrThatBreaksALine) {
  const auto mail = std::get<MailFrom>(good("MAIL FROM:<a@x> SIZE=5 RET=FULL ENVID=a AUTH=<>"));
  EXPECT_EQ(write_mail(mail.from, mail.parameters, Capabilities()), "MAIL FROM:<a@x>\r\n");
  MailParameters evil;
  evil.envid = "a\r\nRCPT TO:<b@y>";
  evil.auth = "a b";
  EXPECT_EQ(write_mail(mail.from, evil, everything()), "MAIL FROM:<a@x>\r\n");
  RecipientParameters evil_recipient;
  evil_recipient.orcpt = "rfc822;a\r\nDATA";
  EXPECT_EQ(write_recipient(mail.from, evil_recipient, everything()), "RCPT TO:<a@x>\r\n");
}

}  // namespace
}  // namespace proxy::smtp
