// How long a NAT keeps an idle mapping, found by asking.
#include "booster/transport/path/keepalive_search.h"

#include <gtest/gtest.h>

namespace booster::transport::path {
namespace {

using namespace std::chrono_literals;

struct Found {
  Duration settled{};
  Duration worst{};  // longest between what was lost and what the NAT keeps: so long could a push have waited
  int asked = 0;
};

// A NAT that keeps a mapping for so long.
Found search_at(KeepaliveSearch& search, Duration keeps) {
  Found found;
  for (; !search.settled() && found.asked < 100; ++found.asked) {
    const Duration silence = search.interval();
    if (silence < keeps) {
      search.on_survived(silence);
    } else {
      found.worst = std::max(found.worst, silence - keeps);
      search.on_lost(silence);
    }
  }
  found.settled = search.interval();
  return found;
}

TEST(KeepaliveSearch, ComesCloseToWhatTheNatKeepsAndStaysBelow) {
  for (Duration keeps = 16s; keeps <= 300s; keeps += 1s) {
    KeepaliveSearch search(kUdpKeepalive);
    const Found found = search_at(search, keeps);
    EXPECT_LT(found.settled, keeps) << keeps.count();
    EXPECT_GE(found.settled, std::max<Duration>(15s, keeps * 3 / 4)) << keeps.count();
    EXPECT_LE(found.worst, kUdpKeepalive.step) << keeps.count();
    EXPECT_LE(found.asked, 20) << keeps.count();
  }
}

TEST(KeepaliveSearch, NeverBeyondItsBounds) {
  KeepaliveSearch patient(kUdpKeepalive);
  search_at(patient, std::chrono::hours(2));
  EXPECT_LE(patient.interval(), kUdpKeepalive.longest);
  EXPECT_GE(patient.interval(), kUdpKeepalive.longest * 7 / 8);
  KeepaliveSearch impatient(kUdpKeepalive);
  for (int i = 0; i < 20; ++i) impatient.on_lost(impatient.interval());
  EXPECT_EQ(impatient.interval(), kUdpKeepalive.shortest);
}

TEST(KeepaliveSearch, OverTcpItGoesFurther) {
  KeepaliveSearch search(kTcpKeepalive);
  const Found found = search_at(search, 5min);
  EXPECT_LT(found.settled, 5min);
  EXPECT_GE(found.settled, 4min);
  EXPECT_LE(found.worst, kTcpKeepalive.step);
}

TEST(KeepaliveSearch, WhatIsRememberedIsNotSearchedAgain) {
  KeepaliveSearch before(kUdpKeepalive);
  EXPECT_FALSE(before.known());
  const Found found = search_at(before, 120s);
  KeepaliveSearch after(kUdpKeepalive, before.known());
  EXPECT_TRUE(after.settled());
  EXPECT_EQ(after.interval(), found.settled);
}

TEST(KeepaliveSearch, ANatThatForgetsSoonerThanItDidIsFollowedAtOnce) {
  KeepaliveSearch search(kUdpKeepalive);
  search_at(search, 240s);
  const Found found = search_at(search, 240s);
  EXPECT_GT(found.settled, 180s);
  search.on_lost(search.interval());
  EXPECT_LT(search.interval(), 40s);
  const Found again = search_at(search, 40s);
  EXPECT_LT(again.settled, 40s);
  EXPECT_GE(again.settled, 30s);
  EXPECT_LE(again.worst, kUdpKeepalive.step);
}

// What was lost once may have been an accident of the link.
TEST(KeepaliveSearch, AfterManyProofsItIsTriedAgain) {
  KeepaliveSearch search(kUdpKeepalive);
  search_at(search, 60s);
  const Duration before = search.interval();
  for (int i = 0; i < 1000 && search.settled(); ++i) search.on_survived(search.interval());
  EXPECT_FALSE(search.settled());
  EXPECT_GT(search.interval(), before);
  EXPECT_LE(search.interval() - before, kUdpKeepalive.step + before / 8);
}

TEST(KeepaliveSearch, ShortSilenceSaysNothing) {
  KeepaliveSearch search(kUdpKeepalive);
  for (int i = 0; i < 1000; ++i) search.on_survived(5s);
  EXPECT_FALSE(search.known());
}

}  // namespace
}  // namespace booster::transport::path
