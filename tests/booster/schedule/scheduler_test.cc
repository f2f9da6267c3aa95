#include "booster/schedule/scheduler.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <vector>

namespace booster::schedule {
namespace {

constexpr std::size_t kRecord = 4096;

std::map<Key, std::size_t> run(Scheduler& scheduler, std::size_t records, std::size_t size = kRecord) {
  std::map<Key, std::size_t> sent;
  for (std::size_t i = 0; i < records; ++i) {
    const auto key = scheduler.next();
    if (!key) break;
    scheduler.sent(*key, size);
    sent[*key] += size;
  }
  return sent;
}

void add_ready(Scheduler& scheduler, Key key, Class of) {
  scheduler.add(key, of);
  scheduler.set_ready(key, true);
}

TEST(Scheduler, NothingReadyGivesNothing) {
  Scheduler scheduler;
  scheduler.add(1, Class::Bodies);
  EXPECT_FALSE(scheduler.next());
  EXPECT_TRUE(scheduler.empty());
}

TEST(Scheduler, AHigherClassGoesFirst) {
  Scheduler scheduler;
  add_ready(scheduler, 1, Class::Prefetch);
  add_ready(scheduler, 2, Class::Interactive);
  add_ready(scheduler, 3, Class::Bodies);
  EXPECT_EQ(scheduler.next(), 2u);
  scheduler.set_ready(2, false);
  EXPECT_EQ(scheduler.next(), 3u);
  scheduler.remove(3);
  EXPECT_EQ(scheduler.next(), 1u);
}

TEST(Scheduler, AnInteractiveStreamPreemptsABodyInItsTurn) {
  Scheduler scheduler;
  add_ready(scheduler, 1, Class::Bodies);
  EXPECT_EQ(scheduler.next(), 1u);
  scheduler.sent(1, kRecord);
  EXPECT_FALSE(scheduler.urgent_waiting());
  add_ready(scheduler, 2, Class::Interactive);
  EXPECT_TRUE(scheduler.urgent_waiting());
  EXPECT_EQ(scheduler.next(), 2u);
}

TEST(Scheduler, StreamsOfOneClassTakeTurns) {
  Scheduler scheduler;
  for (Key key = 1; key <= 4; ++key) add_ready(scheduler, key, Class::Bodies);
  const auto sent = run(scheduler, 400);
  for (const auto& [key, bytes] : sent) EXPECT_EQ(bytes, 100 * kRecord) << key;
}

// Two hundred octets for each 20 kB of the transfer: they wait for nothing of it.
TEST(Scheduler, WhoSendsLittleGoesBeforeATransferOfItsClass) {
  Scheduler scheduler;
  add_ready(scheduler, 1, Class::Flow);
  scheduler.add(2, Class::Flow);
  for (int i = 0; i < 20; ++i) {
    run(scheduler, 5);
    scheduler.set_ready(2, true);
    ASSERT_EQ(scheduler.next(), 2u) << i;
    scheduler.sent(2, 200);
    scheduler.set_ready(2, false);
  }
}

TEST(Scheduler, AStreamThatPausesForAMomentGetsNoMoreThanItsPart) {
  Scheduler scheduler;
  add_ready(scheduler, 1, Class::Flow);
  add_ready(scheduler, 2, Class::Flow);
  std::map<Key, std::size_t> sent;
  for (int i = 0; i < 1000; ++i) {
    for (const auto& [key, bytes] : run(scheduler, 1)) sent[key] += bytes;
    scheduler.set_ready(2, false);
    scheduler.set_ready(2, true);
  }
  EXPECT_NEAR(static_cast<double>(sent[2]), static_cast<double>(sent[1]), 1. * kQuantum);
}

TEST(Scheduler, ALowClassIsServedAfterEnoughOfOthers) {
  Scheduler scheduler;
  add_ready(scheduler, 1, Class::Interactive);
  add_ready(scheduler, 2, Class::Prefetch);
  const auto sent = run(scheduler, 1000);
  const double share = static_cast<double>(sent.at(2)) / static_cast<double>(sent.at(1) + sent.at(2));
  EXPECT_GT(share, 0.02);
  EXPECT_LT(share, 0.04);
}

TEST(Scheduler, AClassThatHadNothingToSendDoesNotAge) {
  Scheduler scheduler;
  add_ready(scheduler, 1, Class::Interactive);
  run(scheduler, 1000);
  add_ready(scheduler, 2, Class::Bodies);
  for (std::size_t bytes = 0; bytes < kAgeBytes; bytes += kRecord) {
    ASSERT_EQ(scheduler.next(), 1u);
    scheduler.sent(1, kRecord);
  }
  EXPECT_EQ(scheduler.next(), 2u);
}

TEST(Scheduler, APausedStreamIsPassedOver) {
  Scheduler scheduler;
  add_ready(scheduler, 1, Class::Bodies);
  add_ready(scheduler, 2, Class::Bodies);
  scheduler.pause(1);
  EXPECT_TRUE(scheduler.is_paused(1));
  EXPECT_EQ(run(scheduler, 100).count(1), 0u);
  scheduler.pause(2);
  EXPECT_TRUE(scheduler.empty());
  scheduler.resume(1);
  EXPECT_EQ(scheduler.next(), 1u);
}

TEST(Scheduler, AChangedClassCountsAtOnce) {
  Scheduler scheduler;
  add_ready(scheduler, 1, Class::Bodies);
  add_ready(scheduler, 2, Class::Attachments);
  scheduler.set_class(2, Class::Interactive);
  EXPECT_EQ(scheduler.class_of(2), Class::Interactive);
  EXPECT_EQ(scheduler.next(), 2u);
}

RC_GTEST_PROP(Scheduler, NoReadyStreamStarves, ()) {
  Scheduler scheduler;
  const auto count = *rc::gen::inRange<Key>(1, 20);
  for (Key key = 0; key < count; ++key) {
    add_ready(scheduler, key, static_cast<Class>(*rc::gen::inRange<int>(0, kClasses)));
  }
  const std::size_t record = *rc::gen::inRange<std::size_t>(1000, 16384);
  // Each class gets a turn per kAgeBytes of others, and each stream of it one turn of kQuantum in `count`.
  const std::size_t enough = (kAgeBytes + kClasses * kQuantum) * (kQuantum / kAgedQuantum) * (count + 1) * 2 / record;
  const auto sent = run(scheduler, enough, record);
  RC_ASSERT(sent.size() == count);
}

RC_GTEST_PROP(Scheduler, TheSharesOfAClassDifferByAFewTurnsAtMost, ()) {
  Scheduler scheduler;
  const auto count = *rc::gen::inRange<Key>(2, 12);
  for (Key key = 0; key < count; ++key) add_ready(scheduler, key, Class::Bodies);
  std::map<Key, std::size_t> sent;
  for (int i = 0; i < 2000; ++i) {
    const Key key = *scheduler.next();
    const std::size_t size = 1 + (key * 7919 + static_cast<std::size_t>(i) * 104729) % kQuantum;
    scheduler.sent(key, size);
    sent[key] += size;
  }
  std::size_t low = sent[0], high = sent[0];
  for (const auto& [key, bytes] : sent) {
    low = std::min(low, bytes);
    high = std::max(high, bytes);
  }
  RC_ASSERT(high - low <= 3 * kQuantum);
}

RC_GTEST_PROP(Scheduler, OutOfOrderOnlyAfterWaiting, ()) {
  Scheduler scheduler;
  for (Key key = 0; key < kClasses; ++key) scheduler.add(key, static_cast<Class>(key));
  std::vector<std::size_t> others(kClasses, 0);
  std::vector<bool> ready(kClasses, false);
  for (int step = 0; step < 500; ++step) {
    const auto key = *rc::gen::inRange<Key>(0, kClasses);
    ready[key] = !ready[key];
    scheduler.set_ready(key, ready[key]);
    if (!ready[key]) others[key] = 0;
    std::size_t aged_left = 0;
    Key aged = 0;
    for (int record = 0; record < 8; ++record) {
      const auto next = scheduler.next();
      if (!next) break;
      Key best = 0;
      while (!ready[best]) ++best;
      const bool in_turn = *next == best;
      const bool continued = *next == aged && aged_left > 0;
      RC_ASSERT(ready[*next]);
      RC_ASSERT(in_turn || continued || others[*next] + kAgedQuantum >= kAgeBytes || others[*next] == 0);
      scheduler.sent(*next, 1024);
      for (Key other = 0; other < kClasses; ++other)
        others[other] = ready[other] && other != *next ? others[other] + 1024 : 0;
      aged = *next;
      aged_left = kAgedQuantum;
    }
  }
}

}  // namespace
}  // namespace booster::schedule
