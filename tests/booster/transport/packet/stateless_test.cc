#include "booster/transport/packet/stateless.h"

#include <gtest/gtest.h>

#include "tests/booster/transport/packet/sealed.h"

namespace booster::transport::packet {
namespace {

const crypto::Secret& reset_key() {
  static const crypto::Secret key = crypto::Secret::of_text("a key that outlives the process!");
  return key;
}

TEST(Stateless, ARetryIsGenuineOnlyForTheIdItAnswers) {
  const Bytes token = bytes_of("0011223344");
  const RetryAnswer answer{id_of("a1a2a3a4a5a6"), id_of("b1b2b3b4b5b6"), id_of("0102030405060708"), token};
  std::array<std::byte, 256> room;
  const std::size_t size = write_retry(room, answer);
  const ByteView packet = ByteView(room).first(size);
  EXPECT_TRUE(is_genuine_retry(packet, answer.original_destination));
  EXPECT_FALSE(is_genuine_retry(packet, id_of("0102030405060709")));
  EXPECT_FALSE(is_genuine_retry(packet, {}));
  for (std::size_t cut = 0; cut < size; ++cut)
    EXPECT_FALSE(is_genuine_retry(packet.first(cut), id_of("0102030405060708")));
  for (std::size_t bit = 0; bit < 8 * size; ++bit) {
    Bytes changed(packet.begin(), packet.end());
    changed[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    EXPECT_FALSE(is_genuine_retry(changed, answer.original_destination)) << bit;
  }
  EXPECT_EQ(write_retry(std::span(room).first(size - 1), answer), 0u);
  EXPECT_FALSE(is_genuine_retry(Bytes(2000), {}));
}

TEST(Stateless, AResetIsShorterThanWhatItAnswersAndKnownByItsToken) {
  const ResetToken token = reset_token(reset_key(), id_of("a1a2a3a4a5a6"));
  const Bytes random(kResetRandom, std::byte{0xff});
  std::array<std::byte, 100> room;
  for (std::size_t trigger = 0; trigger < 1500; ++trigger) {
    const std::size_t size = write_stateless_reset(room, trigger, token, random);
    if (trigger <= kMinReset) {
      EXPECT_EQ(size, 0u);
      continue;
    }
    ASSERT_GE(size, kMinReset);
    EXPECT_LT(size, trigger);
    EXPECT_LE(size, kResetRandom + 16);
    EXPECT_TRUE(is_reset(ByteView(room).first(size), token));
    EXPECT_FALSE(is_reset(ByteView(room).first(size), reset_token(reset_key(), id_of("a1a2a3a4a5a7"))));
    EXPECT_EQ(std::to_integer<unsigned>(room[0]) & 0xe0, 0x40u);
  }
  EXPECT_EQ(write_stateless_reset(std::span(room).first(20), 1200, token, random), 0u);
  EXPECT_EQ(write_stateless_reset(room, 1200, token, ByteView(random).first(4)), 0u);
}

TEST(Stateless, AResetOfTheUsualSizePassesForAShortPacket) {
  std::array<std::byte, 100> room;
  const std::size_t size = write_stateless_reset(room, 1200, {}, Bytes(kResetRandom));
  PacketReader packets(ByteView(room).first(size));
  const auto packet = packets.next();
  ASSERT_TRUE(packet && *packet);
  EXPECT_EQ((*packet)->kind, Kind::Short);
}

TEST(Stateless, NothingShortLongOrFlippedIsAReset) {
  const ResetToken token = reset_token(reset_key(), id_of("a1a2a3a4a5a6"));
  Bytes reset(kMinReset);
  ASSERT_EQ(write_stateless_reset(reset, 100, token, Bytes(kMinReset - 16)), kMinReset);
  for (std::size_t cut = 0; cut < reset.size(); ++cut) EXPECT_FALSE(is_reset(ByteView(reset).first(cut), token));
  for (std::size_t bit = 0; bit < 8 * token.size(); ++bit) {
    Bytes changed = reset;
    changed[5 + bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    EXPECT_FALSE(is_reset(changed, token));
  }
  reset[0] = std::byte{0x80};
  EXPECT_FALSE(is_reset(reset, token));
}

}  // namespace
}  // namespace booster::transport::packet
