// Lines that end in CRLF and nothing else.
#pragma once
#include <optional>

#include "codec/base/bytes.h"

namespace proxy::smtp {

//   Limits  one line of `limit` octets
//   Errors  Protocol: bare CR or LF, NUL · Limit.  Then the line is lost and the connection is to be closed
class LineReader {
 public:
  explicit LineReader(std::size_t limit) : limit_(limit) {}

  // Takes octets from the front of `in` until a line is whole, without its CRLF; nullopt: `in` is used up.
  Result<std::optional<std::string>> next(ByteView& in);
  bool between_lines() const { return line_.empty(); }

 private:
  std::size_t limit_;
  std::string line_;
};

}  // namespace proxy::smtp
