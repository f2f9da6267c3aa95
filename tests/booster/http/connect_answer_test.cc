#include "booster/http/connect_answer.h"

#include <gtest/gtest.h>

namespace booster::http {
namespace {

struct Taken {
  std::optional<ConnectAnswer> answer;
  std::size_t used = 0;
};

Result<Taken> take(std::string_view text, std::size_t piece) {
  ConnectAnswerParser parser;
  Taken taken;
  while (taken.used < text.size() && !parser.answer()) {
    TRY_ASSIGN(const std::size_t used, parser.on_bytes(as_bytes(text.substr(taken.used, piece))));
    taken.used += used;
  }
  taken.answer = parser.answer();
  return taken;
}

constexpr std::string_view kEstablished = "HTTP/1.1 200 Connection established\r\nVia: 1.1 p\r\n\r\n";

TEST(ConnectAnswer, IsTheSameWholeAndInPieces) {
  const std::string refused =
      "HTTP/1.0 407 Proxy Authentication Required\r\nContent-Length: 12\r\n"
      "pRoXy-AuThenTicate: Negotiate dG9r==, Basic charset=\"UTF-8\", realm=\"the \\\"office\\\"\"\r\n\r\n<html>";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
    const auto good = take(kEstablished, piece);
    ASSERT_TRUE(good && good->answer) << piece;
    EXPECT_EQ(good->answer->status, 200);
    EXPECT_EQ(good->answer->reason, "Connection established");
    EXPECT_EQ(good->used, kEstablished.size());
    const auto bad = take(refused, piece);
    ASSERT_TRUE(bad && bad->answer) << piece;
    EXPECT_EQ(bad->answer->status, 407);
    ASSERT_EQ(bad->answer->challenges.size(), 2U);
    EXPECT_EQ(bad->answer->challenges[0].scheme, "Negotiate");
    EXPECT_EQ(bad->answer->challenges[1].scheme, "Basic");
    EXPECT_EQ(bad->answer->challenges[1].realm, "the \"office\"");
    EXPECT_EQ(bad->used, refused.size() - 6) << "the page behind it is not the head's";
  }
}

TEST(ConnectAnswer, IsNotThereBeforeItsHeadIsWhole) {
  for (std::size_t size = 0; size < kEstablished.size(); ++size) {
    const auto cut = take(kEstablished.substr(0, size), 1000);
    ASSERT_TRUE(cut) << size;
    EXPECT_FALSE(cut->answer) << size;
  }
}

TEST(ConnectAnswer, StandsBehindInterimOnes) {
  const auto taken = take("HTTP/1.1 100 Continue\r\nProxy-Authenticate: Basic\r\n\r\nHTTP/1.1 503 \r\n\r\n", 5);
  ASSERT_TRUE(taken && taken->answer);
  EXPECT_EQ(taken->answer->status, 503);
  EXPECT_EQ(taken->answer->reason, "");
  EXPECT_TRUE(taken->answer->challenges.empty());
}

TEST(ConnectAnswer, MayLeaveOutTheReasonAndItsBlank) {
  const auto taken = take("HTTP/1.1 200\r\n\r\n", 100);
  ASSERT_TRUE(taken && taken->answer);
  EXPECT_EQ(taken->answer->status, 200);
}

TEST(ConnectAnswer, OfWhoSpeaksAnotherProtocolIsKnownByItsFirstOctets) {
  for (const std::string text :
       {"SSH-2.0", "\x15\x03\x01", "220 mail", "HTTP/2 200\r\n", "http/1.1 200 ok\r\n\r\n", "\r\n"}) {
    const auto taken = take(text, 1);
    ASSERT_FALSE(taken) << text;
    EXPECT_EQ(taken.error().code, Errc::Protocol) << text;
  }
}

TEST(ConnectAnswer, MalformedHeadsAreRefused) {
  for (const std::string text :
       {"HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.x 200 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\n\n", "HTTP/1.1 600 x\r\n\r\n", "HTTP/1.1 099 x\r\n\r\n", "HTTP/1.1 101 Switch\r\n\r\n"}) {
    const auto taken = take(text, 100);
    ASSERT_FALSE(taken) << text;
    EXPECT_EQ(taken.error().code, Errc::Protocol) << text;
  }
}

TEST(ConnectAnswer, FloodsEndAtTheLimitInterimOnesIncluded) {
  const std::string one_line = "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x');
  EXPECT_EQ(take(one_line, 100).error().code, Errc::Limit);
  std::string interim;
  while (interim.size() < 20'000) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(take(interim, 100).error().code, Errc::Limit);
}

TEST(ConnectAnswer, HoldsNothingThatATerminalWouldTakeForMore) {
  const auto taken = take("HTTP/1.1 407 \x1b[2Jx\r\nProxy-Authenticate: Basic realm=\"\x1b]0;\x07\x80\"\r\n\r\n", 100);
  ASSERT_TRUE(taken && taken->answer);
  EXPECT_EQ(taken->answer->reason, "?[2Jx");
  ASSERT_EQ(taken->answer->challenges.size(), 1U);
  EXPECT_EQ(taken->answer->challenges[0].realm, "?]0;??");
}

TEST(Challenges, AreFewAndShort) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "S" + std::to_string(i) + " realm=\"" + std::string(300, 'r') + "\", ";
  const std::vector<Challenge> found = parse_challenges(many);
  ASSERT_EQ(found.size(), ConnectAnswerParser::kMaxChallenges);
  EXPECT_EQ(found[0].realm.size(), ConnectAnswerParser::kMaxAnswerWords);
  EXPECT_TRUE(parse_challenges("realm=\"nobody's\"").empty());
  EXPECT_EQ(parse_challenges("Basic realm=\"open").at(0).realm, "open");
  EXPECT_EQ(parse_challenges("Basic realm=token")[0].realm, "token");
}

}  // namespace
}  // namespace booster::http
