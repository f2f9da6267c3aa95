#include "booster/transport/rate/train.h"

#include <gtest/gtest.h>

namespace booster::transport::rate {
namespace {

Train::Measured measured_train(int arrive_apart, int leave_apart) {
  Train train(std::nullopt, milliseconds(100));
  for (int i = 0; i < 10; ++i) {
    train.on_arrival(static_cast<std::uint64_t>(i + 1) * 1'000, TimePoint{} + milliseconds(i * leave_apart),
                     milliseconds(i * arrive_apart));
  }
  return train.measured().value();
}

TEST(Train, ArrivalsFurtherApartThanDeparturesAreABottleneck) {
  const Train::Measured slow = measured_train(4, 1);
  EXPECT_TRUE(slow.is_limit);
  EXPECT_EQ(slow.rate.value, 2'000'000U);
  const Train::Measured open = measured_train(1, 1);
  EXPECT_FALSE(open.is_limit);
  EXPECT_EQ(open.rate.value, 8'000'000U);
}

TEST(Train, IsAsLongAsThePathBears) {
  EXPECT_EQ(Train(std::nullopt, milliseconds(100)).packets(), kBlindTrainPackets);
  EXPECT_EQ(Train(BitsPerSecond{40'000}, milliseconds(600)).packets(), kShortestTrain);
  EXPECT_EQ(Train(BitsPerSecond{50'000'000}, milliseconds(100)).packets(), kTrainPackets);
}

TEST(Train, TooFewArrivalsTellNothing) {
  Train train(std::nullopt, milliseconds(100));
  for (std::uint64_t i = 1; i < kTrainNeeds; ++i) train.on_arrival(i * 1'000, TimePoint{}, milliseconds(i));
  EXPECT_FALSE(train.measured());
}

}  // namespace
}  // namespace booster::transport::rate
