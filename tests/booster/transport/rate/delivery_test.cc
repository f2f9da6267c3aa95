#include "booster/transport/rate/delivery.h"

#include <gtest/gtest.h>

namespace booster::transport::rate {
namespace {

Delivery::Point delivery_point(int at, std::uint64_t sent, std::uint64_t arrived, int left) {
  return {TimePoint{} + milliseconds(left), milliseconds(at), sent, arrived};
}

TEST(Delivery, SaysWhatCameOutAndWhatWentIn) {
  Delivery delivery;
  EXPECT_FALSE(delivery.over(milliseconds(1), 0));
  delivery.on_point(delivery_point(100, 1'000, 1'000, 0));
  delivery.on_point(delivery_point(150, 11'000, 6'000, 25));
  const auto rates = delivery.over(milliseconds(50), 10'000);
  ASSERT_TRUE(rates);
  EXPECT_EQ(rates->through.value, 1'600'000U);  // 10,000 octets in 50 ms
  EXPECT_EQ(rates->arrived.value, 800'000U);    // half of them were lost
  EXPECT_EQ(rates->offered.value, 3'200'000U);
  EXPECT_FALSE(delivery.over(milliseconds(51), 10'000));
  EXPECT_FALSE(delivery.over(milliseconds(50), 10'001));
}

TEST(Delivery, PassesOverWhatCameLate) {
  Delivery delivery;
  delivery.on_point(delivery_point(100, 1'000, 1'000, 0));
  delivery.on_point(delivery_point(90, 2'000, 2'000, 10));
  delivery.on_point(delivery_point(110, 900, 2'000, 10));
  EXPECT_FALSE(delivery.over(Duration{}, 0));
}

TEST(Delivery, RatesStayWithinBounds) {
  EXPECT_EQ(scaled(kLeast, .1), kLeast);
  EXPECT_EQ(scaled(kMost, 2), kMost);
  EXPECT_EQ(rate_of(1, Duration{}), kMost);
  EXPECT_EQ(time_for(1'000, {8'000}), seconds(1));
  EXPECT_EQ(bytes_in(seconds(1), {8'000}), 1'000U);
}

}  // namespace
}  // namespace booster::transport::rate
