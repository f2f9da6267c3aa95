#include "proxy/client/enrol.h"

#include <gtest/gtest.h>

#include "booster/crypto/base_n.h"
#include "booster/disk/memory_disk.h"
#include "proxy/client/accounts.h"

namespace proxy::client {
namespace {

namespace crypto = booster::crypto;

TEST(PairingUrl, IsTakenApart) {
  const crypto::Digest pin = crypto::sha256("key");
  const std::string text = crypto::to_base64url(pin.view());
  const Result<PairingUrl> url = parse_pairing_url("packetboat://gate.example:8443/?pin=" + text + "&code=ABCD2345");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->gateway.host, "gate.example");
  EXPECT_EQ(url->gateway.port, 8443);
  EXPECT_EQ(url->gateway.pin, pin);
  EXPECT_EQ(url->code, "ABCD2345");
  const Result<PairingUrl> six = parse_pairing_url("packetboat://[2001:db8::1]:443/?code=X&pin=" + text);
  ASSERT_TRUE(six);
  EXPECT_EQ(six->gateway.host, "2001:db8::1");
}

TEST(PairingUrl, WhatIsWrongIsSaid) {
  const std::string pin = crypto::to_base64url(crypto::sha256("key").view());
  for (const std::string& bad :
       {std::string("https://x/"), std::string("packetboat://x:1/"), std::string("packetboat://x/?pin=") + pin,
        "packetboat://x:0/?pin=" + pin + "&code=A", "packetboat://x:70000/?pin=" + pin + "&code=A",
        "packetboat://:1/?pin=" + pin + "&code=A", "packetboat://x:1/?pin=" + pin,
        std::string("packetboat://x:1/?pin=AAAA&code=A"), std::string("packetboat://[::1/?pin=") + pin + "&code=A"}) {
    const Result<PairingUrl> url = parse_pairing_url(bad);
    EXPECT_TRUE(!url && url.error().code == Errc::Protocol) << bad;
  }
}

TEST(DeviceIdentity, IsKeptAndFoundAgain) {
  booster::disk::MemoryDisk disk;
  const Result<std::optional<DeviceIdentity>> none = load_identity(disk, "/state");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  crypto::PrivateKey key = crypto::PrivateKey::generate();
  crypto::CertificateSpec spec;
  spec.common_name = "laptop";
  spec.not_before = crypto::CertificateTime(std::chrono::seconds(1'700'000'000));
  spec.not_after = spec.not_before + std::chrono::hours(24 * 365);
  Result<crypto::Certificate> certificate = crypto::make_self_signed(key, spec);
  ASSERT_TRUE(certificate);
  GatewayAddress gateway;
  gateway.host = "gate.example";
  gateway.pin = crypto::sha256("pin");
  const DeviceIdentity identity(gateway, std::move(key), *std::move(certificate), {"alice@example.org"});
  ASSERT_TRUE(store_identity(disk, "/state", identity));
  disk.power_cut();
  const Result<std::optional<DeviceIdentity>> again = load_identity(disk, "/state");
  ASSERT_TRUE(again && *again);
  EXPECT_EQ((*again)->gateway, gateway);
  EXPECT_EQ((*again)->addresses, identity.addresses);
  EXPECT_EQ((*again)->certificate.pin(), identity.certificate.pin());
  EXPECT_TRUE(tunnel_context(&**again, gateway.pin, booster::carrier::CarrierKind::Udp));
  ASSERT_TRUE(disk.unlink("/state/device.key"));
  const Result<std::optional<DeviceIdentity>> broken = load_identity(disk, "/state");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Errc::Corrupt);
}

TEST(Address, IsCanonicalOrRefused) {
  EXPECT_EQ(canonical_address("Alice@Example.ORG").value_or(""), "Alice@example.org");
  for (const char* bad : {"", "alice", "@example.org", "alice@", "a@b@c", "a*b@c", "a b@c", "a\r\n@c", "<a@c>"})
    EXPECT_FALSE(canonical_address(bad)) << bad;
}

}  // namespace
}  // namespace proxy::client
