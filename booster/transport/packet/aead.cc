#include "booster/transport/packet/aead.h"

#include <openssl/evp.h>

#include <algorithm>

#include "codec/base/check.h"

namespace booster::transport::packet {
namespace {

const unsigned char* native(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}
unsigned char* native(std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}

}  // namespace

void CipherFree::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

AeadContext::AeadContext(Aead aead, Way way, ByteView key) : way_(way), context_(EVP_CIPHER_CTX_new()) {
  const EVP_CIPHER* cipher = aead == Aead::Aes128Gcm ? EVP_aes_128_gcm() : EVP_chacha20_poly1305();
  CHECK(static_cast<int>(key.size()) == EVP_CIPHER_get_key_length(cipher));
  CHECK(context_ &&
        EVP_CipherInit_ex(context_.get(), cipher, nullptr, native(key.data()), nullptr, way == Way::Seal ? 1 : 0) == 1);
}

void AeadContext::run(const Nonce& nonce, ByteView associated, std::span<std::byte> text) {
  evp_cipher_ctx_st* context = context_.get();
  int size = 0;
  CHECK(EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, native(nonce.data()), -1) == 1);
  if (!associated.empty()) {
    const int length = static_cast<int>(associated.size());
    CHECK(EVP_CipherUpdate(context, nullptr, &size, native(associated.data()), length) == 1);
  }
  if (!text.empty()) {
    const int length = static_cast<int>(text.size());
    CHECK(EVP_CipherUpdate(context, native(text.data()), &size, native(text.data()), length) == 1);
  }
}

void AeadContext::seal(const Nonce& nonce, ByteView associated, std::span<std::byte> text,
                       std::span<std::byte, 16> tag) {
  CHECK(way_ == Way::Seal);
  run(nonce, associated, text);
  std::array<unsigned char, EVP_MAX_BLOCK_LENGTH> rest;
  int size = 0;
  CHECK(EVP_CipherFinal_ex(context_.get(), rest.data(), &size) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()), tag.data()) == 1);
}

bool AeadContext::open(const Nonce& nonce, ByteView associated, std::span<std::byte> text,
                       std::span<const std::byte, 16> tag) {
  CHECK(way_ == Way::Open);
  run(nonce, associated, text);
  std::array<std::byte, 16> expected;  // OpenSSL asks for a tag that it may write to
  std::copy(tag.begin(), tag.end(), expected.begin());
  CHECK(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(expected.size()),
                            expected.data()) == 1);
  std::array<unsigned char, EVP_MAX_BLOCK_LENGTH> rest;
  int size = 0;
  return EVP_CipherFinal_ex(context_.get(), rest.data(), &size) == 1;
}

}  // namespace booster::transport::packet
