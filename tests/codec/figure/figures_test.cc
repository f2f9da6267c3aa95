#include "codec/figure/figures.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace codec::figure {
namespace {

// RFC 6376 §A.2, with what a relay puts before it.
constexpr std::string_view kSigned =
    "Received: from client1.football.example.com  [192.0.2.1]\r\n"
    "      by submitserver.example.com with SUBMISSION id 4b1d9f0c2ea7;\r\n"
    "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
    "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
    "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
    "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
    "      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
    "      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
    "      4bmp/YzhwvcubU4=;\r\n"
    "From: Joe SixPack <joe@football.example.com>\r\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\nHi.\r\n";

std::string carried(std::string_view octets) {
  const TextAndFigures taken = take_figures(as_bytes(octets));
  if (taken.figures.empty()) return to_string(taken.text);
  EXPECT_LT(taken.text.size() + taken.figures.size(), octets.size());
  const Result<Bytes> again = put_figures(taken.text, taken.figures, octets.size());
  return again ? to_string(*again) : to_string(again.error());
}

Errc refused(std::string_view text, std::string_view figures, std::size_t most = 1000) {
  const Result<Bytes> put = put_figures(as_bytes(text), as_bytes(figures), most);
  EXPECT_FALSE(put) << to_string(*put);
  return put ? Errc::Cancelled : put.error().code;
}

TEST(Figures, ASignatureStandsApart) {
  const TextAndFigures taken = take_figures(as_bytes(kSigned));
  // bh: 40 of 43 characters; b: three lines of 52, a short one stays; an id of 12 digits; two dates, the second -77 s.
  EXPECT_EQ(taken.figures.size(), 6U + 5 + 30 + 3 * 39 + 2);
  const std::string text = to_string(taken.text);
  EXPECT_NE(text.find("bh=\x01\x82zv8=;"), std::string::npos);
  EXPECT_NE(text.find("Date: \x01\x01 -0700 (PDT)\r\n"), std::string::npos);
  EXPECT_NE(text.find(" id \x01\x12;\r\n"), std::string::npos);
  EXPECT_EQ(carried(kSigned), kSigned);
}

// FIGURES.md §5
TEST(Figures, WorkedExample) {
  const std::string octets = "id 4b1d9f0c2ea7;\r\n\tFri, 11 Jul 2003 21:01:54 -0700";
  const TextAndFigures taken = take_figures(as_bytes(octets));
  EXPECT_EQ(to_string(taken.text), "id \x01\x12;\r\n\t\x01\x01 -0700");
  EXPECT_EQ(to_hex(taken.figures), "4b1d9f0c2ea7e4a0fcf007");
  EXPECT_EQ(carried(octets), octets);
}

TEST(Figures, CutAtEachLengthItComesBack) {
  for (std::size_t size = 0; size <= kSigned.size(); ++size) {
    ASSERT_EQ(carried(kSigned.substr(0, size)), kSigned.substr(0, size)) << size;
    ASSERT_EQ(carried(kSigned.substr(size)), kSigned.substr(size)) << size;
  }
}

TEST(Figures, OneOctetAtATimeItComesBack) {
  std::string again;
  for (std::size_t i = 0; i < kSigned.size(); ++i) again += carried(kSigned.substr(i, 1));
  EXPECT_EQ(again, kSigned);
}

TEST(Figures, WordsAndNumbersStayInTheText) {
  const std::string text =
      "Internationalization/of/the/NewsletterAndItsArchive, 20030712040037, deadbeef, feedface, "
      "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKL and SomeLongCamelCaseNameOfAClassInAProgram\r\n";
  EXPECT_TRUE(take_figures(as_bytes(text)).figures.empty());
  EXPECT_EQ(carried(text), text);
}

TEST(Figures, HexInBothCasesOddAndLong) {
  std::string long_run;
  for (int i = 0; i < 100; ++i) long_run += "9f0c2";
  for (const std::string& run : {std::string("4b1d9f0c2ea7f"), std::string("4B1D9F0C2EA70001"), long_run,
                                 long_run + "a", std::string("5f8a2b1c-9d3e4f70-1a2b3c4d")}) {
    const std::string text = "X-Id: " + run + "\r\nX-Other: " + run + "\r\n";
    const TextAndFigures taken = take_figures(as_bytes(text));
    EXPECT_LE(taken.figures.size() + taken.text.size(), text.size() * 9 / 10) << run;
    EXPECT_EQ(carried(text), text);
  }
}

TEST(Figures, MarksOfTheMailsOwnComeBack) {
  std::string text(kSigned);
  for (std::size_t at = 0; at < text.size(); at += 37) text.insert(at, 1, '\x01');
  EXPECT_EQ(carried(text), text);
  const std::string marks(1000, '\x01');
  EXPECT_TRUE(take_figures(as_bytes(marks)).figures.empty());
}

TEST(Figures, WhatLooksLikeAZoneByOneEndLooksSoByTheOther) {
  const std::string id = "4b1d9f0c2ea74b1d9f0c2ea7 ";
  for (const char* behind : {"", " ", " +", " +02", " +0200", " +0200abcdefgh", " +02004b1d9f0c2ea74b1d", "+0200",
                             "\r\n +0200", " \x01+0200",
                             " +\x01"
                             "0200",
                             "4b1d9f0c2ea7", " 4b1d9f0c2ea7"}) {
    const std::string text = id + "Fri, 11 Jul 2003 21:01:54" + behind;
    EXPECT_EQ(carried(text), text);
  }
}

TEST(Figures, HostileOnesAreRefused) {
  EXPECT_EQ(refused("a\x01", "x"), Errc::Protocol);            // nothing behind a mark
  EXPECT_EQ(refused("a\x01\x07", "x"), Errc::Protocol);        // no such marks
  EXPECT_EQ(refused("a\x01\x7f", "x"), Errc::Protocol);        //
  EXPECT_EQ(refused("a\x01\x12", "12345"), Errc::Protocol);    // too few figures
  EXPECT_EQ(refused("a\x01\x12", "1234567"), Errc::Protocol);  // too many
  EXPECT_EQ(refused("a\x01\x12", "123456", 12), Errc::Limit);  // more octets than allowed
  EXPECT_EQ(refused("abc", "", 2), Errc::Limit);               //
  EXPECT_EQ(refused("\x01\x01", "\x01"), Errc::Protocol);      // the last second of 1969
  EXPECT_EQ(refused("\x01\x01", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), Errc::Protocol);
  EXPECT_EQ(refused("\x01\x01", "\xff"), Errc::Protocol);
}

RC_GTEST_PROP(Figures, AnyOctetsComeBack, ()) {
  static constexpr const char* kPieces[] = {"Fri, 11 Jul 2003 21:01:54",
                                            " -0700",
                                            "\r\n\t",
                                            "4b1d9f0c2ea7",
                                            "4B1D9F0C",
                                            "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=",
                                            "\x01",
                                            "; ",
                                            "1 Jan 2003 00:00:00",
                                            "+0000",
                                            "\xff",
                                            "word"};
  std::string text;
  for (const int piece : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 12))) text += kPieces[piece];
  text += *rc::gen::arbitrary<std::string>();
  RC_ASSERT(carried(text) == text);
}

RC_GTEST_PROP(Figures, AnythingElseIsRefusedOrWithinItsLimit, (const std::string& text, const std::string& figures)) {
  std::string marked;
  for (const char c : text) marked += std::string(1, '\x01') + c;
  const Result<Bytes> put = put_figures(as_bytes(marked), as_bytes(figures), 300);
  RC_ASSERT(!put || put->size() <= 300U);
}

}  // namespace
}  // namespace codec::figure
