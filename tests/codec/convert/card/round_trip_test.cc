#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec/convert/card/card_chain.h"
#include "codec/convert/card/limits.h"
#include "codec/property/decode.h"
#include "codec/property/encode.h"
#include "tests/codec/convert/card/cards.h"

namespace codec::convert::card {
namespace {

// There and back through octets, as a peer has it.
void comes_back(const std::string& text) {
  const auto chain = to_chain(text);
  ASSERT_TRUE(chain) << chain.error().what << ": " << text.substr(0, 200);
  const auto received = property::decode(property::encode(*chain));
  ASSERT_TRUE(received) << received.error().what;
  EXPECT_EQ(*received, *chain);
  EXPECT_EQ(to_text(*received).value_or("refused"), text);
}

bool comes_back_or_is_refused(const std::string& text) {
  const auto chain = to_chain(text);
  if (!chain) return chain.error().code == Errc::Limit || chain.error().code == Errc::Unsupported;
  const auto received = property::decode(property::encode(*chain));
  return received && to_text(*received).value_or("refused") == text;
}

TEST(Card, UsualOnesComeBackAndAreShorter) {
  for (const std::string& text : {kMeeting, kPerson, kMeeting + kMeeting, kPerson + kMeeting + kPerson}) {
    comes_back(text);
    EXPECT_FALSE(to_chain(text)->has(kLayout));
    EXPECT_LT(property::encoded_size(*to_chain(text)), text.size());
  }
}

TEST(Card, OddOnesComeBack) {
  using namespace std::string_literals;
  const std::string event = "BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n";
  for (const std::string& text : {
           "BEGIN:VCARD"s,
           "BEGIN:VCARD\n"s,
           "BEGIN:\r\nEND:\r\n"s,
           "begin:vcard\r\nfn:a\r\nend:vcard\r\n"s,
           "BEGIN:vCard\r\nEND:VCARD\r\n"s,
           "BEGIN:VCARD \r\nEND:VCARD\t\r\n"s,
           "BEGIN:X-OWN\r\nA:b\r\nEND:X-OWN\r\n"s,
           "\xef\xbb\xbf"s + event,
           "\r\n\r\n"s + event + "\r\n\r\n",
           "garbage"s + "\r\n" + event + "more",
           " begins with a blank\r\n"s + event,
           "END:VEVENT\r\n"s + event + "END:VCALENDAR\r\n",
           "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n"s,
           "BEGIN:VCALENDAR\r\n"s + event,
           "BEGIN:VEVENT\r\nA\0B\0:\0\r\n\0\r\nEND:VEVENT\r\n"s,
           "BEGIN:VEVENT\r\nSUMMARY:\xff\xfe\x80\r\nEND:VEVENT\r\n"s,
           "BEGIN:VEVENT\rSUMMARY:a\rEND:VEVENT\r"s,
           "BEGIN:VEVENT\r\nSUMMARY:a\rb\r\r\nEND:VEVENT\r\n"s,
           "BEGIN:VEVENT\r\nSUMMARY\r\nSUMMARY:\r\nSUMMARY;\r\n:\r\n;\r\n=\r\nEND:VEVENT\r\n"s,
           "BEGIN:VEVENT\r\n \r\n\t\r\n \r\nEND:VEVENT\r\n "s,
           "BEGIN:VEVENT\r\nlayout:x\r\nbegin_line:y\r\nEND:VEVENT\r\n"s,
       })
    comes_back(text);
}

TEST(Card, QuotedPrintableStaysOneLine) {
  const std::string text =
      "BEGIN:VCARD\r\nVERSION:2.1\r\nNOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:one=0D=0A=\r\ntwo=\r\n three=C3=\r\n"
      "=BC\r\nLABEL;QUOTED-PRINTABLE:END=\r\nEND:VCARD\r\nEND:VCARD\r\n";
  comes_back(text);
  const auto chain = to_chain(text);
  ASSERT_EQ(chain->size(), 1U);
  EXPECT_EQ(chain->entries()[0].value.view<Type::Chain>()->size(), 3U);
  comes_back("BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:a=\nb=\r\nc=\n");
  comes_back("BEGIN:VCARD\r\nNOTE;ENCODING=QUOTED-PRINTABLE:" + std::string(200, 'x') + "=\r\n" +
             std::string(200, 'y'));
}

TEST(Card, WhatHasNoComponentIsRefused) {
  for (const std::string text : {"", "\r\n", "SUMMARY:a\r\n", "END:VCARD\r\n", "XBEGIN:VCARD\r\n"})
    EXPECT_EQ(to_chain(text).error().code, Errc::Unsupported) << text;
}

TEST(Card, LimitsAreSaid) {
  const auto code = [](const std::string& text) { return to_chain(text).error().code; };
  EXPECT_EQ(code("BEGIN:VCARD\r\nNOTE:" + std::string(10'000'000, 'x') + "\r\nEND:VCARD\r\n"), Errc::Limit);
  std::string many = "BEGIN:VEVENT\r\n";
  for (std::size_t i = 0; i < kMaxLines; ++i) many += "A:b\r\n";
  EXPECT_EQ(code(many), Errc::Limit);
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "BEGIN:VEVENT\r\n";
  EXPECT_EQ(code(deep), Errc::Limit);
  std::string odd;  // three properties in two lines
  for (int i = 0; i < 14'000; ++i) odd += "BEGIN:X\r\nend:x\r\n";
  EXPECT_EQ(code(odd), Errc::Limit);
  std::string flat;
  for (int i = 0; i < 9'000; ++i) flat += "BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n";
  comes_back(flat);
  comes_back("BEGIN:VCARD\r\nPHOTO:" + std::string(1'000'000, 'x') + "\r\nEND:VCARD\r\n");
}

TEST(Card, EveryCutComesBack) {
  for (const std::string& text : {kMeeting, kPerson})
    for (std::size_t size = 0; size < text.size(); ++size)
      EXPECT_TRUE(comes_back_or_is_refused(text.substr(0, size))) << size;
}

TEST(Card, EveryNameHasOneIdAndComesBack) {
  for (const property::Name& name : names()) {
    if (line_name(name.id).empty()) continue;
    EXPECT_EQ(line_of(name.text), name.id);
    const std::string text = std::string("BEGIN:VEVENT\r\n") + name.text + ":x\r\nEND:VEVENT\r\n";
    comes_back(text);
    EXPECT_TRUE(to_chain(text)->entries()[0].value.view<Type::Chain>()->has(name.id)) << name.text;
  }
  EXPECT_EQ(line_of("layout"), 0U);
  EXPECT_EQ(line_of(""), 0U);
  EXPECT_EQ(component_of("VEVENT"), kEvent.id);
  EXPECT_EQ(component_of("vevent"), 0U);
}

TEST(Card, ForeignChainsAreRefused) {
  const auto code = [](const property::Chain& chain) { return to_text(chain).error().code; };
  property::Chain event;
  event.add(kEvent, property::Chain());
  EXPECT_EQ(to_text(event).value(), "BEGIN:VEVENT\r\nEND:VEVENT\r\n");
  EXPECT_EQ(code(property::Chain(event).add(0x3ff, property::Value::of_bytes({}))), Errc::Protocol);
  EXPECT_EQ(code(property::Chain(event).add(kUid.id, property::Value::of_text("a"))), Errc::Protocol);
  EXPECT_EQ(code(property::Chain(event).add(kUid.id, property::Value::of_chain({}))), Errc::Protocol);
  EXPECT_EQ(code(property::Chain(event).add(kOtherComponent, property::Chain())), Errc::Protocol);
  EXPECT_EQ(code(property::Chain(event).add(kOtherComponent, property::Chain().add(kBeginLine, as_bytes("BEGI")))),
            Errc::Protocol);
  EXPECT_EQ(code(property::Chain(event).add(kLayout.id, property::Value::of_text("a"))), Errc::Protocol);
  EXPECT_EQ(code(property::Chain(event).add(kLayout, as_bytes("\x18"))), Errc::Protocol);
  EXPECT_EQ(code(property::Chain(event).add(kLayout, as_bytes("a")).add(kLayout, as_bytes("a"))), Errc::Protocol);
  property::Chain deep;
  for (std::size_t i = 0; i <= kMaxNesting; ++i) deep = property::Chain().add(kEvent, deep);
  EXPECT_EQ(code(deep), Errc::Limit);
}

// Made of what means something in cards, so that chance meets it.
rc::Gen<std::string> any_card() {
  const auto piece = rc::gen::element<std::string>(
      "BEGIN:VCARD", "END:VCARD", "BEGIN:VEVENT", "END:VEVENT", "begin:x", "end:X", "\r\n", "\r\n", "\r\n", "\n", "\r",
      " ", "\t", "\r\n ", "\n\t", "UID:1", "SUMMARY;LANGUAGE=en:text", "item1.EMAIL", ":", ";", "=", "=\r\n", "NOTE",
      ";ENCODING=QUOTED-PRINTABLE:", "\xc3\xbc", "\xf0\x9f\x98\x80", "\xff", std::string(1, '\0'), std::string(60, 'a'),
      std::string(75, 'b'), std::string(74, 'c'));
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const std::vector<std::string>& pieces) {
    std::string text = "BEGIN:VCALENDAR\r\n";
    for (const std::string& one : pieces) text += one;
    return text;
  });
}

RC_GTEST_PROP(Card, AnyCardComesBack, ()) {
  RC_ASSERT(comes_back_or_is_refused(*any_card()));
}

RC_GTEST_PROP(Card, AnyHurtCardComesBack, ()) {
  std::string text = kMeeting + kPerson;
  for (int count = *rc::gen::inRange(1, 5); count > 0; --count) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto part =
        *rc::gen::element<std::string>("", "\r\n", "\n", "\r", " ", "\r\n ", ":", "\xff", "END:VEVENT\r\n");
    text.replace(at, *rc::gen::inRange<std::size_t>(0, 3), part);
  }
  RC_ASSERT(comes_back_or_is_refused(text));
}

}  // namespace
}  // namespace codec::convert::card
