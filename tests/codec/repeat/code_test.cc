#include "codec/repeat/code.h"

#include <gtest/gtest.h>

#include "tests/codec/repeat/mails.h"

namespace codec::repeat {
namespace {

TEST(RepeatCode, AKnownFileCostsAReference) {
  const Bytes file = noise(1'000'000, 1);
  const std::map<Source, Bytes> held = {{3, mail_with(std::string(70'000, 'a'), file)}};
  for (const std::size_t line : {60U, 72U, 76U}) {
    const Crossing crossing = cross(mail_with("another mail", file, line), held);
    EXPECT_TRUE(crossing.same) << line;
    EXPECT_LT(crossing.octets, 1500U) << line;
  }
}

TEST(RepeatCode, TwoFilesOfTwoMails) {
  const Bytes first = noise(150'000, 1), second = noise(90'000, 2);
  const std::map<Source, Bytes> held = {{1, mail_with("one", first)}, {2, mail_with("two", second)}};
  Bytes both = mail_with("both", second);
  const Bytes more = mail_with("and", first, 72);
  both.insert(both.end(), more.begin(), more.end());
  const Crossing crossing = cross(both, held);
  EXPECT_TRUE(crossing.same);
  EXPECT_LT(crossing.octets, 3000U);
}

TEST(RepeatCode, WhatDiffersCrosses) {
  Bytes file = noise(200'000, 1);
  const std::map<Source, Bytes> held = {{1, mail_with("one", file)}};
  const Bytes changed = noise(3000, 2);
  std::copy(changed.begin(), changed.end(), file.begin() + 100'000);
  const Crossing crossing = cross(mail_with("two", file), held);
  EXPECT_TRUE(crossing.same);
  EXPECT_GT(crossing.octets, 3000U);
  EXPECT_LT(crossing.octets, 80'000U);
}

TEST(RepeatCode, AnythingIsTheSameAgain) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 40; ++i) {
    const Bytes file = noise(40'000 + random() % 100'000, static_cast<unsigned>(i));
    const Bytes source = mail_with(std::string(random() % 90'000, 'x'), file, 60 + 4 * (random() % 5));
    Bytes item = mail_with("i", ByteView(file).subspan(random() % 20'000), 60 + 4 * (random() % 5));
    for (int hole = 0; hole < i % 4; ++hole) {
      const std::size_t at = random() % (item.size() - 500);
      item.erase(item.begin() + static_cast<std::ptrdiff_t>(at),
                 item.begin() + static_cast<std::ptrdiff_t>(at + random() % 500));
    }
    EXPECT_TRUE(cross(item, {{1, source}, {2, item}}).same) << i;
    EXPECT_TRUE(cross(item, {{1, source}}).same) << i;
  }
}

TEST(RepeatCode, AReaderRefusesWhatCannotBe) {
  const auto read = [](std::initializer_list<int> octets) {
    Bytes bytes;
    for (const int octet : octets) bytes.push_back(static_cast<std::byte>(octet));
    return RepeatReader().read(bytes);
  };
  EXPECT_TRUE(read({}));
  ASSERT_TRUE(read({5, 1, 6, 9, 0, 0, 0, 7}));
  EXPECT_EQ(read({5, 1, 6, 9, 0, 0, 0, 7})->front(), (Copy{5, 1, 3, 9, 7}));
  EXPECT_EQ(read({5, 1, 6, 9, 0, 0, 0}).error().code, Errc::Protocol);
  EXPECT_EQ(read({5, 4, 6, 9, 0, 0, 0, 7}).error().code, Errc::Protocol);              // no such source
  EXPECT_EQ(read({5, 1, 6, 0, 0, 0, 0, 7}).error().code, Errc::Protocol);              // nothing of it
  EXPECT_EQ(read({5, 1, 5, 9, 0, 0, 0, 7}).error().code, Errc::Protocol);              // before its beginning
  EXPECT_EQ(read({5, 1, 6, 0x80, 0x80, 0x20, 0, 0, 0, 7}).error().code, Errc::Limit);  // 512 KiB
}

TEST(RepeatCode, ACursorGoesBack) {
  const Bytes file = noise(300'000, 1);
  const Bytes mail = mail_with("m", file);
  Bytes content;
  content::Unwrapper unwrapper;
  for (ByteView rest = mail; !rest.empty();) {
    const ByteView piece = rest.first(content::next_piece(rest));
    const Bytes decoded = unwrapper.decode(piece).content;
    content.insert(content.end(), decoded.begin(), decoded.end());
    rest = rest.subspan(piece.size());
  }
  Cursor cursor;
  for (const std::size_t at : {200'000U, 100'000U, 100'050U, 0U}) {
    Bytes out;
    while (out.size() < 1000) {
      if (cursor.copy(at + out.size(), 1000 - out.size(), out) > 0) continue;
      const ByteView rest = ByteView(mail).subspan(static_cast<std::size_t>(cursor.wants()));
      cursor.take(rest.first(std::min(rest.size(), Cursor::kAsked)));
    }
    EXPECT_TRUE(std::equal(out.begin(), out.end(), content.begin() + static_cast<std::ptrdiff_t>(at))) << at;
  }
  EXPECT_EQ(cursor.rewinds(), 2U);
}

}  // namespace
}  // namespace codec::repeat
