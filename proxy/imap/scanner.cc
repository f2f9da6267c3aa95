#include "proxy/imap/scanner.h"

#include <charconv>
#include <limits>

namespace proxy::imap {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word_char(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_';
}
bool is_set_char(char c) {
  return is_digit(c) || c == ',' || c == ':' || c == '*';
}
bool is_object_id_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}
bool is_token_char(char c) {
  return c != ' ' && c != '(' && c != ')';
}
bool is_list_char(char c) {
  return is_astring_char(c) || c == '%' || c == '*';
}
// Quirk RawUtf8Mailbox: 8-bit characters in an unquoted mailbox name.
bool is_astring_char_8bit(char c) {
  return is_astring_char(c) || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<LiteralMark> literal_at_end(std::string_view line) {
  if (!line.ends_with('}')) return std::nullopt;
  LiteralMark mark;
  std::size_t at = line.size() - 1;
  if (at > 0 && line[at - 1] == '+') {
    mark.non_sync = true;
    --at;
  }
  const std::size_t end = at;
  while (at > 0 && is_digit(line[at - 1]) && end - at < 20) --at;
  if (at == end || at == 0 || line[at - 1] != '{') return std::nullopt;
  const auto [stop, error] = std::from_chars(line.data() + at, line.data() + end, mark.size);
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (error != std::errc{} || mark.size > kLargest) mark.size = kLargest;
  mark.at = at - 1;
  if (mark.at > 0 && line[mark.at - 1] == '~') --mark.at;
  return mark;
}

tl::unexpected<Error> Scanner::expected(std::string_view what) const {
  std::string text = "expected ";
  text.append(what).append(" at octet ").append(std::to_string(at_ + 1));
  return fail(Errc::Protocol, std::move(text));
}

bool Scanner::eat(char c) {
  if (peek() != c || at_end()) return false;
  ++at_;
  return true;
}

bool Scanner::eat_word(std::string_view wanted) {
  if (!equal_no_case(text_.substr(at_, wanted.size()), wanted)) return false;
  const std::size_t end = at_ + wanted.size();
  if (end < text_.size() && is_word_char(text_[end])) return false;
  at_ = end;
  return true;
}

Result<> Scanner::expect(char c, std::string_view what) {
  if (!eat(c)) return expected(what);
  return {};
}

Result<> Scanner::end() const {
  if (!at_end()) return expected("the end of the line");
  return {};
}

std::string_view Scanner::run(bool (*allowed)(char)) {
  const std::size_t from = at_;
  while (at_ < text_.size() && allowed(text_[at_])) ++at_;
  return since(from);
}

std::string_view Scanner::word() {
  return run(is_word_char);
}

std::string_view Scanner::token() {
  return run(is_token_char);
}

Result<std::string_view> Scanner::atom(std::string_view what) {
  const std::string_view text = run(is_atom_char);
  if (text.empty()) return expected(what);
  return text;
}

// number64 = 1*DIGIT, at most 63 bits
Result<std::uint64_t> Scanner::number64(std::string_view what) {
  std::uint64_t value = 0;
  const char* first = text_.data() + at_;
  const auto [stop, error] = std::from_chars(first, text_.data() + text_.size(), value);
  if (error != std::errc{} || value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return expected(what);
  }
  at_ += static_cast<std::size_t>(stop - first);
  return value;
}

Result<std::uint32_t> Scanner::number(std::string_view what) {
  const std::size_t from = at_;
  TRY_ASSIGN(const std::uint64_t value, number64(what));
  if (value > UINT32_MAX) {
    at_ = from;
    return expected(what);
  }
  return static_cast<std::uint32_t>(value);
}

Result<std::uint32_t> Scanner::nz_number(std::string_view what) {
  const std::size_t from = at_;
  TRY_ASSIGN(const std::uint32_t value, number(what));
  if (value == 0) {
    at_ = from;
    return expected(what);
  }
  return value;
}

Result<ModSeq> Scanner::mod_seq() {
  TRY_ASSIGN(const std::uint64_t value, number64("a mod-sequence"));
  return ModSeq{value};
}

Result<SequenceSet> Scanner::sequence_set() {
  if (peek() == '$') return fail(Errc::Protocol, "\"$\" needs SEARCHRES, which is not offered");
  const std::size_t from = at_;
  const std::string_view text = run(is_set_char);
  if (text.empty()) return expected("a sequence set");
  Result<SequenceSet> set = parse_sequence_set(text);
  if (!set) at_ = from;
  return set;
}

// literal = "{" number64 ["+"] "}" CRLF *CHAR8; literal8 has "~" in front
Result<std::string_view> Scanner::literal() {
  eat('~');
  if (!eat('{')) return expected("a literal");
  TRY_ASSIGN(const std::uint64_t size, number64("a literal's size"));
  eat('+');
  if (!eat('}')) return expected("\"}\"");
  eat('\r');
  if (!eat('\n') || size > text_.size() - at_) return expected("a literal's octets");
  at_ += static_cast<std::size_t>(size);
  return since(at_ - static_cast<std::size_t>(size));
}

bool Scanner::at_streamed_literal() {
  if (next_streamed_ >= rules_.streamed.size()) return false;
  const std::size_t place = rules_.streamed[next_streamed_];
  if (place <= at_ || place > text_.size()) return false;
  std::string_view mark = text_.substr(at_, place - at_);
  if (!mark.starts_with('{') && !mark.starts_with("~{")) return false;
  if (mark.find('\n') != mark.size() - 1) return false;
  at_ = place;
  ++next_streamed_;
  return true;
}

// quoted = DQUOTE *(char / "\" (DQUOTE / "\")) DQUOTE.   Quirk LooseBackslash: of a server, "\x" stands for itself
Result<std::string> Scanner::quoted() {
  if (!eat('"')) return expected("a quoted string");
  std::string out;
  while (!at_end()) {
    const char c = text_[at_++];
    if (c == '"') return out;
    if (c == '\r' || c == '\n' || c == '\0') break;
    if (c == '\\') {
      const char next = peek();
      if (next == '"' || next == '\\') {
        out.push_back(next);
        ++at_;
        continue;
      }
      if (!rules_.server) return expected("\\ or \" after the backslash");
    }
    out.push_back(c);
  }
  return expected("the closing quote");
}

Result<std::string> Scanner::string(std::string_view what) {
  if (peek() == '"') return quoted();
  if (peek() != '{' && peek() != '~') return expected(what);
  TRY_ASSIGN(const std::string_view octets, literal());
  return std::string(octets);
}

Result<std::string> Scanner::astring(std::string_view what) {
  if (peek() == '"' || peek() == '{') return string(what);
  const std::string_view text = run(rules_.server ? is_astring_char_8bit : is_astring_char);
  if (text.empty()) return expected(what);
  return std::string(text);
}

Result<std::optional<std::string>> Scanner::nstring(std::string_view what) {
  if (eat_word("NIL")) return std::optional<std::string>();
  TRY_ASSIGN(std::string text, string(what));
  return std::optional<std::string>(std::move(text));
}

Result<std::string> Scanner::list_mailbox() {
  if (peek() == '"' || peek() == '{') return string("a mailbox pattern");
  const std::string_view text = run(is_list_char);
  if (text.empty()) return expected("a mailbox pattern");
  return std::string(text);
}

// Quirk OddFlag: of a server, a flag that no client could send back is left out.
Result<FlagSet> Scanner::flag_list() {
  FlagSet flags;
  TRY(open_list("a list of flags"));
  for (bool first = true; peek() != ')'; first = false) {
    if (!first && !eat(' ')) return expected("a space or \")\"");
    if (rules_.server && (peek() == ' ' || peek() == ')')) continue;  // Quirk SpacesInList
    const std::string_view text = token();
    if (text.empty()) return expected("a flag");
    const Result<Flag> flag = make_flag(text);
    if (!flag && !rules_.server) return tl::unexpected(flag.error());
    if (flag) TRY(flags.add(*flag));
  }
  TRY(close_list());
  return flags;
}

Result<> Scanner::enter() {
  if (depth_ >= rules_.nesting) return fail(Errc::Limit, "nested too deeply");
  ++depth_;
  return {};
}

// objectid = 1*255(ALPHA / DIGIT / "_" / "-")                                                     RFC 8474 §7
Result<std::optional<std::string>> Scanner::object_id(std::string_view what) {
  constexpr std::size_t kLongest = 255;
  TRY(open_list(what));
  std::optional<std::string> id(run(is_object_id_char));
  if (peek() != ')' || id->empty() || id->size() > kLongest) {
    if (!rules_.server) return expected(what);
    id.reset();
    const auto ends = [this] {
      const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : ' ';
      return peek() == ')' && (next == ' ' || next == ')' || next == ']');
    };
    while (!at_end() && !ends()) ++at_;
  }
  TRY(close_list());
  return id;
}

Result<> Scanner::open_list(std::string_view what) {
  if (!eat('(')) return expected(what);
  if (opened_ >= rules_.lists) return fail(Errc::Limit, "too many lists before login");
  ++opened_;
  return enter();
}

Result<> Scanner::close_list() {
  if (!eat(')')) return expected("\")\"");
  leave();
  return {};
}

Result<> Scanner::skip_string() {
  if (peek() != '"') {
    TRY(literal());
    return {};
  }
  for (++at_; !at_end(); ++at_) {
    if (text_[at_] == '"') {
      ++at_;
      return {};
    }
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
  }
  return expected("the closing quote");
}

Result<std::string_view> Scanner::skip_value() {
  const std::size_t from = at_;
  std::uint32_t depth = 0;
  do {
    const char c = peek();
    if (at_end()) return expected("a value");
    if (c == '(') {
      if (++depth + depth_ > rules_.nesting) return fail(Errc::Limit, "nested too deeply");
      ++at_;
    } else if (c == ')') {
      if (depth == 0) return expected("a value");
      --depth;
      ++at_;
    } else if (c == ' ') {
      if (depth == 0) return expected("a value");
      ++at_;
    } else if (c == '"' || c == '{' || (c == '~' && text_.substr(at_ + 1).starts_with('{'))) {
      TRY(skip_string());
    } else {
      run(is_token_char);  // an atom; Quirk OddFlag: or whatever stands there
    }
  } while (depth > 0);
  return since(from);
}

}  // namespace proxy::imap
