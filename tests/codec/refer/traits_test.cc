#include "codec/refer/traits.h"

#include <gtest/gtest.h>

namespace codec::refer {
namespace {

Traits traits(std::string_view mail) {
  return traits_of(as_bytes(mail), {"mx.example.com", 1}, Author::Anybody);
}

TEST(Traits, ReadsWhatDecides) {
  const Traits found = traits(
      "Authentication-Results: mx.example.com; dkim=pass header.d=example.org\r\n"
      "From: Bob <Bob@Lists.Example.org>\r\n"
      "Message-ID: <M2@Example.org>\r\n"
      "In-Reply-To: <m1@example.com>\r\n"
      "References: <m0@example.com>\r\n <m1@example.com>\r\n"
      "List-Id: \"The <dev> list\" <dev.lists.example.org>\r\n"
      "Subject: RE: Fwd: Build 1234 of\r\n 2024 failed\r\n\r\nHi\r\n");
  EXPECT_EQ(found.message_id, "m2@example.org");
  EXPECT_EQ(found.parents, (std::vector<std::string>{"m0@example.com", "m1@example.com", "m1@example.com"}));
  EXPECT_EQ(found.list, "dev.lists.example.org");
  EXPECT_EQ(found.sender, "bob@lists.example.org");
  EXPECT_EQ(found.subject, "build 0 of 0 failed");
  EXPECT_TRUE(found.sender_proved);
  EXPECT_TRUE(found.list_proved);
  EXPECT_FALSE(found.by_user);
  EXPECT_FALSE(found.credential);
}

// Whatever it says of itself.
TEST(Traits, AForgedFromDoesNotMakeItTheUsers) {
  const std::string_view mail = "From: alice@example.com\r\n\r\n";
  EXPECT_FALSE(traits_of(as_bytes(mail), {"mx.example.com", 1}, Author::Anybody).by_user);
  EXPECT_TRUE(traits_of(as_bytes(mail), {"mx.example.com", 1}, Author::User).by_user);
}

TEST(Traits, TwoSendersProveNothing) {
  const Traits found = traits(
      "Authentication-Results: mx.example.com; dkim=pass header.d=evil.example\r\n"
      "From: a@evil.example\r\nFrom: news@bank.example\r\n\r\n");
  EXPECT_FALSE(found.sender_proved);
  EXPECT_EQ(found.sender, "");
}

TEST(Traits, ASignatureOfAnotherDomainProvesNothing) {
  EXPECT_FALSE(
      traits(
          "Authentication-Results: mx.example.com; dkim=pass header.d=evil.example\r\nFrom: news@bank.example\r\n\r\n")
          .sender_proved);
  EXPECT_FALSE(
      traits("Authentication-Results: evil.example; dkim=pass header.d=bank.example\r\nFrom: news@bank.example\r\n\r\n")
          .sender_proved);
}

TEST(Traits, LooksIntoEncodedText) {
  // "Your code is 482913"
  EXPECT_TRUE(traits("From: a@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\nWW91ciBjb2RlIGlzIDQ4MjkxMw==\r\n")
                  .credential);
  EXPECT_TRUE(traits("Subject: =?utf-8?B?UGFzc3dvcnQ=?=\r\n\r\n").credential);  // Passwort
}

TEST(Traits, OfManyIdsKeepsTheFirstAndTheLast) {
  std::string mail = "References:";
  for (int i = 0; i < 100; ++i) mail += " <" + std::to_string(i) + "@a>";
  const Traits found = traits(mail + "\r\n\r\n");
  ASSERT_EQ(found.parents.size(), kMostParents);
  EXPECT_EQ(found.parents.front(), "0@a");
  EXPECT_EQ(found.parents.back(), "99@a");
}

}  // namespace
}  // namespace codec::refer
