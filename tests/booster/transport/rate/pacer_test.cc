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

}  // namespace
}  // namespace booster::transport::rate
