#include "proxy/sync/range_digest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "codec/property/encode.h"

namespace proxy::sync {
namespace {

Flags flags(std::uint8_t system) {
  Flags result;
  result.system = system;
  return result;
}

RangeStates answer_of(const AskRanges& question, std::span<const Entry> theirs) {
  RangeStates answer;
  answer.mailbox = question.mailbox;
  for (const AskRanges::Range& range : question.ranges) {
    if (!range.whole) answer.ranges.push_back(state_of_range(theirs, range.low, range.high));
    for (const Entry& entry : theirs)
      if (range.whole && entry.uid >= range.low && entry.uid <= range.high) answer.entries.push_back(entry);
  }
  std::sort(answer.entries.begin(), answer.entries.end(), [](const Entry& a, const Entry& b) { return a.uid < b.uid; });
  return answer;
}

struct Cost {
  int rounds = 0;
  std::size_t bytes = 0;
};

Cost descend(RangeDescent& descent, std::span<const Entry> theirs) {
  Cost cost;
  while (!descent.done()) {
    ++cost.rounds;
    std::vector<AskRanges> questions;
    while (auto question = descent.next_question()) questions.push_back(*std::move(question));
    RangeStates all;
    for (const AskRanges& question : questions) {
      const RangeStates answer = answer_of(question, theirs);
      cost.bytes += codec::property::encode(encode(FeedMessage(question))).size() +
                    codec::property::encode(encode(UpMessage(answer))).size();
      all.mailbox = answer.mailbox;
      all.ranges.insert(all.ranges.end(), answer.ranges.begin(), answer.ranges.end());
      all.entries.insert(all.entries.end(), answer.entries.begin(), answer.entries.end());
    }
    std::sort(all.entries.begin(), all.entries.end(), [](const Entry& a, const Entry& b) { return a.uid < b.uid; });
    EXPECT_TRUE(descent.on_answer(all));
  }
  return cost;
}

TEST(RangeDescent, FindsExactlyWhatDiffersForEverySeed) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    std::mt19937 generator(seed);
    auto random = [&generator] { return static_cast<std::uint32_t>(generator()); };
    std::vector<Entry> ours;
    std::vector<Entry> theirs;
    Difference expected;
    const std::uint32_t size = random() % 3000;
    for (std::uint32_t i = 0, uid = 0; i < size; ++i) {
      uid += 1 + random() % 5;
      const Entry entry{{uid}, flags(static_cast<std::uint8_t>(random() % 32))};
      const std::uint32_t fate = random() % 400;
      if (fate == 0) {
        ours.push_back(entry);
        expected.missing_there.push_back(entry);
      } else if (fate == 1) {
        theirs.push_back(entry);
        expected.extra_there.push_back(entry.uid);
      } else {
        ours.push_back(entry);
        theirs.push_back(entry);
        if (fate == 2) {
          theirs.back().flags.keywords.insert("other");
          expected.changed.push_back(entry);
        }
      }
    }
    RangeDescent descent(ours, 3, ServerUid{20'000});
    descend(descent, theirs);
    Difference found = descent.difference();
    auto by_uid = [](const Entry& a, const Entry& b) { return a.uid < b.uid; };
    std::sort(found.changed.begin(), found.changed.end(), by_uid);
    std::sort(found.missing_there.begin(), found.missing_there.end(), by_uid);
    std::sort(found.extra_there.begin(), found.extra_there.end());
    EXPECT_EQ(found.changed, expected.changed) << "seed " << seed;
    EXPECT_EQ(found.missing_there, expected.missing_there) << "seed " << seed;
    EXPECT_EQ(found.extra_there, expected.extra_there) << "seed " << seed;
  }
}

TEST(RangeDescent, OneChangeAmongAHundredThousandCostsFewRoundsAndKilobytes) {
  std::vector<Entry> ours;
  for (std::uint32_t uid = 1; uid <= 100'000; ++uid) ours.push_back({{uid}, flags(1)});
  std::vector<Entry> theirs = ours;
  theirs[23'456].flags.system = 3;
  RangeDescent descent(ours, 0, ServerUid{100'000});
  const Cost cost = descend(descent, theirs);
  EXPECT_LE(cost.rounds, 6);
  EXPECT_LE(cost.bytes, 6'000U);
  ASSERT_EQ(descent.difference().changed.size(), 1U);
  EXPECT_EQ(descent.difference().changed[0].uid.value, 23'457U);
}

TEST(RangeDescent, AnAnswerToNothingIsRefused) {
  RangeDescent descent({}, 0, ServerUid{1000});
  (void)descent.next_question();
  RangeStates answer;
  answer.ranges.push_back({ServerUid{5}, ServerUid{6}, 0, {}});
  EXPECT_FALSE(descent.on_answer(answer));
}

TEST(SetDigest, IsTheSameWhateverTheOrderAndUndoneByRemove) {
  SetDigest forth;
  SetDigest back;
  for (std::uint32_t uid = 1; uid <= 100; ++uid) forth.add({uid}, flags(1));
  for (std::uint32_t uid = 100; uid >= 1; --uid) back.add({uid}, flags(1));
  EXPECT_EQ(forth, back);
  back.remove({50}, flags(1));
  EXPECT_NE(forth, back);
  back.add({50}, flags(2));
  EXPECT_NE(forth, back);
  for (std::uint32_t uid = 1; uid <= 100; ++uid) forth.remove({uid}, flags(1));
  EXPECT_EQ(forth, SetDigest{});
}

}  // namespace
}  // namespace proxy::sync
