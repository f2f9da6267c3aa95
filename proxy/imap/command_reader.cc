#include "proxy/imap/command_reader.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace proxy::imap {
namespace {

constexpr std::size_t kKeepCommand = 4096;  // what an idle connection may hold on to
constexpr std::size_t kTail = 32;           // the longest announcement of a literal is "{18446744073709551615+}" CRLF

// Browsers can be made to speak to a mail port (cross-protocol requests): such a peer is left at once, as Postfix does.
constexpr std::array<std::string_view, 10> kHttpVerbs{"GET ",     "POST ",  "PUT ",   "HEAD ",    "DELETE ",
                                                      "OPTIONS ", "TRACE ", "PATCH ", "CONNECT ", "PRI "};

bool is_http(std::string_view line) {
  return std::any_of(kHttpVerbs.begin(), kHttpVerbs.end(), [&](std::string_view v) { return line.starts_with(v); });
}

}  // namespace

CommandLimits limits_before_login() {
  return {};
}

CommandLimits limits_after_login(std::uint64_t max_append) {
  CommandLimits limits;
  limits.line = kLineAfterLogin;
  limits.literal = kLiteralAfterLogin;
  limits.command = kCommandAfterLogin;
  limits.append = max_append;
  limits.drop_long_lines = false;
  limits.parse = {};
  return limits;
}

CommandReader::CommandReader(ByteBudget& budget, CommandLimits limits) : budget_(budget), limits_(limits) {}

CommandReader::~CommandReader() {
  reset();
}

std::optional<CommandEvent> CommandReader::next(std::string_view& in) {
  while (!in.empty() && state_ != State::AppendAsked) {
    if (std::optional<CommandEvent> event = step(in)) return event;
  }
  return std::nullopt;
}

std::optional<CommandEvent> CommandReader::step(std::string_view& in) {
  switch (state_) {
    case State::Line:
    case State::AppendTail:
      return read_line(in);
    case State::Literal:
      read_literal(in);
      return std::nullopt;
    case State::AppendBody:
      return read_append(in);
    case State::SkipBytes:
      return skip_bytes(in);
    case State::SkipLine:
      return skip_line(in);
    case State::AppendAsked:
      break;
    case State::Dropped:
      in = {};
      break;
  }
  return std::nullopt;
}

void CommandReader::expect_line() {
  expect_line_ = true;
}

void CommandReader::accept_append() {
  if (state_ != State::AppendAsked) return;
  reset();
  state_ = left_ > 0 ? State::AppendBody : State::AppendTail;
}

void CommandReader::refuse_append() {
  if (state_ != State::AppendAsked) return;
  reset();
  append_tag_.reset();
  state_ = State::Line;  // told no, a client that waits sends its next command
  if (append_waits_) return;
  state_ = left_ > 0 ? State::SkipBytes : State::SkipLine;
}

std::optional<CommandEvent> CommandReader::read_line(std::string_view& in) {
  const bool fresh = state_ == State::Line && buffer_.empty();
  if (fresh && !expect_line_ && static_cast<unsigned char>(in[0]) < ' ' && in[0] != '\r' && in[0] != '\n') {
    return drop("this is no IMAP");  // a TLS hello begins with 0x16; no line end would ever come
  }
  const std::size_t end = in.find('\n');
  const std::string_view piece = in.substr(0, end == std::string_view::npos ? end : end + 1);
  const std::size_t kept = keep(piece);
  in.remove_prefix(kept);
  if (kept < piece.size()) return line_too_long();
  if (end == std::string_view::npos) return std::nullopt;
  return end_of_line();
}

// As much as the limits allow: how the bytes were cut must not change what is answered.
std::size_t CommandReader::keep(std::string_view bytes) {
  const std::size_t room = std::min(
      {limits_.line - outside_, limits_.command - buffer_.size(), budget_.limit() - budget_.used(), bytes.size()});
  if (!budget_.try_take(room)) return 0;
  taken_ += room;
  outside_ += room;
  buffer_.append(bytes.substr(0, room));
  return room;
}

std::string_view CommandReader::line() const {
  return without_line_end(std::string_view(buffer_).substr(segment_));
}

std::optional<CommandEvent> CommandReader::end_of_line() {
  const std::string_view text = line();
  const auto mark = literal_at_end(text);
  const bool first = segment_ == 0 && state_ == State::Line;
  if (first && !expect_line_ && is_http(text)) return drop("this is no HTTP server");
  if (std::memchr(text.data(), '\r', text.size()) != nullptr || std::memchr(text.data(), 0, text.size()) != nullptr) {
    if (mark && !expect_line_) return refuse(*mark, "a bare CR or NUL");
    return bad("a bare CR or NUL");
  }
  if (state_ == State::AppendTail) return end_of_append(text);
  if (expect_line_) {
    Line event{std::string(text)};
    expect_line_ = false;
    reset();
    return event;
  }
  if (first && text.empty()) {  // Quirk EmptyLine
    reset();
    return std::nullopt;
  }
  if (!mark) return finish_command();
  if (is_append_message(*mark)) return begin_append(*mark);
  return begin_literal(*mark);
}

// One of: nothing (well), text where MULTIAPPEND or CATENATE would go on.
std::optional<CommandEvent> CommandReader::end_of_append(std::string_view text) {
  state_ = State::Line;
  if (text.empty()) {
    append_tag_.reset();
    skipped_ = 0;
    reset();
    return AppendEnd();
  }
  if (const auto mark = literal_at_end(text)) return refuse(*mark, "APPEND: one message at a time");
  return bad("APPEND: expected the end of the line after the message");
}

std::optional<CommandEvent> CommandReader::begin_literal(const LiteralMark& mark) {
  if (mark.size > limits_.literal || (mark.non_sync && mark.size > limits_.non_sync) ||
      mark.size > limits_.command - buffer_.size()) {
    return refuse(mark, "a literal is too long");
  }
  if (!budget_.try_take(static_cast<std::size_t>(mark.size))) {
    return refuse(mark, "a literal is too long");
  }
  taken_ += static_cast<std::size_t>(mark.size);
  left_ = mark.size;
  segment_ = buffer_.size();
  state_ = left_ > 0 ? State::Literal : State::Line;
  if (mark.non_sync) return std::nullopt;
  return ContinueLiteral();
}

void CommandReader::read_literal(std::string_view& in) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
  buffer_.append(in.substr(0, size));
  in.remove_prefix(size);
  left_ -= size;
  segment_ = buffer_.size();
  if (left_ == 0) state_ = State::Line;
}

// The literal that follows a complete first argument: "tag APPEND {5}" announces the mailbox, any later one the
// message.
bool CommandReader::is_append_message(const LiteralMark& mark) const {
  const std::size_t space = buffer_.find(' ');
  if (space == std::string::npos) return false;
  constexpr std::string_view kVerb = "APPEND ";
  const std::string_view rest = std::string_view(buffer_).substr(space + 1);
  if (!equal_no_case(rest.substr(0, kVerb.size()), kVerb)) return false;
  return segment_ + mark.at > space + 1 + kVerb.size();
}

CommandEvent CommandReader::begin_append(const LiteralMark& mark) {
  Result<Command> command = parse_command(without_line_end(buffer_), limits_.parse);
  if (!command) return refuse(mark, command.error().what);
  if (mark.size > limits_.append) return refuse(mark, "APPEND: the message is too long");
  if (mark.non_sync && mark.size > limits_.non_sync) {
    return refuse(mark, "APPEND: a literal of that length must wait for \"+\"");
  }
  left_ = mark.size;
  append_waits_ = !mark.non_sync;
  append_tag_ = command->tag;
  state_ = State::AppendAsked;
  return AppendBegin{std::move(command->tag), std::get<command::Append>(std::move(command->body))};
}

CommandEvent CommandReader::read_append(std::string_view& in) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
  const AppendBytes event{in.substr(0, size)};
  in.remove_prefix(size);
  left_ -= size;
  if (left_ == 0) state_ = State::AppendTail;
  return event;
}

CommandEvent CommandReader::finish_command() {
  Result<Command> command = parse_command(without_line_end(buffer_), limits_.parse);
  if (!command) return bad(command.error().what);
  if (std::holds_alternative<command::Append>(command->body)) return bad("APPEND: expected the message as a literal");
  skipped_ = 0;
  reset();
  return std::move(*command);
}

std::optional<CommandEvent> CommandReader::skip_bytes(std::string_view& in) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
  in.remove_prefix(size);
  left_ -= size;
  if (left_ == 0) state_ = State::SkipLine;
  return std::nullopt;
}

// A skipped line may announce a literal that comes unasked: it is part of what is skipped.
std::optional<CommandEvent> CommandReader::skip_line(std::string_view& in) {
  const std::size_t end = in.find('\n');
  const std::string_view piece = in.substr(0, end == std::string_view::npos ? end : end + 1);
  tail_.append(piece.substr(piece.size() - std::min(piece.size(), kTail)));
  if (tail_.size() > kTail) tail_.erase(0, tail_.size() - kTail);
  in.remove_prefix(piece.size());
  skipped_ += piece.size();
  if (skipped_ > kMaxSkip) return drop("too much that is no command");
  if (end == std::string_view::npos) return std::nullopt;
  const auto mark = literal_at_end(without_line_end(tail_));
  tail_.clear();
  state_ = State::Line;
  if (!mark || !mark->non_sync) return std::nullopt;
  if (mark->size > kMaxSkip - skipped_) return drop("too much that is no command");
  skipped_ += static_cast<std::size_t>(mark->size);
  left_ = mark->size;
  state_ = left_ > 0 ? State::SkipBytes : State::SkipLine;
  return std::nullopt;
}

CommandEvent CommandReader::line_too_long() {
  if (limits_.drop_long_lines) return drop("a line is too long");
  tail_.assign(buffer_, buffer_.size() - std::min(buffer_.size() - segment_, kTail));
  BadCommand event{append_tag_ ? append_tag_ : parse_tag(buffer_), make_text("a line is too long")};
  append_tag_.reset();
  expect_line_ = false;
  reset();
  state_ = State::SkipLine;
  return event;
}

// Says BAD to what announced a literal. One that waits for "+" never comes; one that does not wait is skipped, or the
// peer is left.
CommandEvent CommandReader::refuse(const LiteralMark& mark, std::string_view why) {
  if (mark.non_sync && mark.size > kMaxSkip - std::min(kMaxSkip, skipped_)) return drop(why);
  CommandEvent event = bad(why);
  if (!mark.non_sync) return event;
  skipped_ += static_cast<std::size_t>(mark.size);
  left_ = mark.size;
  state_ = left_ > 0 ? State::SkipBytes : State::SkipLine;
  return event;
}

CommandEvent CommandReader::bad(std::string_view why) {
  BadCommand event{append_tag_ ? append_tag_ : parse_tag(buffer_), make_text(why)};
  append_tag_.reset();
  expect_line_ = false;
  reset();
  state_ = State::Line;
  return event;
}

CommandEvent CommandReader::drop(std::string_view why) {
  reset();
  state_ = State::Dropped;
  return Drop{make_text(why)};
}

// Overwrites what it held: a password may have been in it.
void CommandReader::reset() {
  std::fill(buffer_.begin(), buffer_.end(), '\0');
  buffer_.clear();
  if (buffer_.capacity() > kKeepCommand) buffer_.shrink_to_fit();
  budget_.give(taken_);
  taken_ = 0;
  outside_ = 0;
  segment_ = 0;
}

}  // namespace proxy::imap
