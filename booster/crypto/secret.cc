#include "booster/crypto/secret.h"

#include <openssl/crypto.h>

#include "booster/crypto/digest.h"
#include "booster/crypto/random.h"

namespace booster::crypto {

void wipe(std::span<std::byte> bytes) {
  if (!bytes.empty()) OPENSSL_cleanse(bytes.data(), bytes.size());
}

Secret Secret::random(std::size_t size) {
  return Secret(random_bytes(size));
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(bytes_);
  bytes_ = std::exchange(other.bytes_, {});
  return *this;
}

bool operator==(const Secret& a, const Secret& b) {
  return constant_time_equal(a.bytes_, b.bytes_);
}

}  // namespace booster::crypto
