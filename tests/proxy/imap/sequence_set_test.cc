#include "proxy/imap/sequence_set.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace proxy::imap {
namespace {

std::string normal(std::string_view text) {
  const auto set = parse_sequence_set(text);
  return set ? to_string(*set) : set.error().what;
}

TEST(SequenceSet, IsNormalized) {
  EXPECT_EQ(normal("2,4:7,9,12:*"), "2,4:7,9,12:*");
  EXPECT_EQ(normal("7:4,5,6:9,1"), "1,4:9");
  EXPECT_EQ(normal("1,2,3,5"), "1:3,5");
  EXPECT_EQ(normal("*"), "*");
  EXPECT_EQ(normal("*:4,9:*"), "4:*");
  EXPECT_EQ(normal("4294967295,4294967294"), "4294967294:4294967295");
}

TEST(SequenceSet, StarMeansTheLargest) {
  const auto set = parse_sequence_set("2,9:*");
  EXPECT_EQ(to_string(set->resolve(5)), "2,5");
  EXPECT_EQ(to_string(set->resolve(12)), "2,9:12");
  EXPECT_EQ(to_string(parse_sequence_set("*")->resolve(7)), "7");
  EXPECT_TRUE(parse_sequence_set("*")->resolve(0).empty());
}

TEST(SequenceSet, RefusesOtherText) {
  for (const char* bad : {"", "0", "1,", ",1", "1:", ":1", "1::2", "a", "4294967296", "1:0", "1 2", "-1", "**"}) {
    EXPECT_FALSE(parse_sequence_set(bad)) << bad;
  }
  const auto many = parse_sequence_set("1,3,5", 2);
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, Errc::Limit);
}

TEST(SequenceSet, UidListsKeepTheirOrder) {
  const auto list = parse_uid_list("304,319:320,5");
  ASSERT_TRUE(list);
  std::string out;
  write_uid_list(out, *list);
  EXPECT_EQ(out, "304,319:320,5");
  EXPECT_FALSE(parse_uid_list("1:*"));
}

TEST(SequenceSet, SplitsForShortCommandLines) {
  const auto set = parse_sequence_set("1,3,5,100:200,999,2000:*");
  const auto parts = split(*set, 14);
  ASSERT_GT(parts.size(), 1u);
  SequenceSet all;
  for (const auto& part : parts) {
    EXPECT_LE(to_string(part).size(), 14u);
    all = unite(all, part);
  }
  EXPECT_EQ(all, *set);
}

SequenceSet from(const std::vector<std::uint32_t>& numbers) {
  std::vector<Range> ranges;
  for (const auto n : numbers) ranges.push_back({n, n});
  return SequenceSet(ranges);
}

std::set<std::uint32_t> expand(const SequenceSet& set) {
  std::set<std::uint32_t> out;
  for (const Range& range : set.ranges()) {
    for (std::uint32_t n = range.first; n <= range.last; ++n) out.insert(n);
  }
  return out;
}

auto numbers() {
  return rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(1, 60));
}

RC_GTEST_PROP(SequenceSet, BehavesAsASet, ()) {
  const auto a = *numbers(), b = *numbers();
  const std::set<std::uint32_t> x(a.begin(), a.end()), y(b.begin(), b.end());
  SequenceSet added;
  for (const auto n : a) added.add(n);
  RC_ASSERT(added == from(a));
  RC_ASSERT(expand(from(a)) == x);
  RC_ASSERT(from(a).size() == x.size());
  std::set<std::uint32_t> both, either(x), only(x);
  for (const auto n : y) {
    if (x.count(n) > 0) both.insert(n);
    either.insert(n);
    only.erase(n);
  }
  RC_ASSERT(expand(unite(from(a), from(b))) == either);
  RC_ASSERT(expand(intersect(from(a), from(b))) == both);
  RC_ASSERT(expand(subtract(from(a), from(b))) == only);
  for (std::uint32_t n = 0; n < 62; ++n) RC_ASSERT(from(a).contains(n) == (x.count(n) > 0));
}

RC_GTEST_PROP(SequenceSet, TextAndPackedComeBack, ()) {
  const auto set = from(*rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>()));
  if (!set.empty()) RC_ASSERT(*parse_sequence_set(to_string(set)) == set);
  Bytes bytes;
  pack(bytes, set);
  RC_ASSERT(*unpack(bytes) == set);
}

RC_GTEST_PROP(SequenceSet, AnyBytesUnpackOrNot, (const std::vector<std::uint8_t>& raw)) {
  Bytes bytes;
  for (const auto b : raw) bytes.push_back(static_cast<std::byte>(b));
  if (const auto set = unpack(bytes)) {
    Bytes again;
    pack(again, *set);
    RC_ASSERT(again == bytes);
  }
}

TEST(SequenceSet, PackedIsSmallAndBounded) {
  Bytes bytes;
  pack(bytes, SequenceSet::range(1, 500000));
  EXPECT_LE(bytes.size(), 5u);
  pack(bytes = {}, *parse_sequence_set("1,3,5,7"));
  EXPECT_EQ(bytes.size(), 4u);
  EXPECT_FALSE(unpack(bytes, 3));
}

}  // namespace
}  // namespace proxy::imap
