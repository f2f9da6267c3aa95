#include <algorithm>

#include "proxy/smtp/data.h"

namespace proxy::smtp {

void DataReader::set_fault(DataFault fault) {
  if (!fault_) fault_ = fault;
}

void DataReader::emit(std::string_view octets, Bytes& out) {
  size_ += octets.size();
  if (size_ > max_size_) set_fault(DataFault::TooLarge);
  if (fault_) return;
  const ByteView bytes = as_bytes(octets);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// An octet inside a line.
void DataReader::text(char c, Bytes& out) {
  if (c == '\r') {
    state_ = State::Cr;
    return;
  }
  if (c == '\n')
    set_fault(DataFault::BareLf);
  else
    emit({&c, 1}, out);
  state_ = State::Text;  // also behind a bare LF: it begins no line
}

bool DataReader::step(char c, Bytes& out) {
  switch (state_) {
    case State::LineStart:
      if (c == '.')
        state_ = State::Dot;
      else
        text(c, out);
      return false;
    case State::Dot:
      if (c == '\r')
        state_ = State::DotCr;
      else
        text(c, out);
      return false;
    case State::DotCr:
      if (c == '\n') return true;
      set_fault(DataFault::BareCr);
      text(c, out);
      return false;
    case State::Cr:
      if (c == '\n') {
        emit("\r\n", out);
        state_ = State::LineStart;
        return false;
      }
      set_fault(DataFault::BareCr);
      text(c, out);
      return false;
    case State::Text:
      text(c, out);
      return false;
  }
  return false;
}

bool DataReader::next(ByteView& in, Bytes& out) {
  while (!in.empty()) {
    if (state_ == State::Text) {  // as a run
      const std::string_view rest = as_text(in);
      const std::size_t run = std::min(rest.find_first_of("\r\n"), rest.size());
      emit(rest.substr(0, run), out);
      in = in.subspan(run);
      if (in.empty()) return false;
    }
    const char c = static_cast<char>(in.front());
    in = in.subspan(1);
    if (!step(c, out)) continue;
    state_ = State::LineStart;
    return true;
  }
  return false;
}

}  // namespace proxy::smtp
