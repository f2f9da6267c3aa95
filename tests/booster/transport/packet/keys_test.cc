#include "booster/transport/packet/keys.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/booster/transport/packet/sealed.h"

namespace booster::transport::packet {
namespace {

TEST(Keys, HandshakeSecretsFollowTheIdAndTheRole) {
  const SecretPair one = handshake_secrets(id_of("0102030405060708"));
  const SecretPair same = handshake_secrets(id_of("0102030405060708"));
  const SecretPair other = handshake_secrets(id_of("0102030405060709"));
  EXPECT_EQ(hex_of(one.client), hex_of(same.client));
  EXPECT_EQ(&one.of(Role::Client), &one.client);
  EXPECT_EQ(&one.of(Role::Gateway), &one.gateway);
  const std::set<std::string> all{hex_of(one.client), hex_of(one.gateway), hex_of(other.client), hex_of(other.gateway)};
  EXPECT_EQ(all.size(), 4u);
}

TEST(Keys, TheExportedBytesAreHalvedByRole) {
  Bytes exported(kExportedSize, std::byte{1});
  std::fill(exported.begin() + 32, exported.end(), std::byte{2});
  const SecretPair pair = packet_secrets(exported);
  EXPECT_EQ(hex_of(pair.client), codec::to_hex(Bytes(32, std::byte{1})));
  EXPECT_EQ(hex_of(pair.gateway), codec::to_hex(Bytes(32, std::byte{2})));
}

TEST(Keys, TheExportersContextTellsEveryIdApart) {
  const std::vector<ExchangedIds> some = {{id_of("01"), id_of("02"), id_of("03")},
                                          {id_of("0102"), id_of(""), id_of("03")},
                                          {id_of(""), id_of("0102"), id_of("03")},
                                          {id_of("01"), id_of("0203"), id_of("")},
                                          {id_of("02"), id_of("01"), id_of("03")}};
  std::set<std::string> contexts;
  for (const ExchangedIds& ids : some) contexts.insert(exporter_context(ids).hex());
  EXPECT_EQ(contexts.size(), some.size());
}

TEST(Keys, SizesAreThoseOfTheAead) {
  const Keys aes = keys_for(Aead::Aes128Gcm), chacha = keys_for(Aead::ChaCha20Poly1305);
  EXPECT_EQ(aes.key.size(), 16u);
  EXPECT_EQ(aes.header.size(), 16u);
  EXPECT_EQ(aes.iv.size(), 12u);
  EXPECT_EQ(chacha.key.size(), 32u);
  EXPECT_EQ(chacha.header.size(), 32u);
  EXPECT_EQ(chacha.iv.size(), 12u);
}

TEST(Keys, EachUpdateIsNew) {
  crypto::Secret secret = crypto::Secret::of(crypto::sha256("first").view());
  std::set<std::string> keys;
  for (int i = 0; i < 10; ++i) {
    keys.insert(hex_of(derive_keys(Aead::Aes128Gcm, secret).key));
    secret = next_secret(secret);
  }
  EXPECT_EQ(keys.size(), 10u);
}

}  // namespace
}  // namespace booster::transport::packet
