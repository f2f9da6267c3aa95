// Base64 in lines of one length, undone only where doing it again gives the same octets.    Source: RFC 2045 §6.8
#pragma once
#include <cstddef>
#include <optional>

#include "codec/base/bytes.h"
#include "codec/mime/split_layout.h"

namespace codec::mime {

struct Base64Lines {
  std::size_t taken = 0;  // octets of `raw`
  Base64Stretch stretch;
};

// `raw` begins where a line does. Appends what its lines decode to, up to the first that is otherwise written: of
// another length, with other line ends, padded in the middle, with bits set that no octet uses.
// nullopt: too few such lines to be worth a stretch; nothing was appended.
std::optional<Base64Lines> take_base64(ByteView raw, Bytes& content);

// Appends the lines that gave `content`.
void write_base64(const Base64Stretch& stretch, ByteView content, Bytes& raw);

}  // namespace codec::mime
