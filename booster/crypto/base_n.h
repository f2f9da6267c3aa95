// Bytes as text: base64 (RFC 4648 §4), base64url without padding (§5), base32 without padding (§6, upper case).
// Decoders are strict: foreign characters, wrong padding, non-zero spare bits are Protocol.
#pragma once
#include <string>
#include <string_view>

#include "codec/base/bytes.h"

namespace booster::crypto {

std::string to_base64(ByteView bytes);
Result<Bytes> from_base64(std::string_view text);
std::string to_base64url(ByteView bytes);
Result<Bytes> from_base64url(std::string_view text);
std::string to_base32(ByteView bytes);
Result<Bytes> from_base32(std::string_view text);  // either case

}  // namespace booster::crypto
