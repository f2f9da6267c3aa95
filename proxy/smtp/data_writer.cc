#include <algorithm>

#include "proxy/smtp/data.h"

namespace proxy::smtp {
namespace {

void append(std::string_view text, Bytes& out) {
  const ByteView bytes = as_bytes(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

tl::unexpected<Error> refused() {
  return fail(Errc::Protocol, "message: bare CR or LF");
}

}  // namespace

// The CR of a line's end is written with its LF, so nothing bare is ever in `out`.
Result<> DataWriter::write(ByteView message, Bytes& out) {
  if (state_ == State::Broken || state_ == State::Finished) return fail(Errc::Protocol, "message: after its end");
  std::string_view rest = as_text(message);
  while (!rest.empty()) {
    if (state_ == State::Cr) {
      if (rest[0] != '\n') {
        state_ = State::Broken;
        return refused();
      }
      append("\r\n", out);
      rest.remove_prefix(1);
      state_ = State::LineStart;
      continue;
    }
    if (state_ == State::LineStart && rest[0] == '.') append(".", out);
    const std::size_t run = std::min(rest.find_first_of("\r\n"), rest.size());
    append(rest.substr(0, run), out);
    if (run > 0) state_ = State::Text;
    rest.remove_prefix(run);
    if (rest.empty()) break;
    if (rest[0] == '\n') {
      state_ = State::Broken;
      return refused();
    }
    state_ = State::Cr;
    rest.remove_prefix(1);
  }
  return {};
}

Result<> DataWriter::finish(Bytes& out) {
  if (state_ == State::Broken || state_ == State::Finished) return fail(Errc::Protocol, "message: after its end");
  if (state_ == State::Cr) {
    state_ = State::Broken;
    return refused();
  }
  append(state_ == State::Text ? "\r\n.\r\n" : ".\r\n", out);
  state_ = State::Finished;
  return {};
}

}  // namespace proxy::smtp
