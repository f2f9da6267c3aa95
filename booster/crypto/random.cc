#include "booster/crypto/random.h"

#include <openssl/rand.h>

#include "codec/base/check.h"

namespace booster::crypto {

void fill_random(std::span<std::byte> into) {
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(into.data()), static_cast<int>(into.size())) == 1);
}

Bytes random_bytes(std::size_t size) {
  Bytes bytes(size);
  fill_random(bytes);
  return bytes;
}

std::uint64_t random_u64() {
  std::uint64_t value = 0;
  fill_random(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

std::uint64_t random_below(std::uint64_t bound) {
  CHECK(bound > 0);
  const std::uint64_t uneven = (0 - bound) % bound;  // 2^64 mod bound: values below it would come once too often
  for (;;) {
    const std::uint64_t value = random_u64();
    if (value >= uneven) return value % bound;
  }
}

}  // namespace booster::crypto
