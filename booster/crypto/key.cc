#include "booster/crypto/key.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "booster/crypto/native.h"
#include "codec/base/check.h"

namespace booster::crypto {
namespace {

using Bio = Native<BIO, BIO_free>;
using DigestContext = Native<EVP_MD_CTX, EVP_MD_CTX_free>;

bool is_p256(const EVP_PKEY* key) {
  char group[32] = {};
  std::size_t size = 0;
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1 &&
         std::string_view(group) == "prime256v1";
}

int no_passphrase(char*, int, int, void*) {
  return -1;  // the default would ask at the terminal
}

}  // namespace

void KeyFree::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

Result<PublicKey> PublicKey::from_der(ByteView der) {
  const unsigned char* at = raw(der);
  NativeKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (!key || at != raw(der) + der.size() || !is_p256(key.get())) {
    (void)last_reason();
    return fail(Errc::Protocol, "public key: not a P-256 SubjectPublicKeyInfo");
  }
  return PublicKey(std::move(key));
}

Bytes PublicKey::to_der() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key_.get(), &der);
  CHECK(size > 0);
  const auto* from = reinterpret_cast<const std::byte*>(der);
  Bytes bytes(from, from + size);
  OPENSSL_free(der);
  return bytes;
}

Digest PublicKey::pin() const {
  return sha256(to_der());
}

bool PublicKey::verify(ByteView message, ByteView signature) const {
  const DigestContext context(EVP_MD_CTX_new());
  CHECK(context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
  const bool good =
      EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message), message.size()) == 1;
  if (!good) (void)last_reason();
  return good;
}

PrivateKey PrivateKey::generate() {
  NativeKey key(EVP_EC_gen("P-256"));
  CHECK(key != nullptr);
  return PrivateKey(std::move(key));
}

Result<PrivateKey> PrivateKey::from_pem(const Secret& pem) {
  const Bio bio(BIO_new_mem_buf(raw(pem.reveal()), static_cast<int>(pem.size())));
  CHECK(bio != nullptr);
  NativeKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) return fail(Errc::Protocol, "private key: " + last_reason());
  const int kind = EVP_PKEY_get_base_id(key.get());
  if (kind != EVP_PKEY_EC && kind != EVP_PKEY_RSA && kind != EVP_PKEY_ED25519) {
    return fail(Errc::Protocol, "private key: neither EC, RSA nor Ed25519");
  }
  return PrivateKey(std::move(key));
}

Secret PrivateKey::to_pem() const {
  const Bio bio(BIO_new(BIO_s_secmem()));
  CHECK(bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return Secret::of_text(std::string_view(data, static_cast<std::size_t>(size)));
}

PublicKey PrivateKey::public_key() const {
  const Bytes der = PublicKey(NativeKey((EVP_PKEY_up_ref(key_.get()), key_.get()))).to_der();
  const unsigned char* at = raw(der);
  NativeKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  CHECK(key != nullptr);
  return PublicKey(std::move(key));
}

Bytes PrivateKey::sign(ByteView message) const {
  const DigestContext context(EVP_MD_CTX_new());
  CHECK(context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
  std::size_t size = 0;
  CHECK(EVP_DigestSign(context.get(), nullptr, &size, raw(message), message.size()) == 1);
  Bytes signature(size);
  CHECK(EVP_DigestSign(context.get(), raw_out(signature), &size, raw(message), message.size()) == 1);
  signature.resize(size);
  return signature;
}

}  // namespace booster::crypto
