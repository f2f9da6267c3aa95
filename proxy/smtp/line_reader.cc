#include "proxy/smtp/line_reader.h"

#include <utility>

namespace proxy::smtp {

Result<std::optional<std::string>> LineReader::next(ByteView& in) {
  while (!in.empty()) {
    const char c = static_cast<char>(in.front());
    in = in.subspan(1);
    const bool after_cr = line_.ends_with('\r');
    if (c == '\n' && after_cr) {
      line_.pop_back();
      return std::optional<std::string>(std::exchange(line_, {}));
    }
    if (c == '\n' || c == '\0' || after_cr) return fail(Errc::Protocol, "line: bare CR, LF or NUL");
    line_ += c;
    if (line_.size() > limit_ + 1) return fail(Errc::Limit, "line: too long");
  }
  return std::optional<std::string>();
}

}  // namespace proxy::smtp
