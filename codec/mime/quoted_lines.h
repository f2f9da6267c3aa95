// Quoted-printable lines, undone together with what it takes to write them the same again.   Source: SPLIT.md §4; RFC
// 2045 §6.7
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include "codec/base/bytes.h"
#include "codec/mime/split_layout.h"

namespace codec::mime {

struct QuotedLines {
  std::size_t taken = 0;                 // octets of `raw` that were looked at
  std::optional<QuotedStretch> stretch;  // of these; nothing was gained without it, and nothing appended
};

// `raw` begins where a line does. Appends what its lines decode to, up to the first that is none of quoted-printable
// (a lone "=", lower-case hex digits) or begins a field named Content-…: the next part's.
QuotedLines take_quoted(ByteView raw, Bytes& content);

bool begins_content_field(std::string_view line);

// Appends the lines that gave `content`.   Errors  Protocol: surprises that no writer had · Limit: above `limit` octets
Result<> write_quoted(const QuotedStretch& stretch, ByteView content, std::size_t limit, Bytes& raw);

}  // namespace codec::mime
