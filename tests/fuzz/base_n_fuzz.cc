// Whatever decodes is the one text of its bytes.
#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "booster/crypto/base_n.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace booster::crypto;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto bytes = from_base64(text); bytes && to_base64(*bytes) != text) std::abort();
  if (const auto bytes = from_base64url(text); bytes && to_base64url(*bytes) != text) std::abort();
  std::string upper = text;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  if (const auto bytes = from_base32(text); bytes && to_base32(*bytes) != upper) std::abort();
  return 0;
}
