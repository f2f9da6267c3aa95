#include "codec/property/dump.h"

#include <gtest/gtest.h>

namespace codec::property {
namespace {

constexpr Property<Type::Text> kLogin{0x61, "user"};
constexpr Property<Type::Bytes> kSecret{0x62, "secret"};
constexpr Property<Type::Chain> kNested{0xa0, "inner"};
constexpr Property<Type::Unsigned> kTally{0xa1, "count"};
constexpr Name kNames[] = {name_of(kLogin)};

TEST(Dump, ShowsShapeAndNeverContents) {
  Chain inner;
  inner.set(kTally, 3U).set(kSecret, to_bytes("hunter2"));
  Chain chain;
  chain.set(kLogin, "ann@here").set(kNested, inner).add(9, Value::of_signed(-4));
  EXPECT_EQ(dump(chain, kNames), "{0x61 user text[8], 0xa0 chain{0xa1 unsigned 3, 0x62 bytes[7]}, 0x9 signed -4}");
}

TEST(Dump, StaysShort) {
  Chain chain;
  for (unsigned i = 0; i < 10000; ++i) chain.add(kTally, i);
  EXPECT_LT(dump(chain).size(), 4500U);
}

}  // namespace
}  // namespace codec::property
