// Walks a header block field by field, in its original octets.                 Source: RFC 5322 §2.2
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "codec/base/bytes.h"
#include "codec/mime/range.h"

namespace codec::mime {

// One field as it stands: `octets` covers name, colon, folded value and the line end.
struct Field {
  std::string_view name;    // without trailing blanks; empty when the line has no colon
  std::string_view value;   // raw, still folded, without leading blanks and the last line end
  std::string_view octets;  // everything, line ends included
};

// Yields fields until the blank line or the end. Lines end with LF or CRLF; a bare CR is content.
//   Owns    borrows the header block
class FieldReader {
 public:
  explicit FieldReader(ByteView header) : text_(as_text(header)) {}
  explicit FieldReader(std::string_view header) : text_(header) {}

  std::optional<Field> next();
  std::size_t position() const { return at_; }  // behind the last field; at the blank line after nullopt

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// Where a header block starting at `begin` ends: behind its blank line, at `limit`, or at the end of octets.
//   Limits  kMaxHeader: a longer block is cut at its last line end before
struct HeaderExtent {
  std::size_t end = 0;
  std::size_t lines = 0;
  bool cut = false;  // kMaxHeader was reached
};
HeaderExtent measure_header(ByteView octets, std::size_t begin, std::size_t limit);

// A fold, its line end and the blanks behind it, becomes one space: what most servers show.       RFC 5322 §2.2.3
std::string unfold(std::string_view value);

bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII only
std::string to_lower(std::string_view text);                       // ASCII only

// The first field of that name.
std::optional<Field> find_field(ByteView header, std::string_view name);

}  // namespace codec::mime
