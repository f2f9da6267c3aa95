#include "proxy/sync/packed.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace proxy::sync {
namespace {

std::vector<ServerUid> ascending(const std::set<std::uint32_t>& values) {
  std::vector<ServerUid> uids;
  for (const std::uint32_t value : values) uids.push_back({value});
  return uids;
}

RC_GTEST_PROP(PackedUids, RoundTrip, (const std::set<std::uint32_t>& values)) {
  const auto uids = ascending(values);
  RC_ASSERT(*unpack_uids(pack_uids(uids)) == uids);
  std::vector<ServerUid> reversed(uids.rbegin(), uids.rend());
  RC_ASSERT(*unpack_uid_order(pack_uid_order(reversed)) == reversed);
}

TEST(PackedUids, ARunCostsAFewBytes) {
  std::vector<ServerUid> run;
  for (std::uint32_t uid = 5'000; uid < 6'000; ++uid) run.push_back({uid});
  EXPECT_LE(pack_uids(run).size(), 4U);
}

TEST(PackedUids, AThousandScatteredExpungesOfAMailboxCostTwoHundredBytesInRuns) {
  std::vector<ServerUid> uids;
  for (std::uint32_t block = 0; block < 50; ++block)
    for (std::uint32_t i = 0; i < 20; ++i) uids.push_back({1 + block * 100 + i});
  EXPECT_LE(pack_uids(uids).size(), 200U);
}

TEST(PackedUids, FloodsAreRefused) {
  Bytes flood;
  ByteWriter out(flood);
  out.varint(1);
  out.varint(4'000'000'000);
  EXPECT_EQ(unpack_uids(flood).error().code, Errc::Limit);
}

RC_GTEST_PROP(PackedEntries, RoundTrip, (const std::set<std::uint32_t>& values)) {
  std::vector<Entry> entries;
  std::vector<SkeletonEntry> skeleton;
  for (const std::uint32_t value : values) {
    Flags flags;
    flags.system = static_cast<std::uint8_t>(value % 32);
    if (value % 3 == 0) flags.keywords.insert("$Forwarded");
    if (value % 5 == 0) flags.keywords.insert("keyword" + std::to_string(value % 7));
    entries.push_back({{value}, flags});
    SkeletonEntry entry;
    entry.uid = {value};
    entry.size = value * 3;
    entry.internal_date = *rc::gen::arbitrary<std::int64_t>();
    entry.zone_minutes = static_cast<std::int16_t>(value % 1440) - 720;
    entry.flags = flags;
    skeleton.push_back(entry);
  }
  RC_ASSERT(*unpack_entries(pack_entries(entries)) == entries);
  RC_ASSERT(*unpack_skeleton(pack_skeleton(skeleton)) == skeleton);
}

TEST(PackedSkeleton, AMessageCostsAboutNineBytes) {
  std::vector<SkeletonEntry> skeleton;
  for (std::uint32_t i = 0; i < 2'000; ++i) {
    SkeletonEntry entry;
    entry.uid = {1 + i};
    entry.size = 2'000 + i * 7919 % 30'000;
    entry.internal_date = 1'700'000'000 + static_cast<std::int64_t>(i) * 3'700;
    entry.flags.system = i % 5 == 0 ? 0 : 1;
    skeleton.push_back(entry);
  }
  EXPECT_LE(pack_skeleton(skeleton).size(), 2'000U * 9);
}

TEST(PackedSkeleton, DatesAsFarApartAsThereAreRoundTrip) {
  std::vector<SkeletonEntry> skeleton(4);
  for (std::uint32_t i = 0; i < skeleton.size(); ++i) skeleton[i].uid = {i + 1};
  skeleton[0].internal_date = std::numeric_limits<std::int64_t>::max();
  skeleton[1].internal_date = std::numeric_limits<std::int64_t>::min();
  skeleton[2].internal_date = std::numeric_limits<std::int64_t>::max();
  const auto read = unpack_skeleton(pack_skeleton(skeleton));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, skeleton);
}

TEST(PackedSkeleton, EveryCutIsRefusedOrShorter) {
  std::vector<SkeletonEntry> skeleton(3);
  for (std::uint32_t i = 0; i < 3; ++i) {
    skeleton[i].uid = {i + 1};
    skeleton[i].flags.keywords.insert("a");
  }
  const Bytes whole = pack_skeleton(skeleton);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(unpack_skeleton(ByteView(whole).first(size))) << size;
}

}  // namespace
}  // namespace proxy::sync
