// Keys from keys, and keys from passwords.
#pragma once
#include <string_view>

#include "booster/crypto/digest.h"
#include "booster/crypto/secret.h"

namespace booster::crypto {

// HKDF-SHA256.                                                       Source: RFC 5869
//   Limits  size <= 255 * 32 (CHECK: sizes are ours)
Digest hkdf_extract(ByteView salt, ByteView input);
Secret hkdf_expand(ByteView key, ByteView info, std::size_t size);
Secret hkdf(ByteView input, ByteView salt, std::string_view info, std::size_t size);

struct ScryptCost {
  std::uint64_t n = 1u << 14;  // 16 MiB and about 50 ms: dear for a guesser, bearable at a login
  std::uint64_t r = 8;
  std::uint64_t p = 1;
};

// Source: RFC 7914.   Errors  Limit: more than 64 MiB of memory asked for, or n no power of two
Result<Secret> scrypt(ByteView password, ByteView salt, std::size_t size, const ScryptCost& cost = {});

// What may be kept of a password the mail server refused, to know it again without asking the server. Useless without
// `key`, and with it still slow to guess. Runs about 50 ms: offload it.
Digest refused_password_tag(const Secret& key, std::string_view account, const Secret& password);

}  // namespace booster::crypto
