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

// The chunks from the third to the sixth are a file.
TEST(Repeats, OfAFileHalfIsWorthIt) {
  Outline outline = even(8);
  outline.turns = {2, 6};
  EXPECT_EQ(octets_of(repeats_in(outline, {{2, 7, 0}, {3, 7, 10'000}})), 20'000U);
  EXPECT_TRUE(repeats_in(outline, {{2, 7, 0}}).empty());
  EXPECT_EQ(octets_of(repeats_in(outline, {{1, 7, 0}})), 10'000U) << "what is no file stays";
}

TEST(Repeats, ARevisionIsLeftToTheWindowThatHasSeenIt) {
  Outline outline = even(8);
  outline.turns = {2, 6};
  const auto seen = [](Source source) { return source == 7; };
  EXPECT_TRUE(repeats_in(outline, {{2, 7, 0}, {3, 7, 10'000}, {4, 7, 20'000}}, seen).empty());
  EXPECT_EQ(octets_of(repeats_in(outline, {{2, 9, 0}, {3, 9, 10'000}, {4, 9, 20'000}}, seen)), 30'000U);
  const std::vector<Match> all = {{2, 7, 0}, {3, 7, 10'000}, {4, 7, 20'000}, {5, 7, 30'000}};
  EXPECT_EQ(octets_of(repeats_in(outline, all, seen)), 40'000U) << "the same file";
}

// Behind the last turn the file goes on to the end.
TEST(Repeats, AFileMayEndWithTheItem) {
  Outline outline = even(4);
  outline.turns = {0};
  outline.borders = {{0, 0}, {60'000, 40'000}};
  EXPECT_TRUE(repeats_in(outline, {{3, 7, 0}}).empty());
  EXPECT_EQ(octets_of(repeats_in(outline, {{2, 7, 0}, {3, 7, 10'000}})), 20'000U);
}

TEST(Repeats, AReaderGoesBackAFewTimesOnly) {
  std::vector<Match> matches;
  for (std::size_t i = 0; i < 100; ++i) matches.push_back({i, 7, 1'000'000 - i * 10'000});
  EXPECT_EQ(repeats_in(even(100), matches).size(), 1 + kMostRewinds);
}

}  // namespace
}  // namespace codec::repeat
