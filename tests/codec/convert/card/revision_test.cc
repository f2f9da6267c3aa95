#include <gtest/gtest.h>

#include "codec/convert/card/card_chain.h"
#include "codec/property/difference.h"
#include "codec/property/encode.h"
#include "tests/codec/convert/card/cards.h"

namespace codec::convert::card {
namespace {

// Octets of the difference; the next text comes back by it.
std::size_t revision_cost(const std::string& base, const std::string& next) {
  const auto old_chain = to_chain(base);
  const auto new_chain = to_chain(next);
  const auto found = property::difference(*old_chain, *new_chain, kUid.id);
  const auto applied = property::apply(*old_chain, found);
  EXPECT_TRUE(applied.has_value());
  EXPECT_EQ(to_text(*applied).value_or("refused"), next);
  return property::encoded_size(property::encode_difference(found));
}

TEST(Revision, IsAsThePageShowsIt) {
  const std::string base =
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:7@boats.example\nSUMMARY:Harbour\n  watch\nSEQUENCE:0\nEND:VEVENT\n"
      "END:VCALENDAR\n";
  const auto old_chain = to_chain(base);
  const auto new_chain = to_chain(with(base, "SEQUENCE:0", "SEQUENCE:1"));
  EXPECT_EQ(
      to_hex(property::encode(*old_chain)),
      "82300681000003011e84312c8c31298232103a3740626f6174732e6578616d706c65b2320e3a486172626f7572207761746368d2320"
      "23a30");
  EXPECT_EQ(to_hex(property::difference(*old_chain, *new_chain, kUid.id).steps), "041a160806000131");
}

TEST(Revision, OfOneFieldCostsLittle) {
  EXPECT_LE(revision_cost(kMeeting, kMeeting), 4U);
  EXPECT_LT(revision_cost(kMeeting, with(kMeeting, "PRIORITY:5", "PRIORITY:1")), 20U);
}

TEST(Revision, OfAMovedEventCostsLittle) {
  std::string next = with(kMeeting, "SEQUENCE:0", "SEQUENCE:1");
  next = with(next, "DTSTAMP:20260201T101500Z", "DTSTAMP:20260203T074213Z");
  next = with(next, "LAST-MODIFIED:20260201T101500Z", "LAST-MODIFIED:20260203T074213Z");
  next = with(next, ":20260309T140000", ":20260310T160000");
  EXPECT_LT(revision_cost(kMeeting, next), 60U);
}

TEST(Revision, OfAnAnswerCostsLittle) {
  EXPECT_LT(revision_cost(kMeeting, with(kMeeting, "NEEDS-ACTION", "ACCEPTED")), 32U);
}

TEST(Revision, OfAContactCostsLittle) {
  const std::string next = with(with(kPerson, "0100", "0199"), "REV:20260201T101500Z", "REV:20260301T090000Z");
  EXPECT_LT(revision_cost(kPerson, next), 40U);
}

TEST(Revision, ByAnotherWriterSaysOnlyItsLayout) {
  std::string lf;
  for (const char c : kMeeting)
    if (c != '\r') lf += c;
  EXPECT_LT(revision_cost(kMeeting, lf), 20U);
}

TEST(Revision, OfOneEventAmongManyCostsLittle) {
  std::string base = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n";
  std::string next = base;
  next += "BEGIN:VEVENT\r\nUID:new\r\nSUMMARY:first\r\nEND:VEVENT\r\n";
  for (int i = 0; i < 200; ++i) {
    const std::string front = "BEGIN:VEVENT\r\nUID:" + std::to_string(i) + "-watch@boats.example\r\nSUMMARY:Watch " +
                              std::to_string(i * 7919) + "\r\nDTSTAMP:";
    base += front + "20260101T000000Z\r\nEND:VEVENT\r\n";
    next += front + (i % 20 ? "20260101" : "20260202") + "T000000Z\r\nEND:VEVENT\r\n";
  }
  EXPECT_LT(revision_cost(base + "END:VCALENDAR\r\n", next + "END:VCALENDAR\r\n"), 250U);
}

}  // namespace
}  // namespace codec::convert::card
