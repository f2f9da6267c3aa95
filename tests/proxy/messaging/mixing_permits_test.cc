#include "proxy/messaging/mixing_permits.h"

#include <gtest/gtest.h>

#include "proxy/messaging/coding.h"

namespace proxy::messaging {
namespace {

using codec::compress::Encoding;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr BitsPerSecond kSlow{200'000};

TEST(CpuShare, WhatIsRecentCounts) {
  CpuShare half(50);
  TimePoint now{};
  EXPECT_TRUE(half.has_headroom(now));
  half.spend(seconds(4), now);
  EXPECT_TRUE(half.has_headroom(now)) << "a few mails at once are no load";
  half.spend(seconds(2), now);
  EXPECT_FALSE(half.has_headroom(now));
  EXPECT_FALSE(half.has_headroom(now + seconds(5))) << "not before half of it is there again";
  EXPECT_TRUE(half.has_headroom(now + seconds(8)));
}

TEST(CpuShare, OverTimeNoMoreThanTheShareIsSpent) {
  for (const std::uint32_t percent : {10U, 50U, 100U}) {
    CpuShare share(percent);
    TimePoint now{};
    Duration spent{};
    for (int i = 0; i < 10'000; ++i) {
      now += milliseconds(100);
      if (!share.has_headroom(now)) continue;
      share.spend(milliseconds(100), now);
      spent += milliseconds(100);
    }
    EXPECT_LE(spent, seconds(10) * percent + seconds(11)) << percent;
    EXPECT_GE(spent, seconds(9) * percent) << percent;
  }
  CpuShare none(0);
  EXPECT_FALSE(none.has_headroom(TimePoint{}));
}

TEST(MixingPermits, WithoutHeadroomZstdPacks) {
  TimePoint now{};
  MixingPermits permits(8);
  permits.limit(50, [&now] { return now; });
  CodingChoice first(&permits);
  EXPECT_EQ(first.choose(Load::Bulk, kSlow).encoding, Encoding::Mix);
  permits.spend(seconds(7));
  EXPECT_EQ(first.choose(Load::Bulk, kSlow).encoding, Encoding::ZstdWindow);
  EXPECT_EQ(permits.given(), 0U);
  CodingChoice second(&permits);
  EXPECT_EQ(second.choose(Alone{4'000, 0}, kSlow).encoding, Encoding::ZstdWindow);
  permits.limit(50, [&now] { return now; });
  EXPECT_FALSE(permits.has_headroom()) << "another agent's start forgives nothing";
  now += seconds(20);
  EXPECT_EQ(first.choose(Load::Bulk, kSlow).encoding, Encoding::Mix);
}

TEST(MixingPermits, WithoutALimitThereIsAlwaysHeadroom) {
  MixingPermits permits(1);
  permits.spend(seconds(1000));
  EXPECT_TRUE(permits.has_headroom());
}

}  // namespace
}  // namespace proxy::messaging
