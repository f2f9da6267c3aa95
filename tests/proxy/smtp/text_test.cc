#include "proxy/smtp/text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace proxy::smtp {
namespace {

TEST(Text, Xtext) {
  EXPECT_EQ(write_xtext("e=mc2@x +"), "e+3Dmc2@x+20+2B");
  EXPECT_EQ(parse_xtext("e+3Dmc2"), "e=mc2");
  for (const char* bad : {"a b", "a=b", "a+", "a+3", "a+3d", "\xc3\xb6"}) EXPECT_FALSE(is_xtext(bad)) << bad;
}

TEST(Text, Base64IsStrict) {
  EXPECT_EQ(write_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(write_base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(write_base64("foob"), "Zm9vYg==");
  for (const char* bad :
       {"A", "AA", "AAA", "A===", "====", "AB==", "AAB=", "AA=A", "AA==AAAA", "AA A", "AAA\n", "Zm9v\r\n"})
    EXPECT_FALSE(parse_base64(bad)) << bad;
}

TEST(Text, NumbersThatFit) {
  EXPECT_EQ(parse_number("18446744073709551615"), 18446744073709551615U);
  EXPECT_FALSE(parse_number("18446744073709551616"));
  EXPECT_FALSE(parse_number(""));
  EXPECT_FALSE(parse_number("-1"));
}

RC_GTEST_PROP(TextProperty, XtextAndBase64ComeBack, (const std::string& text)) {
  RC_ASSERT(parse_xtext(write_xtext(text)) == text);
  RC_ASSERT(parse_base64(write_base64(text)) == text);
}

}  // namespace
}  // namespace proxy::smtp
