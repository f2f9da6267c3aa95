#include "proxy/client/carried_log.h"

#include <gtest/gtest.h>

namespace proxy::client {
namespace {

CarriedItem costing(std::uint32_t uid, std::uint64_t coded) {
  CarriedItem item = item_down({"INBOX", {1}, {uid}});
  item.what.raw = 100;
  item.what.coded = coded;
  return item;
}

TEST(CarriedLog, TotalsAreTheSumAndTheLastOnesAreKept) {
  CarriedLog log;
  for (std::uint32_t uid = 1; uid <= 100; ++uid) log.arrived(costing(uid, 10));
  EXPECT_EQ(log.down().items, 100U);
  EXPECT_EQ(log.down().coded, 1000U);
  EXPECT_EQ(log.up(), Carried());
  EXPECT_EQ(log.last().size(), 64U);
  EXPECT_EQ(log.last().back().body.uid.value, 100U);
}

TEST(CarriedLog, WhatATryCostIsItsItems) {
  CarriedLog log;
  CarriedItem first = costing(1, 40);
  first.what.fell_back = 1;
  log.tried(first);
  log.charge(first, {0, 2, {}, {}});  // what came behind it
  EXPECT_EQ(log.down().items, 0U);
  log.arrived(costing(2, 7));
  log.arrived(costing(1, 110));
  EXPECT_EQ(log.last().back().what.coded, 152U);
  EXPECT_EQ(log.last().back().what.fell_back, 1U);
  EXPECT_EQ(log.down().coded, 159U);
  EXPECT_EQ(log.down().items, 2U);
}

TEST(CarriedLog, PaddingIsChargedToWhatItFilled) {
  CarriedLog log;
  log.arrived(costing(1, 40));
  log.arrived(costing(2, 50));
  log.charge(costing(1, 0), {0, 24, {}, {}});
  EXPECT_EQ(log.last().front().what.coded, 64U);
  EXPECT_EQ(log.down().coded, 114U);
}

TEST(CarriedLog, AnItemThatRefersIsCounted) {
  CarriedLog log;
  CarriedItem item = item_up({});
  item.what.references = 3;
  log.arrived(item);
  log.arrived(item_up({}));
  EXPECT_EQ(log.up().referring, 1U);
  EXPECT_EQ(log.up().references, 3U);
}

TEST(Carried, CrossesBetweenProcessesAsItIs) {
  Carried carried;
  carried.items = 3;
  carried.raw = std::uint64_t{1} << 40;
  carried.cpu = std::chrono::microseconds(77);
  carried.by.back() = 9;
  const Bytes packed = messaging::pack_carried(carried);
  EXPECT_EQ(messaging::unpack_carried(packed).value(), carried);
  EXPECT_FALSE(messaging::unpack_carried(ByteView(packed).first(packed.size() - 1)));
}

}  // namespace
}  // namespace proxy::client
