#include "proxy/smtp/reply.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/smtp/text.h"

namespace proxy::smtp {
namespace {

constexpr std::size_t kWrittenLine = 500;  // with code and CRLF below the 512 of §4.5.3.1.5

// 1 to 3 digits without a leading zero.
std::optional<int> number(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && is_digit(text[size])) ++size;
  if (size == 0 || size > 3 || (size > 1 && text[0] == '0')) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, size)) value = value * 10 + (c - '0');
  text.remove_prefix(size);
  return value;
}

bool take_dot(std::string_view& text) {
  if (!text.starts_with('.')) return false;
  text.remove_prefix(1);
  return true;
}

// A cut never falls inside a character.
std::string one_line(std::string_view text) {
  std::string line = printable(text);
  if (line.size() <= kWrittenLine) return line;
  std::size_t end = kWrittenLine;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0U) == 0x80) --end;
  line.resize(end);
  return line;
}

}  // namespace

std::string EnhancedCode::text() const {
  return fmt::format("{}.{}.{}", kind, subject, detail);
}

std::optional<EnhancedCode> parse_enhanced_code(std::string_view text) {
  const auto kind = number(text);
  if (!kind || (*kind != 2 && *kind != 4 && *kind != 5) || !take_dot(text)) return std::nullopt;
  const auto subject = number(text);
  if (!subject || !take_dot(text)) return std::nullopt;
  const auto detail = number(text);
  if (!detail || (!text.empty() && text[0] != ' ')) return std::nullopt;
  return EnhancedCode{*kind, *subject, *detail};
}

std::optional<EnhancedCode> Reply::enhanced() const {
  if (lines.empty()) return std::nullopt;
  const auto found = parse_enhanced_code(lines.front());
  return found && found->kind == code / 100 ? found : std::nullopt;
}

std::string Reply::words() const {
  return fmt::format("{}", fmt::join(lines, " "));
}

// Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF               §4.2
void write_reply(const Reply& reply, Bytes& out) {
  std::string text;
  for (std::size_t i = 0; i < std::max<std::size_t>(reply.lines.size(), 1); ++i) {
    const bool last = i + 1 >= reply.lines.size();
    const std::string line = reply.lines.empty() ? std::string() : one_line(reply.lines[i]);
    text += fmt::format("{:03}{}{}\r\n", reply.code, last ? ' ' : '-', line);
  }
  const ByteView bytes = as_bytes(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// True: line_ is one line, its CRLF taken off.
Result<bool> ReplyReader::read_line(ByteView& in) {
  while (!in.empty()) {
    const char c = static_cast<char>(in.front());
    in = in.subspan(1);
    const bool after_cr = line_.ends_with('\r');
    if (c == '\n' && after_cr) {
      line_.pop_back();
      return true;
    }
    if (c == '\n' || c == '\0' || after_cr) return fail(Errc::Protocol, "reply: bare CR, LF or NUL");
    line_ += c;
    if (line_.size() > kMaxReplyLine || ++size_ > kMaxReply) return fail(Errc::Limit, "reply: too long");
  }
  return false;
}

Result<bool> ReplyReader::take_line() {
  const auto digit = [this](std::size_t i) { return line_[i] - '0'; };
  if (line_.size() < 3 || !is_digit(line_[0]) || !is_digit(line_[1]) || !is_digit(line_[2]) || digit(0) < 2 ||
      digit(0) > 5)
    return fail(Errc::Protocol, "reply: no code");
  if (line_.size() > 3 && line_[3] != ' ' && line_[3] != '-') return fail(Errc::Protocol, "reply: no code");
  const int code = digit(0) * 100 + digit(1) * 10 + digit(2);
  if (!reply_.lines.empty() && code != reply_.code) return fail(Errc::Protocol, "reply: two codes in one");
  if (reply_.lines.size() == kMaxReplyLines) return fail(Errc::Limit, "reply: too many lines");
  const bool more = line_.size() > 3 && line_[3] == '-';
  reply_.code = code;
  reply_.lines.push_back(line_.size() > 4 ? line_.substr(4) : std::string());
  line_.clear();
  return !more;
}

Result<std::optional<Reply>> ReplyReader::next(ByteView& in) {
  for (;;) {
    TRY_ASSIGN(const bool line, read_line(in));
    if (!line) return std::optional<Reply>();
    TRY_ASSIGN(const bool last, take_line());
    if (!last) continue;
    size_ = 0;
    return std::optional<Reply>(std::exchange(reply_, Reply()));
  }
}

}  // namespace proxy::smtp
