#include "booster/crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "booster/crypto/native.h"
#include "codec/base/check.h"

namespace booster::crypto {

Result<Digest> Digest::from_bytes(ByteView bytes) {
  if (bytes.size() != kDigestBytes) return fail(Errc::Protocol, "digest: not 32 bytes");
  Digest digest;
  std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
  return digest;
}

Result<Digest> Digest::from_hex(std::string_view hex) {
  TRY_ASSIGN(const Bytes bytes, codec::from_hex(hex));
  return from_bytes(bytes);
}

Digest sha256(ByteView bytes) {
  return Sha256().update(bytes).digest();
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  CHECK(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

Sha256::Sha256(const Sha256& other) : context_(EVP_MD_CTX_new()) {
  CHECK(context_ && EVP_MD_CTX_copy_ex(context_.get(), other.context_.get()) == 1);
}

Sha256& Sha256::operator=(const Sha256& other) {
  if (this != &other) *this = Sha256(other);
  return *this;
}

Sha256& Sha256::update(ByteView bytes) {
  CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  return *this;
}

Digest Sha256::digest() const {
  const Sha256 copy(*this);
  Digest digest;
  CHECK(EVP_DigestFinal_ex(copy.context_.get(), raw_out(digest.bytes), nullptr) == 1);
  return digest;
}

Digest hmac_sha256(ByteView key, ByteView message) {
  Digest digest;
  unsigned int size = 0;
  CHECK(HMAC(EVP_sha256(), raw(key), static_cast<int>(key.size()), raw(message), message.size(), raw_out(digest.bytes),
             &size) != nullptr);
  CHECK(size == kDigestBytes);
  return digest;
}

bool constant_time_equal(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace booster::crypto
