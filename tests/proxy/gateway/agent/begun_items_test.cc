#include "proxy/gateway/agent/begun_items.h"

#include <gtest/gtest.h>

#include "proxy/gateway/agent/crossing_twice.h"

namespace proxy::gateway::agent {
namespace {

sync::ItemKey begun_key(std::uint32_t uid) {
  return {"INBOX", {5}, {uid}};
}

TEST(BegunItems, KnowsWhereAnItemStandsUntilItIsForgotten) {
  BegunItems begun;
  EXPECT_EQ(begun.find(begun_key(1)), nullptr);
  begun.begin(begun_key(1), 100);
  ASSERT_NE(begun.find(begun_key(1)), nullptr);
  EXPECT_EQ(begun.find(begun_key(1))->begin, 100U);
  EXPECT_FALSE(begun.find(begun_key(1))->end) << "it is being sent";
  begun.end(begun_key(1), 300);
  EXPECT_EQ(begun.find(begun_key(1))->end, 300U);
  begun.begin(begun_key(1), 700);
  EXPECT_EQ(begun.find(begun_key(1))->begin, 700U) << "once more";
  begun.forget(begun_key(1));
  begun.end(begun_key(1), 900);
  EXPECT_EQ(begun.find(begun_key(1)), nullptr);
}

TEST(BegunItems, ForgetsTheOldest) {
  BegunItems begun;
  for (std::uint32_t uid = 0; uid <= BegunItems::kMost; ++uid) begun.begin(begun_key(uid), uid);
  EXPECT_EQ(begun.find(begun_key(0)), nullptr);
  EXPECT_NE(begun.find(begun_key(1)), nullptr);
  EXPECT_NE(begun.find(begun_key(BegunItems::kMost)), nullptr);
}

// 200 kB that are not here before the end of a mail of 2 kB, of 300 kB that were sent.
Begun waiting_behind() {
  Begun mail;
  mail.sent = 300'000;
  mail.begin = 248'000;
  mail.end = 250'000;
  mail.arrived = 50'000;
  return mail;
}

TEST(CrossingTwice, ASmallMailDoesWhereItWouldBeWaitedForLong) {
  Begun mail = waiting_behind();
  EXPECT_FALSE(is_worth_crossing_twice(mail)) << "nobody knows how long";
  mail.link = messaging::BitsPerSecond{2'000'000};
  EXPECT_FALSE(is_worth_crossing_twice(mail)) << "not a second";
  mail.link = messaging::BitsPerSecond{200'000};
  EXPECT_TRUE(is_worth_crossing_twice(mail)) << "eight seconds";
  mail.arrived = 220'000;
  EXPECT_FALSE(is_worth_crossing_twice(mail)) << "it is nearly here";
}

TEST(CrossingTwice, ALargeOneDoesNotNorDoesEveryOne) {
  Begun mail = waiting_behind();
  mail.link = messaging::BitsPerSecond{200'000};
  mail.begin = 220'000;
  EXPECT_FALSE(is_worth_crossing_twice(mail)) << "most of what is waited for is the mail";
  mail.begin = 248'000;
  mail.twice = kTwiceAtFirst + mail.sent / kTwicePart - mail.size();
  EXPECT_TRUE(is_worth_crossing_twice(mail));
  ++mail.twice;
  EXPECT_FALSE(is_worth_crossing_twice(mail)) << "a program asks for everything";
}

}  // namespace
}  // namespace proxy::gateway::agent
