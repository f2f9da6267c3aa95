// A server's bytes in, whole responses out. Large bodies pass through in pieces.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proxy/imap/limits.h"
#include "proxy/imap/response.h"

namespace proxy::imap {

struct ResponseLimits {
  std::size_t line = kResponseLine;         // one response, without what is streamed
  std::uint64_t literal = kMaxAppend;       // one streamed body
  std::size_t stream_above = kStreamAbove;  // body literals of more octets are streamed; 0: all but the empty ones
  std::uint32_t nesting = kResponseNesting;
};

struct BodyBegin {
  BodyPlace place;
  std::uint64_t size = 0;
};
struct BodyBytes {
  std::string_view bytes;  // points into what next() was given
};
struct BodyEnd {};
struct Unreadable {  // a whole response that parse_response refused; the reader is in step, the rest may be of use
  Error error;
};
using ResponseEvent = std::variant<Response, BodyBegin, BodyBytes, BodyEnd, Unreadable>;

// Shape   pull: call next() until nullopt, then read more. Bytes not taken yet stay in `in` (after STARTTLS: throw them
// away) Limits  memory <= limits.line; time linear in the bytes Errors  Limit: line or literal too long · Protocol:
// cannot be kept in step. Both final: close the connection
class ResponseReader {
 public:
  explicit ResponseReader(ResponseLimits limits = {}) : limits_(limits) {}

  Result<std::optional<ResponseEvent>> next(std::string_view& in);
  bool between_responses() const { return state_ == State::Line && buffer_.empty(); }

 private:
  enum class State { Line, Literal, Body, BodyDone, Failed };

  Result<std::optional<ResponseEvent>> read_line(std::string_view& in);
  Result<std::optional<ResponseEvent>> begin_literal(std::uint64_t size);
  std::optional<BodyPlace> body_place();
  void read_literal(std::string_view& in);
  ResponseEvent read_body(std::string_view& in);
  ResponseEvent finish();
  tl::unexpected<Error> give_up(std::string_view what);
  bool may_hold_literals() const;

  ResponseLimits limits_;
  State state_ = State::Line;
  std::string buffer_;
  std::size_t segment_ = 0;            // where the current line began in buffer_
  std::uint64_t left_ = 0;             // octets of the literal still to come
  std::size_t looked_up_ = 0;          // times the response's beginning was parsed to place a literal
  std::vector<std::size_t> streamed_;  // places in buffer_ where a body was taken out
};

}  // namespace proxy::imap
