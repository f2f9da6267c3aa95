// Source: RFC 9002 §5, RFC 8985 §7.2
#include <gtest/gtest.h>

#include "booster/transport/recovery/reorder_window.h"

namespace booster::transport::recovery {
namespace {

using std::chrono::milliseconds;

TEST(Rtt, TheFirstSampleIsTakenAsItIs) {
  Rtt rtt;
  EXPECT_FALSE(rtt.known());
  EXPECT_EQ(rtt.probe_timeout({}), kInitialRtt + 4 * (kInitialRtt / 2));
  rtt.on_sample(milliseconds(100), milliseconds(50), milliseconds(25));
  EXPECT_EQ(rtt.smoothed(), Duration(milliseconds(100)));
  EXPECT_EQ(rtt.variation(), Duration(milliseconds(50)));
  EXPECT_EQ(rtt.minimum(), Duration(milliseconds(100)));
}

TEST(Rtt, TheDelayOfTheAckIsBelievedWithinBounds) {
  Rtt rtt;
  rtt.on_sample(milliseconds(100), {}, {});
  rtt.on_sample(milliseconds(180), milliseconds(80), milliseconds(25));
  EXPECT_EQ(rtt.smoothed(), (7 * Duration(milliseconds(100)) + milliseconds(155)) / 8);
  Rtt other;
  other.on_sample(milliseconds(100), {}, {});
  other.on_sample(milliseconds(110), milliseconds(25), milliseconds(25));  // below the minimum: not believed
  EXPECT_EQ(other.smoothed(), (7 * Duration(milliseconds(100)) + milliseconds(110)) / 8);
}

TEST(Rtt, AGuessLastsUntilTheFirstSample) {
  Rtt rtt;
  rtt.guess(milliseconds(40));
  EXPECT_FALSE(rtt.known());
  EXPECT_EQ(rtt.minimum(), Duration(milliseconds(40)));
  rtt.on_sample(milliseconds(300), {}, {});
  EXPECT_EQ(rtt.minimum(), Duration(milliseconds(300)));
  rtt.guess(milliseconds(1));
  EXPECT_EQ(rtt.smoothed(), Duration(milliseconds(300)));
}

TEST(ReorderWindow, WiderAfterEachSpuriousLossForSixteenRounds) {
  Rtt rtt;
  rtt.on_sample(milliseconds(100), {}, {});
  ReorderWindow window;
  EXPECT_EQ(window.value(rtt), Duration(milliseconds(25)));
  window.on_spurious_loss();
  EXPECT_EQ(window.value(rtt), Duration(milliseconds(50)));
  for (int i = 0; i < kMostWindow; ++i) window.on_spurious_loss();
  EXPECT_EQ(window.value(rtt), Duration(milliseconds(100)));  // at most the smoothed RTT
  for (int i = 0; i < kWindowRounds; ++i) window.on_round();
  EXPECT_EQ(window.value(rtt), Duration(milliseconds(25)));
  EXPECT_TRUE(window.reordering_seen());
}

}  // namespace
}  // namespace booster::transport::recovery
