#include "codec/mime/transfer.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace codec::mime {
namespace {

std::string decode(Encoding encoding, std::string_view text, std::size_t step = 1'000'000) {
  TransferDecoder decoder(encoding);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += step) decoder.decode(as_bytes(text.substr(at, step)), out);
  decoder.finish(out);
  return out;
}

TEST(Base64, IsTolerant) {
  EXPECT_EQ(decode(Encoding::Base64, "aGVs\r\nbG8="), "hello");
  EXPECT_EQ(decode(Encoding::Base64, "aGVs!bG8"), "hello");
  EXPECT_EQ(decode(Encoding::Base64, "YQ==Yg=="), "ab");
  EXPECT_EQ(decode(Encoding::Base64, "===="), "");
}

TEST(QuotedPrintable, IsTolerant) {
  EXPECT_EQ(decode(Encoding::QuotedPrintable, "a=3Db=\r\nc"), "a=bc");
  EXPECT_EQ(decode(Encoding::QuotedPrintable, "a  \r\nb \t"), "a\r\nb");
  EXPECT_EQ(decode(Encoding::QuotedPrintable, "a= \r\nb"), "ab");
  EXPECT_EQ(decode(Encoding::QuotedPrintable, "a=zz=4"), "a=zz=4");
  EXPECT_EQ(decode(Encoding::QuotedPrintable, "=e4=E4"), "\xe4\xe4");
}

TEST(Transfer, PiecesDoNotMatter) {
  for (const std::string_view text : {"a=3Db=\r\nc  \r\n=zz = x=4", "aGVs\r\nbG8=YQ==", "== = =\n=\r=\t\n=4"}) {
    for (const Encoding encoding : {Encoding::Base64, Encoding::QuotedPrintable, Encoding::Identity}) {
      for (std::size_t step = 1; step < text.size(); ++step) {
        EXPECT_EQ(decode(encoding, text, step), decode(encoding, text)) << text << " by " << step;
      }
    }
  }
}

TEST(Transfer, BodiesAreDecodedUpToALimit) {
  const std::string body(1'000'000, 'A');
  EXPECT_EQ(decode_body(as_bytes(body), Encoding::Identity, 100).size(), 100u);
  EXPECT_EQ(decode_body(as_bytes(body), Encoding::Base64, 100).size(), 100u);
}

TEST(Transfer, HeldBlanksAreBounded) {
  const std::string blanks(100'000, ' ');
  EXPECT_GE(decode(Encoding::QuotedPrintable, "=" + blanks + "x").size(), 99'000u);
}

}  // namespace
}  // namespace codec::mime
