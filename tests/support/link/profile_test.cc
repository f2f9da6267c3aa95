#include "tests/support/link/profile.h"

#include <gtest/gtest.h>

#include "tests/support/link/opportunities.h"

namespace support::link {
namespace {

using namespace std::chrono_literals;

TEST(Profile, EveryNameParses) {
  for (const auto name : profile_names()) {
    const auto profile = parse_profile(name);
    ASSERT_TRUE(profile.has_value()) << name;
    EXPECT_EQ(profile->name, name);
    EXPECT_GT(profile->up.bits_per_second, 0);
    EXPECT_GT(profile->down.queue_bytes, 0U);
  }
}

TEST(Profile, ThirdGenerationIsAsDescribed) {
  const auto profile = parse_profile("3g");
  ASSERT_TRUE(profile.has_value());
  EXPECT_EQ(profile->up.bits_per_second, 500e3);
  EXPECT_EQ(profile->down.bits_per_second, 2e6);
  EXPECT_EQ(profile->up.delay, 75ms);
  EXPECT_EQ(profile->up.jitter, 5ms);
  EXPECT_EQ(profile->up.loss.in_good, .005);
  EXPECT_EQ(profile->up.queue_bytes, 48'000U);
  EXPECT_EQ(profile->down.queue_bytes, 128'000U);
}

TEST(Profile, SymmetricHasOneBandwidthDelayProductOfQueue) {
  const auto profile = parse_profile("sym:10M:100:2%");
  ASSERT_TRUE(profile.has_value());
  EXPECT_EQ(profile->up, profile->down);
  EXPECT_EQ(profile->up.delay, 50ms);
  EXPECT_EQ(profile->up.queue_bytes, 125'000U);
  EXPECT_DOUBLE_EQ(profile->up.loss.in_good, .02);
}

TEST(Profile, SettingsApplyToBothOrTheNamedDirection) {
  const auto profile =
      parse_profile("lan,up.loss=1%,down.delay=20,police=1M:32k,ecn=30k,ge=.01:.2:.5,outage=1000:15000,down.udp=no");
  ASSERT_TRUE(profile.has_value());
  EXPECT_EQ(profile->down.delay, 20ms);
  EXPECT_EQ(profile->up.delay, 100us);
  EXPECT_EQ(profile->up.police, (PoliceSettings{1e6, 32'000}));
  EXPECT_EQ(profile->down.ecn_bytes, 30'000U);
  EXPECT_EQ(profile->up.loss, (LossSettings{0, .5, .01, .2}));
  EXPECT_EQ(profile->up.outage, (OutageSettings{1s, 15s}));
  EXPECT_TRUE(profile->up.udp);
  EXPECT_FALSE(profile->down.udp);
}

TEST(Profile, TraceNamesTwoFilesAndTakesSettings) {
  const auto profile = parse_profile("trace:a.up,b.down,delay=30");
  ASSERT_TRUE(profile.has_value());
  EXPECT_EQ(profile->up.trace_file, "a.up");
  EXPECT_EQ(profile->down.trace_file, "b.down");
  EXPECT_EQ(profile->down.delay, 30ms);
}

TEST(Profile, RefusesWhatItDoesNotKnow) {
  for (const auto text : {"", "5g", "sym:10M:100", "sym:0:100:0%", "sym:x:1:1%", "sym:1M:1:101%", "trace:only-one",
                          "3g,", "3g,colour=red", "3g,loss=-1", "3g,police=1M", "3g,outage=2000:1000", "3g,outage=0:0",
                          "3g,delay=1e9", "3g,rate=nan", "3g,reorder=maybe"})
    EXPECT_FALSE(parse_profile(text).has_value()) << text;
}

TEST(Trace, TakesOneInstantALine) {
  const auto trace = parse_trace("0\n5\n5\r\n12\n");
  ASSERT_TRUE(trace.has_value());
  EXPECT_EQ(*trace, (std::vector<std::chrono::milliseconds>{0ms, 5ms, 5ms, 12ms}));
  for (const auto text : {"", "\n", "0\n", "x\n", "5\n4\n", "-1\n", "1 2\n"}) EXPECT_FALSE(parse_trace(text)) << text;
}

}  // namespace
}  // namespace support::link
