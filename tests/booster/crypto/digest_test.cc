#include "booster/crypto/digest.h"

#include <gtest/gtest.h>

#include "booster/crypto/kdf.h"
#include "tests/booster/crypto/hex.h"

namespace booster::crypto {
namespace {

Bytes repeated(std::uint8_t value, std::size_t count) {
  return Bytes(count, std::byte{value});
}

TEST(Sha256, GivesTheKnownDigests) {  // FIPS 180-4
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abc").short_hex(), "ba7816bf8f01");
  EXPECT_EQ(codec::to_hex(sha256("abc").truncated<4>()), "ba7816bf");
}

TEST(Sha256, RunsOverPiecesAndGoesOnAfterADigest) {
  Sha256 running;
  running.update("a");
  EXPECT_EQ(running.digest(), sha256("a"));
  Sha256 fork = running;
  running.update("bc");
  fork.update("x");
  EXPECT_EQ(running.digest(), sha256("abc"));
  EXPECT_EQ(fork.digest(), sha256("ax"));
  fork = running;
  EXPECT_EQ(fork.digest(), sha256("abc"));
}

TEST(Digest, ComesFromThirtyTwoBytesOnly) {
  const Digest digest = sha256("x");
  EXPECT_EQ(Digest::from_bytes(digest.view()).value(), digest);
  EXPECT_EQ(Digest::from_hex(digest.hex()).value(), digest);
  EXPECT_EQ(Digest::from_bytes(digest.view().first(31)).error().code, Errc::Protocol);
  EXPECT_FALSE(Digest::from_hex("zz"));
}

TEST(Hmac, GivesTheKnownTags) {  // RFC 4231 cases 1, 2, 6
  EXPECT_EQ(hmac_sha256(repeated(0x0b, 20), as_bytes("Hi There")).hex(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")).hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_sha256(repeated(0xaa, 131), as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")).hex(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hkdf, GivesTheKnownKeys) {  // RFC 5869 appendix A, cases 1 and 3
  const Bytes input = repeated(0x0b, 22);
  const Digest prk = hkdf_extract(hex("000102030405060708090a0b0c"), input);
  EXPECT_EQ(prk.hex(), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
  EXPECT_EQ(codec::to_hex(hkdf_expand(prk.view(), hex("f0f1f2f3f4f5f6f7f8f9"), 42).reveal()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(codec::to_hex(hkdf(input, {}, "", 42).reveal()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Scrypt, GivesTheKnownKeyAndKeepsItsLimit) {  // RFC 7914 §12
  EXPECT_EQ(
      codec::to_hex(scrypt(as_bytes("password"), as_bytes("NaCl"), 64, {1024, 8, 16})->reveal()),
      "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83e"
      "e6d8360cbdfa2cc0640");
  EXPECT_EQ(scrypt({}, {}, 32, {1u << 20, 8, 1}).error().code, Errc::Limit);
  EXPECT_EQ(scrypt({}, {}, 32, {1000, 8, 1}).error().code, Errc::Limit);
}

TEST(RefusedPassword, IsKnownAgainByKeyAccountAndPasswordTogether) {
  const Secret key = Secret::random(32);
  const Digest tag = refused_password_tag(key, "alice", Secret::of_text("wrong"));
  EXPECT_EQ(refused_password_tag(key, "alice", Secret::of_text("wrong")), tag);
  EXPECT_NE(refused_password_tag(key, "alice", Secret::of_text("right")), tag);
  EXPECT_NE(refused_password_tag(key, "bob", Secret::of_text("wrong")), tag);
  EXPECT_NE(refused_password_tag(Secret::random(32), "alice", Secret::of_text("wrong")), tag);
}

TEST(Secret, ComparesMovesAndShowsNothing) {
  Secret a = Secret::of_text("hunter2");
  EXPECT_TRUE(a == a.copy());
  EXPECT_FALSE(a == Secret::of_text("hunter3"));
  EXPECT_FALSE(a == Secret::of_text("hunter"));
  EXPECT_EQ(a.redacted(), "[secret]");
  const Secret b = std::move(a);
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  EXPECT_EQ(b.reveal_text(), "hunter2");
  EXPECT_TRUE(Secret() == Secret());
}

}  // namespace
}  // namespace booster::crypto
