#include "codec/chunk/index.h"

#include <gtest/gtest.h>

namespace codec::chunk {
namespace {

using Chunks = std::vector<Chunk>;
using Owners = std::vector<Owner>;

bool anybody(Owner) {
  return true;
}

Chunks chunks(std::initializer_list<ChunkId> ids) {
  Chunks made;
  for (const ChunkId id : ids) made.push_back({id, 1000});
  return made;
}

TEST(Index, FindsWhoHoldsMost) {
  Index index;
  index.add(1, chunks({1, 2, 3}));
  index.add(2, chunks({1, 2, 3, 4, 4}));
  EXPECT_EQ(index.cover(chunks({1, 2, 3, 4, 5}), anybody, 1000, 4), Owners{2});
  EXPECT_EQ(index.cover(chunks({7, 8}), anybody, 1000, 4), Owners{});
}

TEST(Index, WhatOneLacksAnotherMayHold) {
  Index index;
  index.add(1, chunks({1, 2, 3, 4}));
  index.add(2, chunks({5, 6, 1}));
  index.add(3, chunks({7}));
  const Chunks item = chunks({1, 2, 3, 4, 5, 6, 7});
  EXPECT_EQ(index.cover(item, anybody, 1000, 4), (Owners{1, 2, 3}));
  EXPECT_EQ(index.cover(item, anybody, 2000, 4), (Owners{1, 2}));
  EXPECT_EQ(index.cover(item, anybody, 1000, 1), Owners{1});
}

TEST(Index, OfEqualsTheNewest) {
  Index index;
  index.add(1, chunks({1, 2}));
  index.add(2, chunks({1, 2}));
  EXPECT_EQ(index.cover(chunks({1, 2}), anybody, 1000, 4), Owners{2});
}

TEST(Index, OnlyWhatIsPermitted) {
  Index index;
  index.add(1, chunks({1}));
  index.add(2, chunks({1, 2}));
  const auto first = [](Owner owner) { return owner == 1; };
  EXPECT_EQ(index.cover(chunks({1, 2}), first, 1000, 4), Owners{1});
}

TEST(Index, WhatIsRemovedIsNotFound) {
  Index index;
  index.add(1, chunks({1, 2}));
  index.add(2, chunks({2}));
  index.remove(1);
  index.remove(9);
  EXPECT_EQ(index.cover(chunks({1, 2}), anybody, 1000, 4), Owners{2});
  EXPECT_EQ(index.size(), 1U);
  index.remove(2);
  EXPECT_TRUE(index.empty());
  EXPECT_EQ(index.size(), 0U);
}

TEST(Index, OwnersOfOneChunkAreBounded) {
  Index index;
  for (Owner owner = 1; owner <= 3 * Index::kMostOwners; ++owner) index.add(owner, chunks({1}));
  EXPECT_EQ(index.cover(chunks({1}), anybody, 1000, 4), Owners{3 * Index::kMostOwners});
  const auto oldest = [](Owner owner) { return owner == 1; };
  EXPECT_EQ(index.cover(chunks({1}), oldest, 1000, 4), Owners{});
  for (Owner owner = 1; owner <= 3 * Index::kMostOwners; ++owner) index.remove(owner);
  EXPECT_TRUE(index.empty());
}

}  // namespace
}  // namespace codec::chunk
