// What a coder has seen before a mail: the content of what the mail refers to, made alike at both ends.
#pragma once
#include "codec/content/block.h"

namespace codec::refer {

// How much of an earlier mail is referred to.
enum class Extent : std::uint8_t {
  Front,  // what people wrote stands there
  Whole,  // what the new one repeats may stand anywhere
};

// Octets of a mail that count.
constexpr std::size_t most_octets(Extent extent) {
  return extent == Extent::Front ? 64U * 1024 : 4U * 1024 * 1024;
}
// Octets of content, all references together: a window holds them and the mail.
constexpr std::size_t kMostPrefix = content::kMaxContent;

// Appends the content of a mail as it crosses the link (content/unwrapper.h).
//   Errors  Limit: kMostPrefix
Result<> append_reference(ByteView mail, Extent extent, Bytes& prefix);

}  // namespace codec::refer
