#include "booster/transport/rate/train.h"

#include <gtest/gtest.h>

namespace booster::transport::rate {
namespace {

// Equal packets, the first of them the `from`th, at even distances.
void run_train(Train& train, int from, int packets, std::size_t size, milliseconds leave_apart,
               milliseconds arrive_apart, milliseconds begins = {}) {
  for (int i = 0; i < packets; ++i) {
    const auto number = static_cast<std::uint64_t>(from + i);
    train.on_departure({{number}, (number + 1) * size, size, TimePoint{} + begins + i * leave_apart});
  }
  for (int i = 0; i < packets; ++i) {
    train.on_arrival({static_cast<std::uint64_t>(from + i)}, begins + i * arrive_apart);
  }
}

Train::Measured measured_train(int arrive_apart, int leave_apart) {
  Train train(std::nullopt, milliseconds(100));
  run_train(train, 0, 10, 1'000, milliseconds(leave_apart), milliseconds(arrive_apart));
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

TEST(Train, SmallPacketsTellNothing) {
  Train train(std::nullopt, milliseconds(100));
  run_train(train, 0, 10, 400, milliseconds(1), milliseconds(4));
  EXPECT_FALSE(train.measured());
}

TEST(Train, TooFewArrivalsTellNothing) {
  Train train(std::nullopt, milliseconds(100));
  run_train(train, 0, kTrainNeeds - 1, 1'000, milliseconds(0), milliseconds(1));
  EXPECT_FALSE(train.measured());
  EXPECT_EQ(train.on_arrival({kTrainNeeds}, milliseconds(9)), nullptr);
}

TEST(Train, WhatLeftLaterIsARowOfItsOwn) {
  Train train(std::nullopt, milliseconds(100));
  run_train(train, 0, 3, 1'000, milliseconds(1), milliseconds(1));
  run_train(train, 3, 7, 1'000, milliseconds(1), milliseconds(4), milliseconds(40));
  EXPECT_EQ(train.measured()->rate.value, 2'000'000U);
  run_train(train, 10, 2, 1'000, milliseconds(1), milliseconds(1), milliseconds(90));
  EXPECT_EQ(train.measured()->rate.value, 2'000'000U) << "too short to replace it";
}

}  // namespace
}  // namespace booster::transport::rate
