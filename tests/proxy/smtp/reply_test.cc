#include "proxy/smtp/reply.h"

#include <gtest/gtest.h>

#include "proxy/smtp/ehlo.h"

namespace proxy::smtp {
namespace {

Result<std::vector<Reply>> read_all(std::string_view text, std::size_t step) {
  ReplyReader reader;
  std::vector<Reply> replies;
  for (std::size_t at = 0; at < text.size(); at += step) {
    ByteView in = as_bytes(text.substr(at, step));
    for (;;) {
      TRY_ASSIGN(std::optional<Reply> reply, reader.next(in));
      if (!reply) break;
      replies.push_back(*std::move(reply));
    }
  }
  if (!reader.between_replies()) return fail(Errc::Protocol, "cut");
  return replies;
}

TEST(ReplyReader, ReadsSingleAndMultiLineRepliesCutAnywhere) {
  const std::string text = "220 x ESMTP\r\n250-first\r\n250-\r\n250 last\r\n250\r\n550 5.1.1 No such user\r\n";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    const auto replies = read_all(text, step).value();
    ASSERT_EQ(replies.size(), 4U);
    EXPECT_EQ(replies[0], Reply(220, "x ESMTP"));
    EXPECT_EQ(replies[1].lines, (std::vector<std::string>{"first", "", "last"}));
    EXPECT_EQ(replies[2], Reply(250, ""));
    EXPECT_EQ(replies[3].enhanced(), (EnhancedCode{5, 1, 1}));
    EXPECT_EQ(replies[3].words(), "5.1.1 No such user");
  }
}

TEST(ReplyReader, RefusesWhatIsNoReply) {
  for (const char* bad : {"hello\r\n", "25 x\r\n", "150 x\r\n", "650 x\r\n", "250x\r\n", "250-a\r\n251 b\r\n",
                          "250 a\n", "250 a\rb\r\n", "\r\n", "250-a\r\n\r\n"}) {
    const auto replies = read_all(bad, 1);
    ASSERT_FALSE(replies) << bad;
    EXPECT_EQ(replies.error().code, Errc::Protocol);
  }
  EXPECT_FALSE(read_all(std::string_view("250 \0\r\n", 7), 1));
}

TEST(ReplyReader, HoldsItsLimits) {
  EXPECT_EQ(read_all("250 " + std::string(5000, 'a'), 100).error().code, Errc::Limit);
  std::string many;
  for (int i = 0; i < 200; ++i) many += "250-x\r\n";
  EXPECT_EQ(read_all(many, 100).error().code, Errc::Limit);
  std::string large;
  for (int i = 0; i < 20; ++i) large += "250-" + std::string(3000, 'x') + "\r\n";
  EXPECT_EQ(read_all(large, 100).error().code, Errc::Limit);
}

TEST(Reply, WritesOnlyLines) {
  Reply reply(550, "no\r\n250 yes");
  reply.lines.push_back(std::string(600, 'a'));
  Bytes out;
  write_reply(reply, out);
  EXPECT_EQ(codec::to_string(ByteView(out)), "550-no??250 yes\r\n550 " + std::string(500, 'a') + "\r\n");
  out.clear();
  write_reply(Reply(), out);
  EXPECT_EQ(codec::to_string(ByteView(out)).size(), 6U);
}

TEST(EnhancedCode, NeedsItsFormAndItsClass) {
  EXPECT_TRUE(parse_enhanced_code("5.7.999 x"));
  for (const char* bad : {"", "5", "5.1", "5.1.", "3.1.1 x", "5.1.1x", "5.01.1 x", "5.1.1000 x", "52.1.1 x"})
    EXPECT_FALSE(parse_enhanced_code(bad)) << bad;
  EXPECT_FALSE(Reply(450, "5.1.1 x").enhanced());
}

TEST(Ehlo, ReadsWhatItWrites) {
  Capabilities offers;
  offers.pipelining = offers.eight_bit_mime = offers.smtp_utf8 = offers.dsn = offers.enhanced_status_codes = true;
  offers.chunking = offers.start_tls = offers.size = true;
  offers.max_size = 12345;
  offers.auth = {"PLAIN", "LOGIN"};
  EXPECT_EQ(parse_ehlo(write_ehlo("x.example", offers)), offers);
  EXPECT_EQ(parse_ehlo(write_ehlo("x.example", {})), Capabilities());
}

TEST(Ehlo, TakesTheOldFormOfAuthAndSizeWithoutNumber) {
  Reply reply(250, "x");
  reply.lines = {"x", "size", "AUTH=login PLAIN", "AUTH PLAIN XOAUTH2", "SIZE x", "8bitmime"};
  const Capabilities offers = parse_ehlo(reply);
  EXPECT_TRUE(offers.size && offers.eight_bit_mime);
  EXPECT_EQ(offers.max_size, 0U);
  EXPECT_EQ(offers.auth, (std::vector<std::string>{"LOGIN", "PLAIN", "XOAUTH2"}));
}

}  // namespace
}  // namespace proxy::smtp
