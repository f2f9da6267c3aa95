// The primitives against the samples of RFC 9001, appendix A: the same algorithms under other labels.
#include <gtest/gtest.h>

#include "booster/crypto/kdf.h"
#include "booster/transport/packet/keys.h"
#include "booster/transport/packet/protection.h"
#include "tests/booster/transport/packet/sealed.h"

namespace booster::transport::packet {
namespace {

crypto::Secret secret_of(std::string_view hex) {
  return crypto::Secret::of(bytes_of(hex));
}
Keys keys_of(Aead aead, std::string_view key, std::string_view iv, std::string_view header) {
  return {aead, secret_of(key), secret_of(iv), secret_of(header)};
}
std::string mask_of(const Keys& keys, std::string_view sample) {
  const Bytes bytes = bytes_of(sample);
  return codec::to_hex(HeaderProtection(keys).mask(std::span(bytes).first<kSampleSize>()));
}

Keys server_keys() {
  return keys_of(Aead::Aes128Gcm, "cf3a5331653c364c88f0f379b6067e37", "0ac1493ca1905853b0bba03e",
                 "c206b8d9b9f0f37644430b490eeaa314");
}
Keys chacha_keys() {
  return keys_of(Aead::ChaCha20Poly1305, "c6d98ff3441c3fe1b2182094f69caa2ed4b716b65488960a7a984979fb23e1c8",
                 "e0459b3474bdd0e44a41c144", "25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4");
}

TEST(Rfc9001, KeyScheduleA1) {
  const auto salt = bytes_of("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");
  const auto initial = crypto::Secret::of(crypto::hkdf_extract(salt, bytes_of("8394c8f03e515708")).view());
  const crypto::Secret client = expand(initial, "tls13 client in", 32);
  EXPECT_EQ(hex_of(client), "c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea");
  EXPECT_EQ(hex_of(expand(client, "tls13 quic key", 16)), "1f369613dd76d5467730efcbe3b1a22d");
  EXPECT_EQ(hex_of(expand(client, "tls13 quic iv", 12)), "fa044b2f42a3fd3b46fb255c");
  EXPECT_EQ(hex_of(expand(client, "tls13 quic hp", 16)), "9f50449e04a0e810283a1e9933adedd2");
}

TEST(Rfc9001, HeaderMasksA2A3A5) {
  EXPECT_EQ(mask_of(keys_of(Aead::Aes128Gcm, "1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c",
                            "9f50449e04a0e810283a1e9933adedd2"),
                    "d1b1c98dd7689fb8ec11d242b123dc9b"),
            "437b9aec36");
  EXPECT_EQ(mask_of(server_keys(), "2cd0991cd25b0aac406a5816b6394100"), "2ec0d8356a");
  EXPECT_EQ(mask_of(chacha_keys(), "5e5cd55c41f69080575d7999c25a5bfb"), "aefefe7d03");
}

TEST(Rfc9001, AWholeServerPacketA3) {
  const Bytes header = bytes_of("c1000000010008f067a5502a4262b50040750001");
  const Bytes payload = bytes_of(
      "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a1200130100002e0033"
      "0024001d00209d3c940d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304");
  Bytes packet = header;
  packet.insert(packet.end(), payload.begin(), payload.end());
  packet.resize(packet.size() + kTagSize);
  Sealer(server_keys()).seal({0}, {1}, packet, header.size());
  // The fifth bit that we cover besides is 0 in this mask.
  HeaderProtection(server_keys()).protect(packet, {header.size() - 2, header.size()});
  EXPECT_EQ(codec::to_hex(packet),
            "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5e"
            "de4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d"
            "06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee");
}

TEST(Rfc9001, RetryTagA4) {
  const Bytes pseudo = bytes_of("088394c8f03e515708 ff000000010008f067a5502a4262b5746f6b656e");
  const Bytes nonce_bytes = bytes_of("461599d35d632bf2239825bb");
  Nonce nonce;
  std::copy(nonce_bytes.begin(), nonce_bytes.end(), nonce.begin());
  std::array<std::byte, kTagSize> tag;
  AeadContext(Aead::Aes128Gcm, AeadContext::Way::Seal, bytes_of("be0c690b9f66575a1d766b54e368c84e"))
      .seal(nonce, pseudo, {}, tag);
  EXPECT_EQ(codec::to_hex(tag), "04a265ba2eff4d829058fb3f0f2496ba");
}

TEST(Rfc9001, AShortPacketWithChaCha20A5) {
  Bytes packet = bytes_of("4200bff4 01 00000000000000000000000000000000");
  Sealer(chacha_keys()).seal({0}, {654360564}, packet, 4);
  HeaderProtection header(chacha_keys());
  header.protect(packet, {1, 4});
  EXPECT_EQ(codec::to_hex(packet), "4cfe4189655e5cd55c41f69080575d7999c25a5bfb");
  const auto plain = header.unprotect(packet, 1, PacketNumber{654360000});
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->number.value, 654360564u);
  const auto payload = Opener(chacha_keys()).open({0}, *plain, packet);
  ASSERT_TRUE(payload);
  EXPECT_EQ(codec::to_hex(*payload), "01");
  EXPECT_EQ(hex_of(expand(secret_of("9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b"),
                          "tls13 quic ku", 32)),
            "1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9");
}

}  // namespace
}  // namespace booster::transport::packet
