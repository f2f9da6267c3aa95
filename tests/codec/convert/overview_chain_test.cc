#include "codec/convert/overview_chain.h"

#include <gtest/gtest.h>

#include <string>

#include "codec/convert/item_properties.h"
#include "codec/convert/pack.h"
#include "codec/property/decode.h"
#include "codec/property/encode.h"

namespace codec::convert {
namespace {

const std::string kMail =
    "From: Ann <ann@x.test>\r\nSender: b@x.test\r\nTo: g: c@x.test;\r\nSubject: =?utf-8?q?=C3=A9?= \xff\r\n"
    "Message-ID: <1@x.test>\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Language: de, en\r\n\r\n"
    "--b\r\n\r\ntext\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nbody\r\n"
    "--b\r\nContent-Type: application/pdf; name=a\r\nContent-ID: <i>\r\nContent-MD5: m\r\nContent-Description: \r\n"
    "Content-Disposition: attachment; filename=a\r\nContent-Location: l\r\n\r\nx\r\n--b--\r\n";

TEST(OverviewChain, RoundTripsThroughBytes) {
  const Overview before = overview(as_bytes(kMail));
  const Bytes bytes = property::encode(encode_overview(before));
  const auto chain = property::decode(bytes);
  ASSERT_TRUE(chain);
  const auto after = decode_overview(*chain);
  ASSERT_TRUE(after) << after.error().what;
  EXPECT_EQ(*after, before);
}

TEST(OverviewChain, OfAHeaderAloneRoundTripsToo) {
  const Overview before = overview_of_header(as_bytes("Subject: a\r\n\r\n"), 100);
  const auto after = decode_overview(encode_overview(before));
  ASSERT_TRUE(after);
  EXPECT_EQ(*after, before);
}

TEST(OverviewChain, MissingPropertiesAreRefused) {
  for (const property::Name& name : kItemNames) {
    property::Chain chain = encode_overview(overview(as_bytes(kMail)));
    chain.remove(name.id);
    EXPECT_EQ(decode_overview(chain).error().code, Errc::Protocol) << name.text;
  }
}

TEST(Pack, EveryCutIsRefused) {
  const Overview o = overview(as_bytes(kMail));
  const Bytes envelope = pack(o.envelope);
  for (std::size_t size = 0; size < envelope.size(); ++size) {
    EXPECT_FALSE(unpack_envelope(ByteView(envelope).first(size))) << size;
  }
  const Bytes structure = pack(o.structure);
  for (std::size_t size = 0; size < structure.size(); ++size) {
    EXPECT_FALSE(unpack_structure(ByteView(structure).first(size))) << size;
  }
}

TEST(OverviewChain, OfTheWorstMailFitsOneMessage) {
  std::string mail = "Subject: " + std::string(2'000'000, 's') + "\r\nTo: ";
  for (int i = 0; i < 100'000; ++i)
    mail += "Some Person With A Name <person" + std::to_string(i) + "@example.test>,\r\n ";
  mail += "\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 12'000; ++i) mail += "--b\r\nContent-Description: " + std::string(200, 'd') + "\r\n\r\nx\r\n";
  const Overview o = overview(as_bytes(mail));
  const Bytes bytes = property::encode(encode_overview(o));
  EXPECT_LT(bytes.size(), property::kMaxMessageChain);
  EXPECT_GT(o.envelope.to.size(), 1'000u);
  const auto chain = property::decode(bytes);
  ASSERT_TRUE(chain);
  EXPECT_EQ(*decode_overview(*chain), o);
}

}  // namespace
}  // namespace codec::convert
