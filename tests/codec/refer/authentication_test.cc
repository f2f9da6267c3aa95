#include "codec/refer/authentication.h"

#include <gtest/gtest.h>

namespace codec::refer {
namespace {

std::vector<std::string> signers(std::string_view value, std::string_view id = "example.com") {
  std::vector<std::string> found;
  append_signers(value, id, found);
  return found;
}

// RFC 8601 appendix B.4 and B.5
TEST(Authentication, ReadsTheExamplesOfTheRfc) {
  EXPECT_EQ(
      signers("example.com; auth=pass (cram-md5) smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net"),
      std::vector<std::string>());
  EXPECT_EQ(
      signers("example.com; sender-id=fail header.from=example.com; dkim=pass (good signature) header.d=example.com"),
      std::vector<std::string>{"example.com"});
  EXPECT_EQ(
      signers(
          "example.com; dkim=pass reason=\"good signature\" header.i=@mail-router.example.net; dkim=fail reason=\"bad "
          "signature\" header.i=@newyork.example.com"),
      std::vector<std::string>{"mail-router.example.net"});
}

TEST(Authentication, BelievesNobodyElse) {
  EXPECT_TRUE(signers("evil.example; dkim=pass header.d=bank.example").empty());
  EXPECT_TRUE(signers("example.com.evil.example; dkim=pass header.d=bank.example").empty());
  EXPECT_TRUE(signers("(example.com) evil.example; dkim=pass header.d=bank.example").empty());
  EXPECT_TRUE(signers("example.com; dkim=pass header.d=bank.example", "").empty());
  EXPECT_TRUE(signers("; dkim=pass header.d=bank.example").empty());
}

TEST(Authentication, OnlyAPassCounts) {
  EXPECT_TRUE(signers("example.com; dkim=fail header.d=bank.example").empty());
  EXPECT_TRUE(signers("example.com; dkim=neutral (dkim=pass header.d=bank.example)").empty());
  EXPECT_TRUE(
      signers("example.com; spf=pass (dkim=pass) smtp.mailfrom=\"a; dkim=pass header.d=bank.example\"").empty());
  EXPECT_TRUE(signers("example.com 1; none").empty());
}

TEST(Authentication, TakesVersionsCaseFoldsAndQuotes) {
  EXPECT_EQ(signers("Example.COM 1;\r\n\tDKIM / 1 = Pass\r\n header.D = \"Bank.Example\" header.b=abc"),
            std::vector<std::string>{"bank.example"});
  EXPECT_EQ(signers("example.com; dkim=pass header.i=me@a.example header.d=b.example"),
            std::vector<std::string>{"b.example"});
}

TEST(Authentication, EndsOnWhateverStandsThere) {
  for (const char* value :
       {"example.com;;;;", "example.com; dkim",
        "example.com; dkim=", "example.com; dkim=pass )(\"=", "example.com; dkim=pass header.d",
        "example.com; dkim=pass header.d=", "example.com; =pass", "example.com; dkim=pass \"\" x"}) {
    EXPECT_TRUE(signers(value).empty()) << value;
  }
  std::string many = "example.com";
  for (int i = 0; i < 1000; ++i) many += "; dkim=pass header.d=a.example";
  EXPECT_EQ(signers(many).size(), kMostSigners);
}

TEST(Authentication, ADomainIsAlignedWithItselfAndWhatStandsAboveIt) {
  EXPECT_TRUE(is_aligned("example.org", "example.org"));
  EXPECT_TRUE(is_aligned("news.example.org", "example.org"));
  EXPECT_FALSE(is_aligned("example.org", "news.example.org"));
  EXPECT_FALSE(is_aligned("badexample.org", "example.org"));
  EXPECT_FALSE(is_aligned("example.org", "org"));
  EXPECT_FALSE(is_aligned("example.org", ""));
}

}  // namespace
}  // namespace codec::refer
