#include "proxy/imap/response_reader.h"

#include <algorithm>
#include <array>

#include "proxy/imap/scanner.h"

namespace proxy::imap {
namespace {

constexpr std::size_t kKeepResponse = 64 * 1024;

}  // namespace

Result<std::optional<ResponseEvent>> ResponseReader::next(std::string_view& in) {
  for (;;) {
    if (state_ == State::Failed) return give_up("the connection is out of step");
    if (state_ == State::BodyDone) {
      state_ = State::Line;
      segment_ = buffer_.size();
      return std::optional<ResponseEvent>(BodyEnd());
    }
    if (in.empty()) return std::optional<ResponseEvent>();
    if (state_ == State::Body) return std::optional<ResponseEvent>(read_body(in));
    if (state_ == State::Literal) {
      read_literal(in);
      continue;
    }
    TRY_ASSIGN(std::optional<ResponseEvent> event, read_line(in));
    if (event) return event;
  }
}

// Quirk BareLf. A response goes on after a line that ends in "{n}".
Result<std::optional<ResponseEvent>> ResponseReader::read_line(std::string_view& in) {
  const std::size_t end = in.find('\n');
  const std::string_view piece = in.substr(0, end == std::string_view::npos ? end : end + 1);
  if (piece.size() > limits_.line - std::min(limits_.line, buffer_.size())) return give_up("a line is too long");
  buffer_.append(piece);
  in.remove_prefix(piece.size());
  if (end == std::string_view::npos) return std::optional<ResponseEvent>();
  const std::string_view line = without_line_end(std::string_view(buffer_).substr(segment_));
  if (segment_ == 0 && line.empty()) {  // Quirk EmptyLine
    buffer_.clear();
    return std::optional<ResponseEvent>();
  }
  const auto mark = literal_at_end(line);
  if (mark && may_hold_literals()) return begin_literal(mark->size);
  return std::optional<ResponseEvent>(finish());
}

// Human text may end in "{5}"; it stands in tagged responses, "+", and these untagged ones.
bool ResponseReader::may_hold_literals() const {
  const std::string_view text = buffer_;
  if (!text.starts_with("* ")) return false;
  const std::string_view word = text.substr(2, text.find_first_of(" \r\n", 2) - 2);
  constexpr std::array<std::string_view, 5> kStates{"OK", "NO", "BAD", "BYE", "PREAUTH"};
  return std::none_of(kStates.begin(), kStates.end(), [&](std::string_view s) { return equal_no_case(s, word); });
}

std::optional<BodyPlace> ResponseReader::body_place() {
  if (++looked_up_ > kPlacesPerResponse) return std::nullopt;
  return parse_body_place(buffer_, {.nesting = limits_.nesting, .streamed = streamed_});
}

Result<std::optional<ResponseEvent>> ResponseReader::begin_literal(std::uint64_t size) {
  left_ = size;
  if (size > limits_.stream_above) {
    if (std::optional<BodyPlace> place = body_place()) {
      if (size > limits_.literal) return give_up("a body is too long");
      streamed_.push_back(buffer_.size());
      state_ = State::Body;
      return std::optional<ResponseEvent>(BodyBegin{std::move(*place), size});
    }
  }
  if (size > limits_.line - buffer_.size()) return give_up("a literal is too long");
  segment_ = buffer_.size();
  if (size > 0) state_ = State::Literal;
  return std::optional<ResponseEvent>();
}

void ResponseReader::read_literal(std::string_view& in) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
  buffer_.append(in.substr(0, size));
  in.remove_prefix(size);
  left_ -= size;
  segment_ = buffer_.size();
  if (left_ == 0) state_ = State::Line;
}

ResponseEvent ResponseReader::read_body(std::string_view& in) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
  const BodyBytes event{in.substr(0, size)};
  in.remove_prefix(size);
  left_ -= size;
  if (left_ == 0) state_ = State::BodyDone;
  return event;
}

ResponseEvent ResponseReader::finish() {
  Result<Response> response =
      parse_response(without_line_end(buffer_), {.nesting = limits_.nesting, .streamed = streamed_});
  buffer_.clear();
  if (buffer_.capacity() > kKeepResponse) buffer_.shrink_to_fit();
  segment_ = 0;
  looked_up_ = 0;
  streamed_.clear();
  if (!response) return Unreadable{std::move(response).error()};
  return std::move(*response);
}

tl::unexpected<Error> ResponseReader::give_up(std::string_view what) {
  state_ = State::Failed;
  return fail(Errc::Limit, "IMAP response: " + std::string(what));
}

}  // namespace proxy::imap
