#include "codec/figure/date.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace codec::figure {
namespace {

std::string again(std::string_view text) {
  const std::optional<Date> date = parse_date(text);
  if (!date) return "none";
  return write_date(date->form, date->seconds).value_or("unwritten") + "|" + std::string(text.substr(date->size));
}

TEST(Date, WhatIsParsedIsWrittenAgain) {
  EXPECT_EQ(again("Fri, 21 Nov 1997 09:55:06 -0600"), "Fri, 21 Nov 1997 09:55:06| -0600");
  EXPECT_EQ(again("Tue, 1 Jul 2003 10:52:37 +0200"), "Tue, 1 Jul 2003 10:52:37| +0200");
  EXPECT_EQ(again("Tue, 01 Jul 2003 10:52:37"), "Tue, 01 Jul 2003 10:52:37|");
  EXPECT_EQ(again("Tue,  1 Jul 2003 10:52:37 GMT"), "Tue,  1 Jul 2003 10:52:37| GMT");
  EXPECT_EQ(again("1 Jul 2003 10:52:37 -0000"), "1 Jul 2003 10:52:37| -0000");
  EXPECT_EQ(again("01 Jul 2003 10:52:37"), "01 Jul 2003 10:52:37|");
  EXPECT_EQ(again("Thu, 29 Feb 2024 23:59:59"), "Thu, 29 Feb 2024 23:59:59|");
  EXPECT_EQ(again("Thu, 1 Jan 1970 00:00:00"), "Thu, 1 Jan 1970 00:00:00|");
  EXPECT_EQ(again("Thu, 31 Dec 2099 23:59:59"), "Thu, 31 Dec 2099 23:59:59|");
}

TEST(Date, OfRfc5322SecondsSince1970) {
  const std::optional<Date> date = parse_date("Fri, 21 Nov 1997 09:55:06 -0600");
  ASSERT_TRUE(date);
  EXPECT_EQ(date->seconds, 880'106'106);
  EXPECT_EQ(date->size, 25U);
}

TEST(Date, OddOnesAreLeftAsTheyAre) {
  for (const char* text : {
           "Sat, 21 Nov 1997 09:55:06",       // it was a Friday
           "fri, 21 Nov 1997 09:55:06",       // case
           "Fri, 21 nov 1997 09:55:06",       //
           "Fri,21 Nov 1997 09:55:06",        // blanks
           "Fri,  21 Nov 1997 09:55:06",      //
           "Fri, 21  Nov 1997 09:55:06",      //
           "Fri, 21 Nov 97 09:55:06",         // RFC 822's year
           "Fri, 21 Nov 1997 09:55",          // no seconds
           "Fri, 21 Nov 1997 9:55:06",        //
           "Fri, 21 Nov 1997 24:00:00",       // no such time
           "Fri, 21 Nov 1997 09:60:06",       //
           "Sat, 31 Dec 2016 23:59:60",       // a leap second
           "Fri, 30 Feb 2024 00:00:00",       // no such day
           "Fri, 00 Nov 1997 09:55:06",       //
           "Wed, 31 Dec 1969 23:59:59",       // years we do not write
           "Fri, 01 Jan 2100 00:00:00",       //
           "Fri (sic), 21 Nov 1997 09:55:06"  // comments and folds inside
           "Fri, 21\r\n Nov 1997 09:55:06",
           " 1 Jul 2003 10:52:37",  // it would not be found again
           "",
           "F",
       }) {
    EXPECT_EQ(again(text), "none") << text;
  }
}

TEST(Date, CutAnywhereIsNone) {
  const std::string text = "Fri, 21 Nov 1997 09:55:06";
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(parse_date(text.substr(0, size))) << size;
}

TEST(Date, ZonesStandBehindALittleWhiteSpace) {
  EXPECT_EQ(parse_zone(" +0530 (IST)").seconds, 19'800);
  EXPECT_EQ(parse_zone(" -0600").seconds, -21'600);
  EXPECT_EQ(parse_zone("\r\n\t-0030").seconds, -1'800);
  EXPECT_EQ(parse_zone("\r\n\t-0030").size, 8U);
  for (const char* text : {"", " ", " GMT", "+0200", " +02:00", " +020", "          +0200", " 0200"}) {
    EXPECT_EQ(parse_zone(text).size, 0U) << text;
  }
}

TEST(Date, NothingOutsideTheYearsIsWritten) {
  EXPECT_FALSE(write_date({}, -1));
  EXPECT_FALSE(write_date({}, 4'102'444'800));
  EXPECT_TRUE(write_date({}, 4'102'444'799));
}

RC_GTEST_PROP(Date, EachSecondComesBack, ()) {
  const DateForm form{*rc::gen::arbitrary<bool>(), DayForm::Plain};
  const auto seconds = *rc::gen::inRange<std::int64_t>(0, 4'102'444'800);
  const std::optional<std::string> text = write_date(form, seconds);
  RC_ASSERT(text.has_value());
  const std::optional<Date> date = parse_date(*text);
  RC_ASSERT(date.has_value());
  RC_ASSERT(date->seconds == seconds);
  RC_ASSERT(date->form == form);
  RC_ASSERT(date->size == text->size());
}

}  // namespace
}  // namespace codec::figure
