#include "booster/crypto/seal.h"

#include <openssl/evp.h>

#include "booster/crypto/native.h"
#include "booster/crypto/random.h"
#include "codec/base/check.h"

namespace booster::crypto {
namespace {

constexpr std::byte kVersion{1};  // AES-256-GCM, random nonce

using CipherContext = Native<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

const EVP_CIPHER* cipher_for(std::size_t key_bytes) {
  CHECK(key_bytes == 16 || key_bytes == 32);
  return key_bytes == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
}

int length(ByteView bytes) {
  CHECK(bytes.size() <= kMaxSealed);
  return static_cast<int>(bytes.size());
}

// The version stands inside what is bound, so that it cannot be changed either.
Bytes bound(std::string_view context) {
  Bytes bytes{kVersion};
  ByteWriter(bytes).put(as_bytes(context));
  return bytes;
}

}  // namespace

Bytes aes_gcm_encrypt(ByteView key, ByteView nonce, ByteView associated, ByteView plain) {
  CHECK(nonce.size() == kSealNonceBytes);
  const CipherContext context(EVP_CIPHER_CTX_new());
  CHECK(context && EVP_EncryptInit_ex(context.get(), cipher_for(key.size()), nullptr, raw(key), raw(nonce)) == 1);
  int size = 0;
  CHECK(EVP_EncryptUpdate(context.get(), nullptr, &size, raw(associated), length(associated)) == 1);
  Bytes out(plain.size() + kSealTagBytes);
  CHECK(EVP_EncryptUpdate(context.get(), raw_out(out), &size, raw(plain), length(plain)) == 1);
  CHECK(EVP_EncryptFinal_ex(context.get(), raw_out(out) + size, &size) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kSealTagBytes, out.data() + plain.size()) == 1);
  return out;
}

Result<Secret> aes_gcm_decrypt(ByteView key, ByteView nonce, ByteView associated, ByteView cipher) {
  CHECK(nonce.size() == kSealNonceBytes);
  if (cipher.size() < kSealTagBytes) return fail(Errc::Corrupt, "open: too short");
  const ByteView body = cipher.first(cipher.size() - kSealTagBytes);
  Bytes tag(cipher.end() - kSealTagBytes, cipher.end());
  const CipherContext context(EVP_CIPHER_CTX_new());
  CHECK(context && EVP_DecryptInit_ex(context.get(), cipher_for(key.size()), nullptr, raw(key), raw(nonce)) == 1);
  int size = 0;
  CHECK(EVP_DecryptUpdate(context.get(), nullptr, &size, raw(associated), length(associated)) == 1);
  Bytes out(body.size() + 1);  // never a null pointer
  CHECK(EVP_DecryptUpdate(context.get(), raw_out(out), &size, raw(body), length(body)) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kSealTagBytes, tag.data()) == 1);
  const bool genuine = EVP_DecryptFinal_ex(context.get(), raw_out(out) + size, &size) == 1;
  if (!genuine) {
    wipe(out);
    (void)last_reason();
    return fail(Errc::Corrupt, "open: changed, or sealed with another key");
  }
  out.resize(body.size());
  return Secret(std::move(out));
}

Result<Bytes> seal(const Secret& key, std::string_view context, ByteView plain) {
  CHECK(key.size() == kSealKeyBytes);
  if (plain.size() > kMaxSealed - kSealOverhead) return fail(Errc::Limit, "seal: too large");
  const auto nonce = random_array<kSealNonceBytes>();
  const Bytes cipher = aes_gcm_encrypt(key.reveal(), nonce, bound(context), plain);
  Bytes sealed{kVersion};
  sealed.reserve(1 + nonce.size() + cipher.size());
  sealed.insert(sealed.end(), nonce.begin(), nonce.end());
  sealed.insert(sealed.end(), cipher.begin(), cipher.end());
  return sealed;
}

Result<Secret> open_sealed(const Secret& key, std::string_view context, ByteView sealed) {
  CHECK(key.size() == kSealKeyBytes);
  if (sealed.size() > kMaxSealed) return fail(Errc::Limit, "open: too large");
  if (sealed.empty()) return fail(Errc::Corrupt, "open: empty");
  if (sealed[0] != kVersion) return fail(Errc::Unsupported, "open: sealed in a form this version does not know");
  if (sealed.size() < kSealOverhead) return fail(Errc::Corrupt, "open: too short");
  return aes_gcm_decrypt(key.reveal(), sealed.subspan(1, kSealNonceBytes), bound(context),
                         sealed.subspan(1 + kSealNonceBytes));
}

}  // namespace booster::crypto
