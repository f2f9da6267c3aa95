// What a coder has seen before a mail: the octets of what the mail refers to, made alike at both ends.
#pragma once
#include "codec/base/bytes.h"

namespace codec::refer {

constexpr std::size_t kMostOfOne = 64 * 1024;  // octets of one reference; what people wrote stands in front

// Appends the front of a mail as it crosses the link: without its transfer encodings.
//   Limits  kMostOfOne octets of the mail
void append_reference(ByteView mail, Bytes& prefix);

}  // namespace codec::refer
