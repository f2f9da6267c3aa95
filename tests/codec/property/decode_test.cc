#include "codec/property/decode.h"

#include <gtest/gtest.h>

#include "codec/property/encode.h"

namespace codec::property {
namespace {

Result<Chain> decode_hex(std::string_view hex, const Limits& limits = {}) {
  const Bytes bytes = from_hex(hex).value();
  return decode(bytes, limits);
}
Errc refusal(std::string_view hex, const Limits& limits = {}) {
  const auto chain = decode_hex(hex, limits);
  EXPECT_FALSE(chain) << hex;
  return chain ? Errc::Io : chain.error().code;
}
Limits bytes_allowed(std::size_t count) {
  Limits limits;
  limits.max_bytes = count;
  return limits;
}
Limits properties_allowed(std::size_t count) {
  Limits limits;
  limits.max_properties = count;
  return limits;
}

TEST(Decode, KeepsUnknownPropertiesOctetForOctet) {
  const std::string hex = "08058b0603616e6ef8ffffff7f01";  // the last id is nobody's
  EXPECT_EQ(to_hex(encode(decode_hex(hex).value())), hex);
}

TEST(Decode, AnEmptyChainIsAChain) {
  EXPECT_TRUE(decode({}).value().empty());
}

TEST(Decode, RefusesASecondEncodingOfTheSameChain) {
  EXPECT_EQ(refusal("880005"), Errc::Protocol);      // key
  EXPECT_EQ(refusal("088500"), Errc::Protocol);      // number
  EXPECT_EQ(refusal("0a810061"), Errc::Protocol);    // length
  EXPECT_EQ(refusal("0c03088500"), Errc::Protocol);  // nested
}

TEST(Decode, RefusesReservedTypesAndLargeIds) {
  EXPECT_EQ(refusal("0d00"), Errc::Protocol);
  EXPECT_EQ(refusal("0e00"), Errc::Protocol);
  EXPECT_EQ(refusal("0f00"), Errc::Protocol);
  EXPECT_TRUE(decode_hex("f8ffffff7f01"));               // id 2^32-1
  EXPECT_EQ(refusal("80808080800101"), Errc::Protocol);  // id 2^32
}

TEST(Decode, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(refusal("0b01ff"), Errc::Protocol);
  EXPECT_EQ(refusal("0b02c0af"), Errc::Protocol);
  EXPECT_EQ(refusal("0b03eda080"), Errc::Protocol);
}

TEST(Decode, RefusesAPropertyLongerThanItsChain) {
  EXPECT_EQ(refusal("0a0361"), Errc::Protocol);
  EXPECT_EQ(refusal("0c020a056161616161"), Errc::Protocol);
  EXPECT_EQ(refusal("0affffffffffffffffff01"), Errc::Protocol);
}

TEST(Decode, EveryCutIsRefusedOrAnotherWholeChain) {
  const Bytes whole = from_hex("08058b0603616e6e890a038420058a2002dead8b060362c3b6").value();
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const ByteView front = ByteView(whole).first(cut);
    const auto chain = decode(front);
    if (chain) {
      EXPECT_EQ(encode(*chain), Bytes(front.begin(), front.end()));
    }
  }
}

TEST(Decode, HoldsItsLimits) {
  EXPECT_EQ(refusal("08050805", bytes_allowed(3)), Errc::Limit);
  EXPECT_EQ(refusal("08050805", properties_allowed(1)), Errc::Limit);
  EXPECT_EQ(refusal("0c0408050805", properties_allowed(2)), Errc::Limit);
  EXPECT_TRUE(decode_hex("0c0408050805", properties_allowed(3)));
  std::string nested;  // depth 1 + 7 = 8
  for (int i = 0; i < 7; ++i) nested = "0c" + to_hex(Bytes{std::byte(nested.size() / 2)}) + nested;
  EXPECT_TRUE(decode_hex(nested));
  EXPECT_EQ(refusal("0c" + to_hex(Bytes{std::byte(nested.size() / 2)}) + nested), Errc::Limit);
}

TEST(Decode, AsksForSortedIdsOnlyWhereTold) {
  Limits sorted;
  sorted.sorted = true;
  EXPECT_TRUE(decode_hex("10050805"));
  EXPECT_EQ(refusal("10050805", sorted), Errc::Protocol);
  EXPECT_EQ(refusal("0c0410050805", sorted), Errc::Protocol);
  EXPECT_TRUE(decode_hex("080508051005", sorted));
}

TEST(Decode, NamesThePropertyThatIsWrong) {
  EXPECT_EQ(decode_hex("8b0601ff").error().what, "property 0x61: text is not UTF-8");
}

}  // namespace
}  // namespace codec::property
