// Ids of paths, validation, the search for the largest datagram.      Source: RFC 8899, RFC 9000 §5.1, §8.2
#include <gtest/gtest.h>

#include "booster/transport/path/mtu_search.h"
#include "booster/transport/path/path_ids.h"
#include "booster/transport/path/validation.h"

namespace booster::transport::path {
namespace {

constexpr TimePoint kNow{std::chrono::seconds(100)};
constexpr std::size_t kMost = 1472;

// What a path of this size answers to every probe.
std::size_t searched(MtuSearch& search, std::size_t takes, int& probes) {
  while (const auto probe = search.next_probe(true, kNow)) {
    ++probes;
    *probe <= takes ? search.on_arrived(*probe, kNow) : search.on_lost(*probe, kNow);
  }
  return search.size();
}

TEST(MtuSearch, FindsWhatThePathTakes) {
  for (std::size_t takes = kLeastDatagram; takes <= kMost; ++takes) {
    MtuSearch search(kMost);
    int probes = 0;
    const std::size_t found = searched(search, takes, probes);
    EXPECT_LE(found, takes);
    EXPECT_GE(found + kMtuStep, takes);
    EXPECT_LE(probes, 18);  // of a kilobyte and a half each, once in the life of a path
  }
}

TEST(MtuSearch, TheWholeIsTriedFirst) {
  MtuSearch search(kMost);
  EXPECT_EQ(search.next_probe(true, kNow), kMost);
  EXPECT_EQ(search.next_probe(true, kNow), std::nullopt);  // one at a time
  search.on_arrived(kMost, kNow);
  EXPECT_TRUE(search.done());
  EXPECT_EQ(search.next_probe(true, kNow + kMtuAgain), std::nullopt);
}

TEST(MtuSearch, AProbeLostOnceSaysNothing) {
  MtuSearch search(kMost);
  search.next_probe(true, kNow);
  search.on_lost(kMost, kNow);
  EXPECT_EQ(search.next_probe(true, kNow), kMost);
}

// After a burst the size comes back with one probe; after a hole the search goes on below it.
TEST(MtuSearch, WhatPassedIsDoubtedFirst) {
  MtuSearch search(kMost);
  int probes = 0;
  searched(search, kMost, probes);
  search.on_black_hole(kNow);
  EXPECT_EQ(search.size(), kLeastDatagram);
  probes = 0;
  MtuSearch burst = search;
  EXPECT_EQ(searched(burst, kMost, probes), kMost);
  EXPECT_EQ(probes, 1);
  EXPECT_GE(searched(search, 1400, probes) + kMtuStep, 1400U);
  EXPECT_EQ(search.next_probe(false, kNow + kMtuAgain), std::nullopt);  // nobody would use it
  EXPECT_EQ(search.next_probe(true, kNow + kMtuAgain), kMost);
}

TEST(MtuSearch, TheSystemKnowsBetter) {
  MtuSearch search(kMost);
  int probes = 0;
  searched(search, kMost, probes);
  search.on_too_large(kMost, kNow);
  EXPECT_EQ(search.size(), kLeastDatagram);
  EXPECT_LT(searched(search, 1400, probes), kMost);
  search.on_too_large(kLeastDatagram, kNow);  // nothing is smaller
  EXPECT_EQ(search.size(), kLeastDatagram);
}

packet::ConnectionId id_of(int n) {
  return *packet::ConnectionId::from(Bytes(packet::kIdSize, static_cast<std::byte>(n)));
}

TEST(PathIds, OneIdForAPath) {
  PathIds ids;
  EXPECT_TRUE(ids.on_peer_id({1}, {id_of(1)}));
  EXPECT_TRUE(ids.on_peer_id({1}, {id_of(1)}));
  EXPECT_EQ(ids.on_peer_id({1}, {id_of(2)}).error().code, Errc::Protocol);
  EXPECT_EQ(ids.on_peer_id({1 + 2 * kPathsAtOnce}, {id_of(3)}).error().code, Errc::Limit);
}

TEST(PathIds, ANewPathNeedsAnIdOfEachEnd) {
  PathIds ids;
  EXPECT_EQ(ids.next_unused(), std::nullopt);
  ASSERT_TRUE(ids.on_peer_id({1}, {id_of(1)}));
  EXPECT_EQ(ids.next_unused(), std::nullopt);
  ids.add_ours({1}, id_of(9));
  EXPECT_EQ(ids.next_unused(), PathId{1});
  ids.on_used({1});
  EXPECT_EQ(ids.next_unused(), std::nullopt);
}

TEST(PathIds, EachRetiredOneIsReplaced) {
  PathIds ids;
  ids.add_ours({0}, id_of(0));
  for (std::uint32_t path = 1; path < 1000; ++path) {
    while (ids.wants_more()) {
      ids.add_ours(ids.next_ours(), id_of(1));
      ids.gave_ours();
    }
    EXPECT_LE(ids.ours().size(), 2 * kPathsAtOnce);
    ids.retire({path});  // though it was never seen in use
    EXPECT_TRUE(ids.retired({path}));
    EXPECT_TRUE(ids.wants_more());
  }
}

class CountingEntropy final : public Entropy {
 public:
  void fill(std::span<std::byte> into) override {
    for (std::byte& each : into) each = static_cast<std::byte>(++count_);
  }

 private:
  int count_ = 0;
};

TEST(Validation, OnlyAChallengeThatWasSentIsAnswered) {
  CountingEntropy entropy;
  Validation validation;
  validation.begin();
  const auto first = validation.next_challenge(entropy, std::chrono::seconds(1), kNow);
  ASSERT_TRUE(first);
  EXPECT_FALSE(validation.next_challenge(entropy, std::chrono::seconds(1), kNow));  // not before it is due
  EXPECT_FALSE(validation.on_response({}));
  EXPECT_TRUE(validation.on_response(*first));
  EXPECT_EQ(validation.state(), Validation::State::Proved);
}

TEST(Validation, WhatDidNotAnswerIsAskedRarelyUntilItIsHeard) {
  CountingEntropy entropy;
  Validation validation;
  validation.begin_again(kNow);
  EXPECT_FALSE(validation.due(kNow));
  const TimePoint first = kNow + kChallengeAgain;
  EXPECT_EQ(validation.deadline(), first);
  EXPECT_TRUE(validation.next_challenge(entropy, std::chrono::milliseconds(100), first));
  EXPECT_EQ(validation.deadline(), first + kChallengeAgain);
  validation.on_heard(first + std::chrono::seconds(1));
  EXPECT_TRUE(validation.due(first + std::chrono::seconds(1)));
  EXPECT_TRUE(validation.next_challenge(entropy, std::chrono::milliseconds(100), first + std::chrono::seconds(1)));
  EXPECT_LT(validation.deadline(), first + std::chrono::seconds(2));  // its answer is waited for as ever
}

TEST(Validation, FailsAfterItsTries) {
  CountingEntropy entropy;
  Validation validation;
  validation.begin();
  TimePoint now = kNow;
  for (int i = 0; i < kChallengeTries; ++i) {
    EXPECT_TRUE(validation.next_challenge(entropy, std::chrono::seconds(1), now));
    now = validation.deadline();
  }
  EXPECT_EQ(now, kNow + std::chrono::seconds(15));
  validation.on_deadline(now);
  EXPECT_EQ(validation.state(), Validation::State::Failed);
  EXPECT_EQ(validation.deadline(), kNever);
}

}  // namespace
}  // namespace booster::transport::path
