#include "codec/property/chain.h"

#include <gtest/gtest.h>

namespace codec::property {
namespace {

constexpr Property<Type::Unsigned> kCount{1, "count"};
constexpr Property<Type::Signed> kShift{2, "shift"};
constexpr Property<Type::Bytes> kDigest{3, "digest"};
constexpr Property<Type::Text> kUser{4, "user"};
constexpr Property<Type::Chain> kInner{5, "inner"};

TEST(Chain, GivesBackEachTypeAsItWasSet) {
  Chain inner;
  inner.set(kCount, 7U);
  Chain chain;
  chain.set(kCount, 3U).set(kShift, -9).set(kDigest, to_bytes("ab")).set(kUser, "ann").set(kInner, inner);
  EXPECT_EQ(chain.require(kCount).value(), 3U);
  EXPECT_EQ(chain.require(kShift).value(), -9);
  EXPECT_EQ(to_string(chain.require(kDigest).value()), "ab");
  EXPECT_EQ(chain.require(kUser).value(), "ann");
  EXPECT_EQ(chain.require(kInner).value()->require(kCount).value(), 7U);
}

TEST(Chain, SaysWhichPropertyIsMissing) {
  const Chain chain;
  const auto user = chain.require(kUser);
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().code, Errc::Protocol);
  EXPECT_EQ(user.error().what, "property 0x4 user: missing");
  EXPECT_EQ(chain.get(kUser).value(), std::nullopt);
  EXPECT_EQ(chain.get_or(kUser, "nobody").value(), "nobody");
}

TEST(Chain, WrongTypeIsAnErrorAndNotAbsent) {
  Chain chain;
  chain.add(kUser.id, Value::of_unsigned(1));
  EXPECT_EQ(chain.get(kUser).error().code, Errc::Protocol);
  EXPECT_EQ(chain.get_or(kUser, "nobody").error().code, Errc::Protocol);
  EXPECT_EQ(chain.require(kUser).error().what, "property 0x4 user: unsigned where text belongs");
  EXPECT_EQ(chain.all(kUser).error().code, Errc::Protocol);
}

TEST(Chain, OneOfTwoIsAnErrorWhereOneIsAskedFor) {
  Chain chain;
  chain.add(kUser, "a").add(kCount, 1).add(kUser, "b");
  EXPECT_EQ(chain.require(kUser).error().what, "property 0x4 user: stands more than once");
  const auto users = chain.all(kUser).value();
  ASSERT_EQ(users.size(), 2U);
  EXPECT_EQ(users[0], "a");
  EXPECT_EQ(users[1], "b");
}

TEST(Chain, SetReplacesAllAtTheFirstPlace) {
  Chain chain;
  chain.add(kUser, "a").add(kCount, 1).add(kUser, "b");
  chain.set(kUser, "c");
  ASSERT_EQ(chain.size(), 2U);
  EXPECT_EQ(chain.entries()[0].id, kUser.id);
  EXPECT_EQ(chain.require(kUser).value(), "c");
  EXPECT_EQ(chain.remove(kUser.id), 1U);
  EXPECT_FALSE(chain.has(kUser));
}

TEST(Chain, OrderIsPartOfIt) {
  Chain a;
  a.add(kUser, "x").add(kCount, 1);
  Chain b;
  b.add(kCount, 1).add(kUser, "x");
  EXPECT_NE(a, b);
  a.sort();
  EXPECT_EQ(a, b);
}

TEST(Chain, RepairsTextSoThatThePeerCanReadIt) {
  Chain chain;
  chain.set(kUser, "b\xf6h");
  EXPECT_EQ(chain.require(kUser).value(), "b\xef\xbf\xbdh");
}

TEST(Chain, MovesItsValuesWithoutACopy) {
  Chain chain;
  chain.set(kDigest, Bytes(1000, std::byte{7}));
  const auto* where = chain.require(kDigest).value().data();
  const Chain moved = std::move(chain);
  EXPECT_EQ(moved.require(kDigest).value().data(), where);
}

}  // namespace
}  // namespace codec::property
