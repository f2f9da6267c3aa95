// P-256 keys: a device's, a gateway's, a face's.
#pragma once
#include <memory>
#include <string_view>

#include "booster/crypto/digest.h"
#include "booster/crypto/secret.h"

struct evp_pkey_st;

namespace booster::crypto {

struct KeyFree {
  void operator()(evp_pkey_st* key) const;
};
using NativeKey = std::unique_ptr<evp_pkey_st, KeyFree>;

class PublicKey {
 public:
  static Result<PublicKey> from_der(ByteView der);  // SubjectPublicKeyInfo; Protocol: not one of a P-256 key
  explicit PublicKey(NativeKey key) : key_(std::move(key)) {}

  Bytes to_der() const;
  Digest pin() const;  // SHA-256 of the SubjectPublicKeyInfo: what a pairing URL and `pins:` hold
  bool verify(ByteView message, ByteView signature) const;  // ECDSA with SHA-256, signature in DER
  evp_pkey_st* native() const { return key_.get(); }

 private:
  NativeKey key_;
};

class PrivateKey {
 public:
  static PrivateKey generate();                           // P-256
  static Result<PrivateKey> from_pem(const Secret& pem);  // Protocol: no unencrypted private key of a kind we serve
  explicit PrivateKey(NativeKey key) : key_(std::move(key)) {}

  Secret to_pem() const;  // PKCS #8
  PublicKey public_key() const;
  Bytes sign(ByteView message) const;  // ECDSA with SHA-256, DER
  evp_pkey_st* native() const { return key_.get(); }

 private:
  NativeKey key_;
};

}  // namespace booster::crypto
