// X.509: our own leaf certificates, a small authority for devices, and what is read off a peer's.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "booster/crypto/key.h"

struct x509_st;

namespace booster::crypto {

struct CertificateFree {
  void operator()(x509_st* certificate) const;
};
using NativeCertificate = std::unique_ptr<x509_st, CertificateFree>;

using CertificateTime = std::chrono::sys_seconds;

enum class Use { Server, Client, Authority };

struct CertificateSpec {
  std::string common_name;  // at most 64 bytes
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;  // textual, v4 or v6
  CertificateTime not_before;
  CertificateTime not_after;
  Use use = Use::Server;
};

class Certificate {
 public:
  static Result<Certificate> from_pem(std::string_view pem);  // the first one; Protocol: none
  static Result<Certificate> from_der(ByteView der);
  explicit Certificate(NativeCertificate certificate) : certificate_(std::move(certificate)) {}

  std::string to_pem() const;
  Bytes to_der() const;
  PublicKey public_key() const;
  Digest pin() const;          // SHA-256 of the SubjectPublicKeyInfo: survives a renewal with the same key
  Digest fingerprint() const;  // SHA-256 of the whole certificate
  std::string common_name() const;
  CertificateTime not_before() const;
  CertificateTime not_after() const;
  bool issued_by(const Certificate& authority) const;  // names and signature; time is the caller's
  x509_st* native() const { return certificate_.get(); }

 private:
  NativeCertificate certificate_;
};

// Errors  Limit: common name too long or empty, validity reversed · Protocol: an address that is none
Result<Certificate> make_self_signed(const PrivateKey& key, const CertificateSpec& spec);
Result<Certificate> issue(const Certificate& authority, const PrivateKey& authority_key, const PublicKey& subject,
                          const CertificateSpec& spec);

// PKCS #10, DER: a device proves that it holds the key it wants certified.
Bytes make_request(const PrivateKey& key, const std::string& common_name);
struct Request {
  PublicKey key;
  std::string common_name;
};
// Limits  kMaxRequest.   Errors  Protocol: malformed, no P-256 key · Denied: not signed by its own key
constexpr std::size_t kMaxRequest = 4096;
Result<Request> parse_request(ByteView der);

}  // namespace booster::crypto
