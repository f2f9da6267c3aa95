#include "codec/property/utf8.h"

#include <gtest/gtest.h>

namespace codec::property {
namespace {

TEST(Utf8, TakesEveryLengthAndItsBorders) {
  for (const char* good : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "12345678\xc3\xb6\x31\x32"})
    EXPECT_TRUE(is_utf8(as_bytes(good))) << good;
  EXPECT_TRUE(is_utf8(as_bytes(std::string_view("\0", 1))));
}

TEST(Utf8, RefusesOverlongSurrogateTooLargeAndCut) {
  for (const char* bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "1234567890\xff", "\xc3\x28"})
    EXPECT_FALSE(is_utf8(as_bytes(bad))) << bad;
}

TEST(Utf8, RepairTouchesOnlyWhatIsWrong) {
  EXPECT_EQ(repaired_utf8("a\xff\xc3\xb6\xc3z"), "a\xef\xbf\xbd\xc3\xb6\xef\xbf\xbdz");
}

}  // namespace
}  // namespace codec::property
