#include "booster/session/stream/receive_side.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

namespace booster::stream {
namespace {

std::string drain(ReceiveSide& side) {
  std::string all;
  while (side.readable() > 0) {
    const ByteView part = side.front();
    all += as_text(part);
    side.consume(part.size());
  }
  return all;
}

RC_GTEST_PROP(ReceiveSide, PiecesInAnyOrderGiveTheStream, ()) {
  const std::size_t size = 200;
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 26);
  ReceiveSide side(1000);
  std::string got;
  for (int i = 0; i < 60; ++i) {
    const auto from = *rc::gen::inRange<std::size_t>(0, size);
    const auto length = *rc::gen::inRange<std::size_t>(0, std::min<std::size_t>(50, size - from) + 1);
    RC_ASSERT(
        side.accept(from, as_bytes(std::string_view(text).substr(from, length)), from + length == size).has_value());
    RC_ASSERT(side.buffered() <= size);
    got += drain(side);
    RC_ASSERT(got == text.substr(0, got.size()));
  }
  RC_ASSERT(side.accept(0, as_bytes(text), true).has_value());
  got += drain(side);
  RC_ASSERT(got == text && side.over() && side.buffered() == 0 && side.ranges() == 0);
  RC_ASSERT(side.mark() == size + 1);
}

TEST(ReceiveSide, AFirstWordStands) {
  ReceiveSide side(100);
  ASSERT_TRUE(side.accept(2, as_bytes("XX"), false));
  ASSERT_TRUE(side.accept(0, as_bytes("abcdef"), false));
  EXPECT_EQ(drain(side), "abcdef");
  ASSERT_TRUE(side.accept(0, as_bytes("zzzzzzg"), true));
  EXPECT_EQ(drain(side), "g");
}

TEST(ReceiveSide, TheEndIsStatedOnce) {
  ReceiveSide side(100);
  ASSERT_TRUE(side.accept(0, as_bytes("abc"), true));
  EXPECT_FALSE(side.accept(3, as_bytes("d"), false));
  EXPECT_FALSE(side.accept(0, as_bytes("ab"), true));
  EXPECT_TRUE(side.accept(0, as_bytes("abc"), true));
  ReceiveSide early(100);
  ASSERT_TRUE(early.accept(5, as_bytes("x"), false));
  EXPECT_FALSE(early.accept(0, as_bytes("abc"), true));
  EXPECT_FALSE(early.reset(3, Error(Errc::Cancelled)));
}

TEST(ReceiveSide, AResetDropsWhatWasUnread) {
  ReceiveSide side(100);
  ASSERT_TRUE(side.accept(0, as_bytes("abc"), false));
  ASSERT_TRUE(side.accept(10, as_bytes("abc"), false));
  ASSERT_TRUE(side.reset(20, Error(Errc::Cancelled, "changed my mind")));
  EXPECT_EQ(side.buffered(), 0u);
  EXPECT_TRUE(side.over());
  EXPECT_EQ(side.mark(), 21u);
  ASSERT_TRUE(side.accept(3, as_bytes("late"), false));
  EXPECT_EQ(side.buffered(), 0u);
}

TEST(ReceiveSide, ADiscardedStreamHoldsNothing) {
  ReceiveSide side(100);
  side.discard();
  ASSERT_TRUE(side.accept(0, as_bytes("abc"), false));
  ASSERT_TRUE(side.accept(3, as_bytes("def"), true));
  EXPECT_EQ(side.buffered(), 0u);
  EXPECT_TRUE(side.over());
}

}  // namespace
}  // namespace booster::stream
