#include "booster/crypto/seal.h"

#include <gtest/gtest.h>

#include "tests/booster/crypto/hex.h"

namespace booster::crypto {
namespace {

TEST(AesGcm, GivesTheKnownCiphertexts) {  // the GCM specification's test cases 13, 14 and 16
  const Bytes zero_key(32);
  const Bytes zero_nonce(12);
  EXPECT_EQ(codec::to_hex(aes_gcm_encrypt(zero_key, zero_nonce, {}, {})), "530f8afbc74536b9a963b4f1c4cb738b");
  EXPECT_EQ(codec::to_hex(aes_gcm_encrypt(zero_key, zero_nonce, {}, Bytes(16))),
            "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
  const Bytes key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const Bytes nonce = hex("cafebabefacedbaddecaf888");
  const Bytes associated = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const Bytes plain =
      hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0d"
          "e657b"
          "a637b39");
  const Bytes cipher = aes_gcm_encrypt(key, nonce, associated, plain);
  EXPECT_EQ(
      codec::to_hex(cipher),
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7"
      "a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b");
  EXPECT_EQ(aes_gcm_decrypt(key, nonce, associated, cipher)->reveal_text(), as_text(plain));
}

TEST(Seal, OpensWithTheSameKeyAndContextOnly) {
  const Secret key = Secret::random(kSealKeyBytes);
  const Bytes sealed = seal(key, "password of alice", as_bytes("hunter2")).value();
  EXPECT_EQ(sealed.size(), 7 + kSealOverhead);
  EXPECT_EQ(open_sealed(key, "password of alice", sealed)->reveal_text(), "hunter2");
  EXPECT_EQ(open_sealed(key, "password of bob", sealed).error().code, Errc::Corrupt);
  EXPECT_EQ(open_sealed(Secret::random(kSealKeyBytes), "password of alice", sealed).error().code, Errc::Corrupt);
}

TEST(Seal, NeverGivesTheSameBytesTwice) {
  const Secret key = Secret::random(kSealKeyBytes);
  EXPECT_NE(seal(key, "c", as_bytes("x")).value(), seal(key, "c", as_bytes("x")).value());
}

TEST(Seal, EveryBitCounts) {
  const Secret key = Secret::random(kSealKeyBytes);
  const Bytes sealed = seal(key, "c", as_bytes("x")).value();
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes changed = sealed;
    changed[bit / 8] ^= std::byte{1} << static_cast<int>(bit % 8);
    const auto opened = open_sealed(key, "c", changed);
    ASSERT_FALSE(opened) << bit;
    EXPECT_EQ(opened.error().code, bit < 8 ? Errc::Unsupported : Errc::Corrupt);
  }
}

TEST(Seal, ACutPieceIsCorrupt) {
  const Secret key = Secret::random(kSealKeyBytes);
  const Bytes sealed = seal(key, "c", {}).value();
  EXPECT_EQ(sealed.size(), kSealOverhead);
  EXPECT_TRUE(open_sealed(key, "c", sealed)->empty());
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(open_sealed(key, "c", ByteView(sealed).first(size)).error().code, Errc::Corrupt);
  }
}

TEST(Seal, HasALimit) {
  const Bytes large(kMaxSealed);
  EXPECT_EQ(seal(Secret::random(kSealKeyBytes), "c", large).error().code, Errc::Limit);
}

}  // namespace
}  // namespace booster::crypto
