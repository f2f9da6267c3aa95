#include "booster/session/stream/range_set.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace booster::stream {
namespace {

TEST(RangeSet, NeighboursBecomeOne) {
  RangeSet set;
  set.add(0, 10);
  set.add(20, 30);
  EXPECT_EQ(set.size(), 2u);
  set.add(10, 20);
  EXPECT_EQ(set.size(), 1u);
  EXPECT_EQ(set.first(), (Range{0, 30}));
  EXPECT_EQ(set.total(), 30u);
}

TEST(RangeSet, ACutLeavesBothEnds) {
  RangeSet set;
  set.add(0, 30);
  set.remove(10, 20);
  EXPECT_EQ(set.size(), 2u);
  EXPECT_EQ(set.first(), (Range{0, 10}));
}

RC_GTEST_PROP(RangeSet, EqualsASetOfNumbers, ()) {
  RangeSet set;
  std::set<std::uint64_t> model;
  for (int step = 0; step < 100; ++step) {
    const auto begin = *rc::gen::inRange<std::uint64_t>(0, 60);
    const auto end = *rc::gen::inRange<std::uint64_t>(0, 60);
    const bool add = *rc::gen::arbitrary<bool>();
    add ? set.add(begin, end) : set.remove(begin, end);
    for (std::uint64_t i = begin; i < end; ++i) {
      if (add) {
        model.insert(i);
      } else {
        model.erase(i);
      }
    }
    std::set<std::uint64_t> seen;
    std::uint64_t last = 0;
    bool first = true;
    for (const auto& [from, to] : set) {
      RC_ASSERT(from < to && (first || from > last));
      for (std::uint64_t i = from; i < to; ++i) seen.insert(i);
      last = to;
      first = false;
    }
    RC_ASSERT(seen == model);
  }
}

}  // namespace
}  // namespace booster::stream
