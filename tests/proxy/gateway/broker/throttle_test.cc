#include "proxy/gateway/broker/throttle.h"

#include <gtest/gtest.h>

namespace proxy::gateway::broker {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const Guess kAlice{"alice@example.org", "192.0.2.0/24", false};

TEST(Throttle, TheDelayGrowsFromTwoToFifteenSeconds) {
  Throttle throttle;
  TimePoint now{};
  std::vector<seconds> waits;
  for (int i = 0; i < 6; ++i) {
    const auto verdict = throttle.admit(kAlice, now);
    ASSERT_TRUE(verdict.admitted);
    waits.push_back(std::chrono::duration_cast<seconds>(verdict.wait));
    now += verdict.wait;
    throttle.on_refused(kAlice, now);
  }
  const std::vector<seconds> expected{seconds(0), seconds(2), seconds(4), seconds(8), seconds(15), seconds(15)};
  EXPECT_EQ(waits, expected);
}

TEST(Throttle, ANetworkHasTenGuessesAMinuteHoweverManyAccountsItTries) {
  Throttle throttle;
  TimePoint now{};
  int admitted = 0;
  for (int i = 0; i < 1000; ++i) {
    now += milliseconds(60);
    const Guess guess{"user" + std::to_string(i) + "@example.org", "192.0.2.0/24", false};
    if (!throttle.admit(guess, now).admitted) continue;
    ++admitted;
    throttle.on_refused(guess, now);
  }
  EXPECT_LE(admitted, 10);
  EXPECT_GE(admitted, 2);
}

TEST(Throttle, GuessesInParallelLineUp) {
  Throttle throttle;
  const TimePoint now{};
  ASSERT_TRUE(throttle.admit(kAlice, now).admitted);
  throttle.on_refused(kAlice, now);
  EXPECT_EQ(throttle.admit(kAlice, now).wait, seconds(2));
  EXPECT_EQ(throttle.admit(kAlice, now).wait, seconds(4));
  EXPECT_EQ(throttle.admit(kAlice, now).wait, seconds(6));
}

TEST(Throttle, AnAccountIsGuessedSlowlyFromManyNetworksToo) {
  Throttle throttle;
  TimePoint now{};
  int admitted = 0;
  for (int i = 0; i < 600; ++i) {
    now += milliseconds(100);
    const Guess guess{"alice@example.org", "network " + std::to_string(i), false};
    const auto verdict = throttle.admit(guess, now);
    if (!verdict.admitted) continue;
    ++admitted;
    throttle.on_refused(guess, now + verdict.wait);
  }
  EXPECT_LE(admitted, 12);
}

TEST(Throttle, StrangersGuessesDoNotHoldUpTheOwnersDeviceNorHisUsualNetwork) {
  Throttle throttle;
  TimePoint now{};
  const Guess home{"alice@example.org", "198.51.100.0/24", false};
  ASSERT_TRUE(throttle.admit(home, now).admitted);
  throttle.on_accepted(home, now);
  for (int i = 0; i < 50; ++i) {
    now += seconds(1);
    (void)throttle.admit(kAlice, now);
    throttle.on_refused(kAlice, now);
  }
  EXPECT_EQ(throttle.admit(home, now).wait, seconds(0));
  const Guess device{"alice@example.org", "192.0.2.0/24", true};
  const auto own = throttle.admit(device, now);
  EXPECT_TRUE(own.admitted);
  EXPECT_EQ(own.wait, seconds(0));
  const Guess elsewhere{"alice@example.org", "203.0.113.0/24", false};
  EXPECT_GT(throttle.admit(elsewhere, now).wait, seconds(0));
}

TEST(Throttle, AGoodLoginClearsNothingButItsOwnGuess) {
  Throttle throttle;
  TimePoint now{};
  const Guess own{"mallory@example.org", "192.0.2.0/24", false};
  int guessed = 0;
  for (int i = 0; i < 40; ++i) {
    now += seconds(1);
    if (throttle.admit(own, now).admitted) throttle.on_accepted(own, now);
    const auto verdict = throttle.admit(kAlice, now);
    if (!verdict.admitted) continue;
    ++guessed;
    throttle.on_refused(kAlice, now + verdict.wait);
  }
  EXPECT_LE(guessed, 10);
}

TEST(Throttle, TenMinutesWithoutARefusalAreForgotten) {
  Throttle throttle;
  TimePoint now{};
  for (int i = 0; i < 5; ++i) throttle.on_refused(kAlice, now);
  EXPECT_GT(throttle.admit(kAlice, now).wait, seconds(0));
  now += minutes(10);
  EXPECT_EQ(throttle.admit(kAlice, now).wait, seconds(0));
}

TEST(Throttle, KnownRefusalsAreBoundedTooForTheWorkTheyCost) {
  Throttle throttle;
  const TimePoint now{};
  int checked = 0;
  for (int i = 0; i < 100; ++i) checked += throttle.check(kAlice, now).admitted ? 1 : 0;
  EXPECT_EQ(checked, 60);
}

}  // namespace
}  // namespace proxy::gateway::broker
