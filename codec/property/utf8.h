// UTF-8 as RFC 3629 §4 has it: no overlong form, no surrogate, nothing above U+10FFFF.
#pragma once
#include <string>
#include <string_view>

#include "codec/base/bytes.h"

namespace codec::property {

bool is_utf8(ByteView bytes);
std::string repaired_utf8(std::string_view text);  // each octet that belongs to no character becomes U+FFFD

}  // namespace codec::property
