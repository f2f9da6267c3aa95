#include "codec/convert/card/contact_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/convert/card/card_chain.h"
#include "codec/convert/card/property_line.h"
#include "tests/codec/convert/card/cards.h"

namespace codec::convert::card {
namespace {

using testing::ElementsAre;

Contact contact(const std::string& lines) {
  const auto chain = to_chain("BEGIN:VCARD\r\n" + lines + "\r\nEND:VCARD\r\n");
  EXPECT_TRUE(chain) << chain.error().what;
  return contacts(*chain).at(0);
}

TEST(ContactView, ReadsVersionFour) {
  const auto chain = to_chain(kPerson + kPerson);
  const auto all = contacts(*chain);
  ASSERT_EQ(all.size(), 2U);
  const Contact& one = all[0];
  EXPECT_EQ(one.version, "4.0");
  EXPECT_EQ(one.uid, "urn:uuid:11f2c6a0-7e0a-4c4e-9d3c-6d4f7b8f0001");
  EXPECT_EQ(one.formatted_name, "Dr. Ann Pilot");
  EXPECT_THAT(one.name, ElementsAre("Pilot", "Ann", "Mary,Jo", "Dr.", ""));
  EXPECT_THAT(one.organisation, ElementsAre("Harbour; North", "Pilots", "Night watch"));
  EXPECT_THAT(one.emails,
              ElementsAre(Reachable{"ann@boats.example", {"WORK"}}, Reachable{"ann@home.example", {"HOME", "OTHER"}}));
  EXPECT_THAT(one.phones, ElementsAre(Reachable{"+1-555-0100", {"CELL"}}));
  EXPECT_EQ(one.revision, "20260201T101500Z");
}

TEST(ContactView, ReadsVersionTwoOne) {
  const Contact one = contact(
      "VERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:G=F6tz;J=\r\n=F6rg\r\nFN;QUOTED-PRINTABLE:G=C3="
      "B6tz\r\n"
      "TEL;WORK;VOICE:+1 555\r\nEMAIL;INTERNET;QUOTED-PRINTABLE:a=40x.test");
  EXPECT_THAT(one.name, ElementsAre("G\xc3\xb6tz", "J\xc3\xb6rg"));
  EXPECT_EQ(one.formatted_name, "G\xc3\xb6tz");
  EXPECT_THAT(one.phones, ElementsAre(Reachable{"+1 555", {"WORK", "VOICE"}}));
  EXPECT_THAT(one.emails, ElementsAre(Reachable{"a@x.test", {"INTERNET"}}));
}

TEST(ContactView, EightBitTextIsGuessed) {
  EXPECT_EQ(contact("FN:J\xf6rg").formatted_name, "J\xc3\xb6rg");
  EXPECT_EQ(contact("FN;CHARSET=nonsense:J\xc3\xb6rg").formatted_name, "J\xc3\xb6rg");
}

TEST(ContactView, AnythingHasAReading) {
  const Contact one = contact("FN\r\nN\r\nEMAIL;;=;a=\"b:c\r\nTEL;TYPE=,,:\r\nORG:\\\r\nREV;");
  EXPECT_EQ(one.formatted_name, "");
  EXPECT_THAT(one.emails, ElementsAre(Reachable{"", {}}));
  EXPECT_THAT(one.phones, ElementsAre(Reachable{"", {}}));
  EXPECT_THAT(one.organisation, ElementsAre("\\"));
}

TEST(PropertyLine, HasGroupNameParametersValue) {
  const auto chain = to_chain("BEGIN:VCARD\r\ngrp.x-thing;A=1;B=\"p;q:r\",s;C=n^nc^^q^'x^y;D:v;w:x\r\nEND:VCARD\r\n");
  const auto line = read_property_line(chain->entries()[0].value.view<Type::Chain>()->entries()[0]);
  EXPECT_EQ(line.group, "grp");
  EXPECT_EQ(line.name, "x-thing");
  EXPECT_EQ(*line.parameter("a"), "1");
  EXPECT_EQ(*line.parameter("B"), "p;q:r,s");
  EXPECT_EQ(*line.parameter("C"), "n\nc^q\"x^y");
  EXPECT_EQ(line.parameters.back().value, "D");
  EXPECT_EQ(line.parameter("E"), nullptr);
  EXPECT_EQ(line.value, "v;w:x");
}

}  // namespace
}  // namespace codec::convert::card
