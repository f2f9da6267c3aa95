#include "booster/transport/packet/token.h"

#include <gtest/gtest.h>

#include "tests/booster/transport/packet/sealed.h"

namespace booster::transport::packet {
namespace {

TokenKey token_key(std::string_view who = "gateways") {
  return TokenKey(crypto::Secret::of(crypto::sha256(who).view()));
}

AddressToken sample_token(std::string_view original = "0102030405060708") {
  AddressToken token;
  token.client.ip[15] = std::byte{9};
  token.client.port = 4444;
  token.client.interface = 3;
  token.issued = std::chrono::seconds(1'700'000'000);
  token.original_destination = id_of(original);
  token.random.fill(std::byte{0x77});
  token.rate = {12'345'000};
  token.rtt = std::chrono::milliseconds(610);
  return token;
}

Bytes sealed_token(TokenKey& key, const AddressToken& token) {
  Bytes sealed(TokenKey::kMaxSize);
  sealed.resize(key.make_token(sealed, token));
  return sealed;
}

TEST(Token, ComesBackAsItWasMade) {
  TokenKey key = token_key();
  for (const char* original : {"", "0102030405060708", "0102030405060708090a0b0c0d0e0f1011121314"}) {
    const AddressToken made = sample_token(original);
    const Bytes sealed = sealed_token(key, made);
    EXPECT_LE(sealed.size(), TokenKey::kMaxSize);
    const auto opened = token_key().open_token(sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->kind, made.kind);
    EXPECT_EQ(opened->client, made.client);
    EXPECT_EQ(opened->issued, made.issued);
    EXPECT_EQ(opened->original_destination, made.original_destination);
    EXPECT_EQ(opened->random, made.random);
    EXPECT_EQ(opened->rate, made.rate);
    EXPECT_EQ(opened->rtt, made.rtt);
  }
}

TEST(Token, ChangedCutOrOfAnotherKeyItIsRefused) {
  TokenKey key = token_key(), other = token_key("strangers");
  const Bytes sealed = sealed_token(key, sample_token());
  const auto refused = [](TokenKey& by, ByteView bytes) {
    const auto opened = by.open_token(bytes);
    return !opened && opened.error().code == Errc::Denied;
  };
  EXPECT_TRUE(refused(other, sealed));
  for (std::size_t cut = 0; cut < sealed.size(); ++cut) EXPECT_TRUE(refused(key, ByteView(sealed).first(cut)));
  for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
    Bytes changed = sealed;
    changed[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    EXPECT_TRUE(refused(key, changed)) << bit;
  }
  EXPECT_TRUE(refused(key, Bytes(kMaxToken)));
}

TEST(Token, OneOfAnUnknownKindIsALaterVersions) {
  TokenKey key = token_key();
  AddressToken later = sample_token();
  later.kind = static_cast<TokenKind>(9);
  EXPECT_EQ(key.open_token(sealed_token(key, later)).error().code, Errc::Protocol);
}

TEST(Token, HidesTheAddress) {
  TokenKey key = token_key();
  AddressToken token = sample_token();
  for (std::size_t i = 0; i < token.client.ip.size(); ++i) token.client.ip[i] = static_cast<std::byte>(i + 1);
  const Bytes sealed = sealed_token(key, token);
  EXPECT_EQ(as_text(sealed).find(as_text(token.client.ip)), std::string_view::npos);
}

}  // namespace
}  // namespace booster::transport::packet
