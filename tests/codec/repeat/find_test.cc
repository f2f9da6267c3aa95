#include "codec/repeat/find.h"

#include <gtest/gtest.h>

#include "tests/codec/repeat/mails.h"

namespace codec::repeat {
namespace {

// An item of `count` chunks of 10,000 octets.
Outline even(std::size_t count) {
  Outline outline;
  for (std::size_t i = 0; i < count; ++i) outline.places.push_back({i * 10'000, {i, 10'000}});
  return outline;
}

TEST(Repeats, WhatFollowsIsOneRun) {
  const auto found = repeats_in(even(5), {{1, 7, 50'000}, {2, 7, 60'000}, {3, 7, 90'000}});
  EXPECT_EQ(found, (std::vector<Repeat>{{10'000, 20'000, 7, 50'000}, {30'000, 10'000, 7, 90'000}}));
  EXPECT_EQ(octets_of(found), 30'000U);
}

TEST(Repeats, OfEqualsTheNewestAndOnlyWhatAddsSomething) {
  const auto found = repeats_in(even(2), {{0, 7, 0}, {0, 9, 0}, {1, 7, 10'000}, {1, 9, 10'000}});
  EXPECT_EQ(found, (std::vector<Repeat>{{0, 20'000, 9, 0}}));
}

TEST(Repeats, WhatOneSourceLacksAnotherHas) {
  const auto found = repeats_in(even(3), {{0, 7, 0}, {1, 7, 10'000}, {2, 9, 0}});
  EXPECT_EQ(found, (std::vector<Repeat>{{0, 20'000, 7, 0}, {20'000, 10'000, 9, 0}}));
}

TEST(Repeats, SourcesAreFew) {
  std::vector<Match> matches;
  for (std::size_t i = 0; i < 9; ++i) matches.push_back({i, i, 0});
  EXPECT_EQ(repeats_in(even(9), matches).size(), kMostSources);
}

TEST(Repeats, AShortOneIsNone) {
  Outline outline = even(2);
  outline.places[1].chunk.size = kLeastRepeat - 1;
  EXPECT_TRUE(repeats_in(outline, {{1, 7, 0}}).empty());
  outline.places[1].chunk.size = kLeastRepeat;
  EXPECT_EQ(repeats_in(outline, {{1, 7, 0}}).size(), 1U);
}

TEST(Repeats, AReaderGoesBackAFewTimesOnly) {
  std::vector<Match> matches;
  for (std::size_t i = 0; i < 100; ++i) matches.push_back({i, 7, 1'000'000 - i * 10'000});
  EXPECT_EQ(repeats_in(even(100), matches).size(), 1 + kMostRewinds);
}

}  // namespace
}  // namespace codec::repeat
