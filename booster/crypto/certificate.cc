#include "booster/crypto/certificate.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "booster/crypto/native.h"
#include "codec/base/check.h"

namespace booster::crypto {
namespace {

using Bio = Native<BIO, BIO_free>;

std::string common_name_of(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) return {};
  std::string result(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return result;
}

CertificateTime time_of(const ASN1_TIME* time) {
  int days = 0;
  int seconds = 0;
  const Native<ASN1_TIME, ASN1_TIME_free> epoch(ASN1_TIME_set(nullptr, 0));
  if (ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) {
    (void)last_reason();
    return {};
  }
  return CertificateTime(std::chrono::days(days) + std::chrono::seconds(seconds));
}

}  // namespace

void CertificateFree::operator()(x509_st* certificate) const {
  X509_free(certificate);
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(raw(as_bytes(pem)), static_cast<int>(pem.size())));
  CHECK(bio != nullptr);
  NativeCertificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate || X509_get0_pubkey(certificate.get()) == nullptr) {
    return fail(Errc::Protocol, "certificate: " + last_reason());
  }
  return Certificate(std::move(certificate));
}

Result<Certificate> Certificate::from_der(ByteView der) {
  const unsigned char* at = raw(der);
  NativeCertificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate || at != raw(der) + der.size() || X509_get0_pubkey(certificate.get()) == nullptr) {
    return fail(Errc::Protocol, "certificate: " + last_reason());
  }
  return Certificate(std::move(certificate));
}

std::string Certificate::to_pem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  CHECK(bio && PEM_write_bio_X509(bio.get(), certificate_.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

Bytes Certificate::to_der() const {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate_.get(), &der);
  CHECK(size > 0);
  const auto* from = reinterpret_cast<const std::byte*>(der);
  Bytes bytes(from, from + size);
  OPENSSL_free(der);
  return bytes;
}

PublicKey Certificate::public_key() const {
  NativeKey key(X509_get_pubkey(certificate_.get()));
  CHECK(key != nullptr);  // both constructors from bytes looked
  return PublicKey(std::move(key));
}

Digest Certificate::pin() const {
  return public_key().pin();
}

Digest Certificate::fingerprint() const {
  return sha256(to_der());
}

std::string Certificate::common_name() const {
  return common_name_of(X509_get_subject_name(certificate_.get()));
}

CertificateTime Certificate::not_before() const {
  return time_of(X509_get0_notBefore(certificate_.get()));
}

CertificateTime Certificate::not_after() const {
  return time_of(X509_get0_notAfter(certificate_.get()));
}

bool Certificate::issued_by(const Certificate& authority) const {
  const bool named = X509_check_issued(authority.native(), certificate_.get()) == X509_V_OK;
  const bool good = named && X509_verify(certificate_.get(), X509_get0_pubkey(authority.native())) == 1;
  if (!good) (void)last_reason();
  return good;
}

Bytes make_request(const PrivateKey& key, const std::string& common_name) {
  const Native<X509_REQ, X509_REQ_free> request(X509_REQ_new());
  CHECK(request && X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1);
  CHECK(X509_NAME_add_entry_by_NID(X509_REQ_get_subject_name(request.get()), NID_commonName, MBSTRING_UTF8,
                                   raw(as_bytes(common_name)), static_cast<int>(common_name.size()), -1, 0) == 1);
  CHECK(X509_REQ_set_pubkey(request.get(), key.native()) == 1);
  CHECK(X509_REQ_sign(request.get(), key.native(), EVP_sha256()) > 0);
  unsigned char* der = nullptr;
  const int size = i2d_X509_REQ(request.get(), &der);
  CHECK(size > 0);
  const auto* from = reinterpret_cast<const std::byte*>(der);
  Bytes bytes(from, from + size);
  OPENSSL_free(der);
  return bytes;
}

Result<Request> parse_request(ByteView der) {
  if (der.size() > kMaxRequest) return fail(Errc::Limit, "certificate request: too large");
  const unsigned char* at = raw(der);
  const Native<X509_REQ, X509_REQ_free> request(d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size())));
  if (!request || at != raw(der) + der.size()) return fail(Errc::Protocol, "certificate request: " + last_reason());
  EVP_PKEY* const borrowed = X509_REQ_get0_pubkey(request.get());
  if (borrowed == nullptr) return fail(Errc::Protocol, "certificate request: " + last_reason());
  if (X509_REQ_verify(request.get(), borrowed) != 1) {
    (void)last_reason();
    return fail(Errc::Denied, "certificate request: not signed by its own key");
  }
  EVP_PKEY_up_ref(borrowed);
  TRY_ASSIGN(PublicKey key, PublicKey::from_der(PublicKey(NativeKey(borrowed)).to_der()));  // looks at the curve
  return Request{std::move(key), common_name_of(X509_REQ_get_subject_name(request.get()))};
}

}  // namespace booster::crypto
