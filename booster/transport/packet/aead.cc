#include "booster/transport/packet/aead.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

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

// What EVP_CIPHER_CTX_ctrl makes of its commands, without its search for them.
std::array<OSSL_PARAM, 2> tag_params(std::span<std::byte, 16> tag) {
  return {OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag.data(), tag.size()),
          OSSL_PARAM_construct_end()};
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
  std::array<OSSL_PARAM, 2> told = tag_params(tag);
  CHECK(EVP_CIPHER_CTX_get_params(context_.get(), told.data()) == 1);
}

bool AeadContext::open(const Nonce& nonce, ByteView associated, std::span<std::byte> text,
                       std::span<const std::byte, 16> tag) {
  CHECK(way_ == Way::Open);
  run(nonce, associated, text);
  std::array<std::byte, 16> expected;  // OpenSSL asks for a tag that it may write to
  std::copy(tag.begin(), tag.end(), expected.begin());
  const std::array<OSSL_PARAM, 2> told = tag_params(expected);
  CHECK(EVP_CIPHER_CTX_set_params(context_.get(), told.data()) == 1);
  std::array<unsigned char, EVP_MAX_BLOCK_LENGTH> rest;
  int size = 0;
  return EVP_CipherFinal_ex(context_.get(), rest.data(), &size) == 1;
}

}  // namespace booster::transport::packet
