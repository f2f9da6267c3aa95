#include "booster/crypto/certificate.h"

#include <gtest/gtest.h>

namespace booster::crypto {
namespace {

using namespace std::chrono_literals;

CertificateSpec spec_for(Use use) {
  CertificateSpec spec;
  spec.common_name = "packetboat test";
  spec.not_before = CertificateTime(1'700'000'000s);
  spec.not_after = CertificateTime(4'000'000'000s);  // past 2050: GeneralizedTime
  spec.use = use;
  return spec;
}

TEST(Key, SurvivesItsPem) {
  const PrivateKey key = PrivateKey::generate();
  const auto again = PrivateKey::from_pem(key.to_pem());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->public_key().pin(), key.public_key().pin());
  EXPECT_NE(PrivateKey::generate().public_key().pin(), key.public_key().pin());
  EXPECT_EQ(PrivateKey::from_pem(Secret::of_text("no key")).error().code, Errc::Protocol);
}

TEST(Key, SignsWhatItsPublicHalfVerifies) {
  const PrivateKey key = PrivateKey::generate();
  const Bytes signature = key.sign(as_bytes("join"));
  EXPECT_TRUE(key.public_key().verify(as_bytes("join"), signature));
  EXPECT_FALSE(key.public_key().verify(as_bytes("joim"), signature));
  EXPECT_FALSE(key.public_key().verify(as_bytes("join"), {}));
  EXPECT_FALSE(PrivateKey::generate().public_key().verify(as_bytes("join"), signature));
}

TEST(Key, PublicHalfComesBackFromDer) {
  const PublicKey key = PrivateKey::generate().public_key();
  Bytes der = key.to_der();
  EXPECT_EQ(PublicKey::from_der(der)->pin(), key.pin());
  der.push_back(std::byte{0});
  EXPECT_EQ(PublicKey::from_der(der).error().code, Errc::Protocol);
  EXPECT_EQ(PublicKey::from_der({}).error().code, Errc::Protocol);
}

TEST(Certificate, SelfSignedSaysWhatItWasAsked) {
  const PrivateKey key = PrivateKey::generate();
  CertificateSpec spec = spec_for(Use::Server);
  spec.dns_names = {"localhost", "mail.example"};
  spec.ip_addresses = {"127.0.0.1", "::1"};
  const auto made = make_self_signed(key, spec);
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_EQ(made->common_name(), "packetboat test");
  EXPECT_EQ(made->not_before(), spec.not_before);
  EXPECT_EQ(made->not_after(), spec.not_after);
  EXPECT_EQ(made->pin(), key.public_key().pin());
  const auto again = Certificate::from_pem(made->to_pem());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->fingerprint(), made->fingerprint());
  EXPECT_EQ(Certificate::from_der(made->to_der())->fingerprint(), made->fingerprint());
  EXPECT_LT(made->to_der().size(), 700u);  // fits the first flight
}

TEST(Certificate, ThePinSurvivesARenewal) {
  const PrivateKey key = PrivateKey::generate();
  const auto one = make_self_signed(key, spec_for(Use::Server));
  const auto two = make_self_signed(key, spec_for(Use::Server));
  EXPECT_EQ(one->pin(), two->pin());
  EXPECT_NE(one->fingerprint(), two->fingerprint());
}

TEST(Certificate, RefusesWhatCannotBeWritten) {
  const PrivateKey key = PrivateKey::generate();
  CertificateSpec spec = spec_for(Use::Server);
  spec.common_name.clear();
  EXPECT_EQ(make_self_signed(key, spec).error().code, Errc::Limit);
  spec.common_name = std::string(65, 'a');
  EXPECT_EQ(make_self_signed(key, spec).error().code, Errc::Limit);
  spec = spec_for(Use::Server);
  spec.ip_addresses = {"not an address"};
  EXPECT_EQ(make_self_signed(key, spec).error().code, Errc::Protocol);
  spec = spec_for(Use::Server);
  spec.dns_names = {"two names,DNS:evil.example\n"};
  EXPECT_EQ(make_self_signed(key, spec).error().code, Errc::Protocol);
  spec = spec_for(Use::Server);
  spec.not_after = spec.not_before;
  EXPECT_EQ(make_self_signed(key, spec).error().code, Errc::Limit);
}

TEST(Certificate, AnAuthorityCertifiesADevicesRequest) {
  const PrivateKey authority_key = PrivateKey::generate();
  const auto authority = make_self_signed(authority_key, spec_for(Use::Authority));
  ASSERT_TRUE(authority);
  const PrivateKey device = PrivateKey::generate();
  const auto request = parse_request(make_request(device, "ship 7"));
  ASSERT_TRUE(request) << to_string(request.error());
  EXPECT_EQ(request->common_name, "ship 7");
  CertificateSpec spec = spec_for(Use::Client);
  spec.common_name = request->common_name;
  const auto leaf = issue(*authority, authority_key, request->key, spec);
  ASSERT_TRUE(leaf);
  EXPECT_EQ(leaf->pin(), device.public_key().pin());
  EXPECT_TRUE(leaf->issued_by(*authority));
  EXPECT_FALSE(leaf->issued_by(*make_self_signed(PrivateKey::generate(), spec_for(Use::Authority))));
  EXPECT_EQ(issue(*authority, device, request->key, spec).error().code, Errc::Denied);
}

TEST(Request, MustBeSignedByItsOwnKey) {
  Bytes der = make_request(PrivateKey::generate(), "ship 7");
  Bytes longer = der;
  longer.push_back(std::byte{0});
  EXPECT_EQ(parse_request(longer).error().code, Errc::Protocol);
  der.back() ^= std::byte{1};
  EXPECT_EQ(parse_request(der).error().code, Errc::Denied);
  EXPECT_EQ(parse_request(Bytes(kMaxRequest + 1)).error().code, Errc::Limit);
  EXPECT_EQ(parse_request({}).error().code, Errc::Protocol);
}

}  // namespace
}  // namespace booster::crypto
