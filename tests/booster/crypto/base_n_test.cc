#include "booster/crypto/base_n.h"

#include <gtest/gtest.h>

#include "booster/crypto/random.h"

namespace booster::crypto {
namespace {

struct Vector {
  const char* plain;
  const char* base64;
  const char* base32;
};
// RFC 4648 §10
constexpr Vector kVectors[] = {{"", "", ""},
                               {"f", "Zg==", "MY"},
                               {"fo", "Zm8=", "MZXQ"},
                               {"foo", "Zm9v", "MZXW6"},
                               {"foob", "Zm9vYg==", "MZXW6YQ"},
                               {"fooba", "Zm9vYmE=", "MZXW6YTB"},
                               {"foobar", "Zm9vYmFy", "MZXW6YTBOI"}};

TEST(BaseN, WritesAndReadsTheKnownTexts) {
  for (const Vector& v : kVectors) {
    EXPECT_EQ(to_base64(as_bytes(v.plain)), v.base64);
    EXPECT_EQ(to_base32(as_bytes(v.plain)), v.base32);
    EXPECT_EQ(codec::to_string(from_base64(v.base64).value()), v.plain);
    EXPECT_EQ(codec::to_string(from_base32(v.base32).value()), v.plain);
  }
  EXPECT_EQ(codec::to_string(from_base32("mzxw6ytboi").value()), "foobar");
}

TEST(BaseN, UrlFormHasItsOwnAlphabetAndNoPadding) {
  const Bytes bytes = {std::byte{0xfb}, std::byte{0xff}};
  EXPECT_EQ(to_base64(bytes), "+/8=");
  EXPECT_EQ(to_base64url(bytes), "-_8");
  EXPECT_EQ(from_base64url("-_8").value(), bytes);
  EXPECT_FALSE(from_base64url("-_8="));
  EXPECT_FALSE(from_base64url("+/8"));
}

TEST(BaseN, RefusesAllButTheOneRightText) {
  for (const char* bad : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "Zm 9", "Zg==Zg==", "Zm9v\n"}) {
    EXPECT_FALSE(from_base64(bad)) << bad;
  }
  for (const char* bad : {"M", "MZX", "MZ", "MZXW61", "M=", "MY======"}) EXPECT_FALSE(from_base32(bad)) << bad;
  for (const char* bad : {"Z", "Zh", "Zm9vY"}) EXPECT_FALSE(from_base64url(bad)) << bad;
}

TEST(BaseN, AnyBytesComeBack) {
  for (std::size_t size = 0; size < 70; ++size) {
    const Bytes bytes = random_bytes(size);
    EXPECT_EQ(from_base64(to_base64(bytes)).value(), bytes);
    EXPECT_EQ(from_base64url(to_base64url(bytes)).value(), bytes);
    EXPECT_EQ(from_base32(to_base32(bytes)).value(), bytes);
  }
}

TEST(Random, StaysBelowItsBound) {
  bool seen[3] = {};
  for (int i = 0; i < 200; ++i) seen[random_below(3)] = true;
  EXPECT_TRUE(seen[0] && seen[1] && seen[2]);
  EXPECT_NE(random_u64(), random_u64());
}

}  // namespace
}  // namespace booster::crypto
