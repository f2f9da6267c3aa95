// Bytes nobody sealed never open; sealed ones do, unless touched.
#include <cstdlib>

#include "booster/crypto/seal.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace booster::crypto;
  const booster::ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  const Secret key = Secret::of_text("0123456789abcdef0123456789abcdef");
  if (open_sealed(key, "fuzz", bytes)) std::abort();
  const auto sealed = seal(key, "fuzz", bytes);
  if (!sealed || !open_sealed(key, "fuzz", *sealed)) std::abort();
  return 0;
}
