#include "booster/transport/recovery/lull.h"

#include <gtest/gtest.h>

namespace booster::transport::recovery {
namespace {

using std::chrono::milliseconds;

constexpr Duration kRtt = milliseconds(200);

TimePoint packets(Lull& lull, TimePoint from, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) lull.on_packet(from += milliseconds(10), kRtt);
  return from;
}

TEST(Lull, AskedOnceWhenAStreamStops) {
  Lull lull;
  const TimePoint last = packets(lull, TimePoint{} + milliseconds(1), kLullRun);
  EXPECT_EQ(lull.deadline(), last + kRtt);
  lull.on_asked();
  EXPECT_EQ(lull.deadline(), kNever);
  lull.on_packet(last + milliseconds(500), kRtt);
  EXPECT_EQ(lull.deadline(), kNever) << "the answer is no stream";
}

TEST(Lull, ALittleIsNoStream) {
  Lull lull;
  TimePoint at = packets(lull, TimePoint{} + milliseconds(1), kLullRun - 1);
  EXPECT_EQ(lull.deadline(), kNever);
  at = packets(lull, at + 2 * kRtt, kLullRun - 1);
  EXPECT_EQ(lull.deadline(), kNever) << "a pause ends a row";
}

TEST(Lull, NotSoonerThanWhatALinkStallsNowAndThen) {
  Lull lull;
  const TimePoint from = TimePoint{} + milliseconds(1);
  for (std::uint64_t i = 0; i < kLullRun; ++i) lull.on_packet(from, milliseconds(1));
  EXPECT_EQ(lull.deadline(), from + kShortestLull);
}

}  // namespace
}  // namespace booster::transport::recovery
