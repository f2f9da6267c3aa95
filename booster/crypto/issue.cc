// Making certificates.
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "booster/crypto/certificate.h"
#include "booster/crypto/native.h"
#include "booster/crypto/random.h"
#include "codec/base/check.h"

namespace booster::crypto {
namespace {

constexpr std::size_t kMaxCommonName = 64;  // ub-common-name
constexpr std::size_t kMaxNames = 64;

using Names = Native<GENERAL_NAMES, GENERAL_NAMES_free>;

Result<> check(const CertificateSpec& spec) {
  if (spec.common_name.empty() || spec.common_name.size() > kMaxCommonName) {
    return fail(Errc::Limit, "certificate: common name empty or longer than 64 bytes");
  }
  if (spec.not_after <= spec.not_before) return fail(Errc::Limit, "certificate: ends before it begins");
  if (spec.dns_names.size() + spec.ip_addresses.size() > kMaxNames) {
    return fail(Errc::Limit, "certificate: more than 64 names");
  }
  return {};
}

void set_serial(X509* certificate) {
  auto serial = random_array<16>();  // unique without a counter that could be lost
  serial[0] = (serial[0] & std::byte{0x7f}) | std::byte{0x40};
  const Native<BIGNUM, BN_free> number(BN_bin2bn(raw(ByteView(serial)), static_cast<int>(serial.size()), nullptr));
  CHECK(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

bool set_time(const ASN1_TIME* where, CertificateTime time) {
  return ASN1_TIME_adj(const_cast<ASN1_TIME*>(where), static_cast<time_t>(time.time_since_epoch().count()), 0, 0) !=
         nullptr;
}

void add_extension(X509* certificate, X509* authority, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, authority, certificate, nullptr, nullptr, 0);
  const Native<X509_EXTENSION, X509_EXTENSION_free> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  CHECK(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

// Built by hand, not from OpenSSL's text form, where a name with a comma would become two.
Result<> add_name(GENERAL_NAMES* names, int kind, ASN1_STRING* value, const std::string& text) {
  if (value == nullptr) {
    (void)last_reason();
    return fail(Errc::Protocol, "certificate: not an address: " + text);
  }
  GENERAL_NAME* name = GENERAL_NAME_new();
  CHECK(name != nullptr);
  GENERAL_NAME_set0_value(name, kind, value);
  CHECK(sk_GENERAL_NAME_push(names, name) > 0);
  return {};
}

ASN1_STRING* ia5(const std::string& text) {
  for (const char c : text) {
    if (c <= ' ' || c > '~') return nullptr;
  }
  ASN1_STRING* value = ASN1_IA5STRING_new();
  CHECK(value && ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())) == 1);
  return value;
}

Result<> add_alternative_names(X509* certificate, const CertificateSpec& spec) {
  if (spec.dns_names.empty() && spec.ip_addresses.empty()) return {};
  const Names names(GENERAL_NAMES_new());
  CHECK(names != nullptr);
  for (const std::string& dns : spec.dns_names) TRY(add_name(names.get(), GEN_DNS, ia5(dns), dns));
  for (const std::string& ip : spec.ip_addresses) TRY(add_name(names.get(), GEN_IPADD, a2i_IPADDRESS(ip.c_str()), ip));
  CHECK(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1);
  return {};
}

void add_use(X509* certificate, X509* authority, Use use) {
  add_extension(certificate, authority, NID_basic_constraints,
                use == Use::Authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE");
  add_extension(certificate, authority, NID_key_usage,
                use == Use::Authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  if (use == Use::Server) add_extension(certificate, authority, NID_ext_key_usage, "serverAuth");
  if (use == Use::Client) add_extension(certificate, authority, NID_ext_key_usage, "clientAuth");
  add_extension(certificate, authority, NID_subject_key_identifier, "hash");
  if (authority != certificate) add_extension(certificate, authority, NID_authority_key_identifier, "keyid");
}

// `authority` nullptr: by itself.
Result<Certificate> make(EVP_PKEY* subject, X509* authority, EVP_PKEY* signer, const CertificateSpec& spec) {
  TRY(check(spec));
  NativeCertificate certificate(X509_new());
  CHECK(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  set_serial(certificate.get());
  if (!set_time(X509_getm_notBefore(certificate.get()), spec.not_before) ||
      !set_time(X509_getm_notAfter(certificate.get()), spec.not_after)) {
    (void)last_reason();
    return fail(Errc::Limit, "certificate: a time that cannot be written");
  }
  X509_NAME* name = X509_get_subject_name(certificate.get());
  if (X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, raw(as_bytes(spec.common_name)),
                                 static_cast<int>(spec.common_name.size()), -1, 0) != 1) {
    return fail(Errc::Limit, "certificate: common name: " + last_reason());
  }
  X509* const issuer = authority != nullptr ? authority : certificate.get();
  CHECK(X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer)) == 1);
  CHECK(X509_set_pubkey(certificate.get(), subject) == 1);
  add_use(certificate.get(), issuer, spec.use);
  TRY(add_alternative_names(certificate.get(), spec));
  const bool ed25519 = EVP_PKEY_get_base_id(signer) == EVP_PKEY_ED25519;  // hashes by itself
  CHECK(X509_sign(certificate.get(), signer, ed25519 ? nullptr : EVP_sha256()) > 0);
  return Certificate(std::move(certificate));
}

}  // namespace

Result<Certificate> make_self_signed(const PrivateKey& key, const CertificateSpec& spec) {
  return make(key.native(), nullptr, key.native(), spec);
}

Result<Certificate> issue(const Certificate& authority, const PrivateKey& authority_key, const PublicKey& subject,
                          const CertificateSpec& spec) {
  if (authority_key.public_key().pin() != authority.pin()) {
    return fail(Errc::Denied, "certificate: the key is not the authority's");
  }
  return make(subject.native(), authority.native(), authority_key.native(), spec);
}

}  // namespace booster::crypto
