#include "booster/transport/rate/pacer.h"

#include <gtest/gtest.h>

namespace booster::transport::rate {
namespace {

TEST(Pacer, SpreadsPacketsEvenly) {
  Pacer pacer;
  TimePoint now{seconds(1)};
  pacer.set_rate({8'000'000}, 1'000, now);  // a packet each millisecond
  int sent = 0;
  for (const TimePoint end = now + seconds(1); now < end; now = pacer.next(now)) {
    while (pacer.may_send(now)) {
      pacer.on_sent(1'000, now);
      ++sent;
    }
  }
  EXPECT_NEAR(sent, 1'000, 4);
}

TEST(Pacer, SavesNoMoreThanASmallBurst) {
  Pacer pacer;
  pacer.set_rate({8'000'000}, 1'000, TimePoint{});
  EXPECT_EQ(pacer.credit(TimePoint{} + seconds(60)), 2'000U);
  pacer.set_rate({80'000'000}, 1'000, TimePoint{} + seconds(60));
  EXPECT_EQ(pacer.credit(TimePoint{} + seconds(120)), 10'000U);  // a millisecond
}

// A fast path's packets wait for each other: half a millisecond's worth, and no more than the whole of one.
TEST(Pacer, WakesForAGroupOnAFastPath) {
  Pacer pacer;
  TimePoint now{seconds(1)};
  pacer.set_rate({960'000'000}, 1'200, now);  // a packet each ten microseconds
  int sent = 0;
  int wakes = 0;
  for (const TimePoint end = now + milliseconds(100); now < end; now = pacer.next(now)) {
    ++wakes;
    ASSERT_TRUE(pacer.may_send(now));
    int group = 0;
    for (; pacer.may_send(now); ++group) pacer.on_sent(1'200, now);
    EXPECT_LE(group, 101);
    sent += group;
  }
  EXPECT_NEAR(sent, 10'000, 150);
  EXPECT_NEAR(wakes, 200, 5);
}

TEST(Pacer, AGroupThatWasBegunGoesOn) {
  Pacer pacer;
  TimePoint now{seconds(1)};
  pacer.set_rate({960'000'000}, 1'200, now);
  while (pacer.may_send(now)) pacer.on_sent(1'200, now);
  now += milliseconds(1) / 10;
  EXPECT_FALSE(pacer.may_send(now));  // ten packets' credit are no group
  now = pacer.next(now);
  pacer.on_sent(1'200, now);
  EXPECT_TRUE(pacer.may_send(now));  // what was to be sent came later
}

}  // namespace
}  // namespace booster::transport::rate
