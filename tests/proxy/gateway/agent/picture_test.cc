#include "proxy/gateway/agent/picture.h"

#include <gtest/gtest.h>

#include "proxy/sync/packed.h"

namespace proxy::gateway::agent {
namespace {

sync::Flags flags(std::uint8_t system) {
  sync::Flags made;
  made.system = system;
  return made;
}

sync::SetDigest digest_of(const Picture& picture) {
  sync::SetDigest sum;
  for (const sync::Entry& entry : picture.entries_below(UINT32_MAX)) sum.add(entry.uid, entry.flags);
  return sum;
}

TEST(Picture, TellsWhatChangedAndKeepsItsDigest) {
  Picture picture;
  Change first;
  picture.replace({{5, flags(1)}, {3, flags(0)}, {9, flags(0)}}, first);
  EXPECT_TRUE(first.added);
  EXPECT_TRUE(first.gone.empty());
  Change second;
  picture.replace({{3, flags(0)}, {9, flags(2)}, {12, flags(0)}}, second);
  EXPECT_EQ(second.gone, std::vector<std::uint32_t>{5});
  EXPECT_EQ(second.flags, std::vector<std::uint32_t>{9});
  EXPECT_TRUE(second.added);
  EXPECT_EQ(picture.digest(), digest_of(picture));
  EXPECT_EQ(picture.count(), 3U);
  EXPECT_EQ(picture.last(), 12U);
}

TEST(Picture, AMessageBelowTheLastOneFindsItsPlace) {
  Picture picture;
  Change change;
  picture.put({{10, flags(0)}, {20, flags(0)}}, change);
  picture.put({{15, flags(1)}, {15, flags(3)}, {10, flags(0)}}, change);
  EXPECT_EQ(picture.from(1, 10), (std::vector<std::uint32_t>{10, 15, 20}));
  EXPECT_EQ(picture.find(15)->system, 3);
  EXPECT_EQ(picture.below(15), 10U);
  EXPECT_EQ(picture.below(10), 0U);
  EXPECT_EQ(picture.count_below(20), 2U);
  EXPECT_TRUE(change.flags.empty());
}

TEST(Picture, RemovingWhatIsNotThereIsNothing) {
  Picture picture;
  Change change;
  picture.put({{1, flags(0)}, {2, flags(0)}}, change);
  Change gone;
  picture.remove(imap::SequenceSet::range(2, 4'000'000'000), gone);
  EXPECT_EQ(gone.gone, std::vector<std::uint32_t>{2});
  EXPECT_EQ(picture.digest(), digest_of(picture));
}

}  // namespace
}  // namespace proxy::gateway::agent
