// The text of one text part, as UTF-8, in bounded pieces: transfer encoding, charset and HTML undone.
#pragma once
#include <functional>
#include <string_view>

#include "codec/base/bytes.h"
#include "codec/mime/structure.h"

namespace codec::convert {

bool is_text(const mime::Part& part);  // a text/* leaf

// Reads at most `limit` octets of the body; `sink` returns false for enough.
void stream_part_text(ByteView mail, const mime::Part& part, std::size_t limit,
                      const std::function<bool(std::string_view utf8)>& sink);

}  // namespace codec::convert
