#include "booster/crypto/kdf.h"

#include <openssl/evp.h>

#include <algorithm>

#include "booster/crypto/native.h"
#include "codec/base/check.h"

namespace booster::crypto {

// PRK = HMAC-Hash(salt, IKM)   §2.2
Digest hkdf_extract(ByteView salt, ByteView input) {
  return hmac_sha256(salt, input);
}

// T(i) = HMAC-Hash(PRK, T(i-1) | info | i)   §2.3
Secret hkdf_expand(ByteView key, ByteView info, std::size_t size) {
  CHECK(size <= 255 * kDigestBytes);
  Bytes output;
  output.reserve(size);  // never grows: a moved buffer would leave a copy behind
  Bytes block;
  block.reserve(kDigestBytes + info.size() + 1);
  for (std::uint8_t i = 1; output.size() < size; ++i) {
    block.insert(block.end(), info.begin(), info.end());
    block.push_back(std::byte{i});
    Digest next = hmac_sha256(key, block);
    const std::size_t take = std::min(size - output.size(), kDigestBytes);
    output.insert(output.end(), next.bytes.begin(), next.bytes.begin() + static_cast<std::ptrdiff_t>(take));
    block.assign(next.bytes.begin(), next.bytes.end());
    wipe(next.bytes);
  }
  wipe(block);
  return Secret(std::move(output));
}

Secret hkdf(ByteView input, ByteView salt, std::string_view info, std::size_t size) {
  Digest key = hkdf_extract(salt, input);
  Secret output = hkdf_expand(key.bytes, as_bytes(info), size);
  wipe(key.bytes);
  return output;
}

Result<Secret> scrypt(ByteView password, ByteView salt, std::size_t size, const ScryptCost& cost) {
  constexpr std::uint64_t kMaxMemory = 64u << 20;
  Bytes output(size);
  const int done = EVP_PBE_scrypt(reinterpret_cast<const char*>(raw(password)), password.size(), raw(salt), salt.size(),
                                  cost.n, cost.r, cost.p, kMaxMemory, raw_out(output), size);
  if (done != 1) return fail(Errc::Limit, "scrypt: " + last_reason());
  return Secret(std::move(output));
}

Digest refused_password_tag(const Secret& key, std::string_view account, const Secret& password) {
  const Digest salt = hmac_sha256(key.reveal(), as_bytes(account));
  const Result<Secret> slow = scrypt(password.reveal(), salt.view(), kDigestBytes);
  CHECK(slow.has_value());
  return hmac_sha256(key.reveal(), slow->reveal());
}

}  // namespace booster::crypto
