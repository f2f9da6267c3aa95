#include "codec/property/registry.h"

#include <gtest/gtest.h>

namespace codec::property {
namespace {

constexpr Property<Type::Text> kFirst{0x61, "user"};
constexpr Property<Type::Bytes> kOther{0x62, "other"};
constexpr Property<Type::Bytes> kSame{0x61, "same"};
constexpr Property<Type::Bytes> kForeign{0xa0, "foreign"};

constexpr Name kGood[] = {name_of(kFirst), name_of(kOther)};
constexpr Name kTwice[] = {name_of(kFirst), name_of(kSame)};
constexpr Name kOutside[] = {name_of(kFirst), name_of(kForeign)};
constexpr IdRange kOverlap[] = {{0, 9}, {9, 12}};

TEST(Registry, FindsCollisionsAndStrangersWhenItCompiles) {
  EXPECT_TRUE(well_registered(kGood, kLoginIds));
  EXPECT_FALSE(well_registered(kTwice, kLoginIds));
  EXPECT_FALSE(well_registered(kOutside, kLoginIds));
  EXPECT_FALSE(apart(kOverlap));
  static_assert(well_registered(kGood, kLoginIds) && !well_registered(kTwice, kLoginIds));
}

}  // namespace
}  // namespace codec::property
