#include "booster/http/connect_answer.h"

#include <algorithm>

namespace booster::http {
namespace {

constexpr std::string_view kProtocol = "HTTP/1.";
constexpr std::string_view kAuthenticate = "proxy-authenticate:";
constexpr std::size_t kStatusAt = 9;  // behind "HTTP/1.1 "

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// tchar of RFC 9110 §5.6.2
bool is_token(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kMarks.find(c) != std::string_view::npos;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view lower) {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; };
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(), [&](char want, char have) { return same(have, want); });
}

// The proxy's words go into logs and onto terminals.
std::string printable(std::string_view text) {
  std::string result(text.substr(0, ConnectAnswerParser::kMaxAnswerWords));
  for (char& c : result)
    if (c < ' ' || c > '~') c = '?';
  return result;
}

class ChallengeReader {
 public:
  explicit ChallengeReader(std::string_view text) : text_(text) {}

  std::vector<Challenge> read() {
    std::vector<Challenge> found;
    for (;;) {
      skip([](char c) { return is_space(c) || c == ','; });
      const std::string_view word = take(is_token);
      if (word.empty()) return found;
      skip(is_space);
      if (!next_is('=')) {
        if (found.size() == ConnectAnswerParser::kMaxChallenges) return found;
        found.push_back({printable(word), {}});
        continue;
      }
      skip([](char c) { return is_space(c) || c == '='; });  // more than one: the padding of a token68
      const std::string value = next_is('"') ? quoted() : std::string(take(is_token));
      if (!found.empty() && word.size() == 5 && starts_with_ignoring_case(word, "realm"))
        found.back().realm = printable(value);
    }
  }

 private:
  bool next_is(char c) const { return !text_.empty() && text_.front() == c; }
  template <class Of>
  std::string_view take(Of of) {
    const auto end = std::find_if_not(text_.begin(), text_.end(), of);
    const std::string_view taken = text_.substr(0, static_cast<std::size_t>(end - text_.begin()));
    text_.remove_prefix(taken.size());
    return taken;
  }
  template <class Of>
  void skip(Of of) {
    (void)take(of);
  }
  // quoted-string, §5.6.4
  std::string quoted() {
    std::string value;
    std::size_t at = 1;
    for (; at < text_.size() && text_[at] != '"'; ++at) {
      if (text_[at] == '\\' && at + 1 < text_.size()) ++at;
      value += text_[at];
    }
    text_.remove_prefix(std::min(at + 1, text_.size()));
    return value;
  }

  std::string_view text_;
};

}  // namespace

std::vector<Challenge> parse_challenges(std::string_view header) {
  return ChallengeReader(header).read();
}

Result<std::size_t> ConnectAnswerParser::on_bytes(ByteView in) {
  std::size_t used = 0;
  for (; used < in.size() && !answer_; ++used) TRY(on_octet(std::to_integer<char>(in[used])));
  return used;
}

Result<> ConnectAnswerParser::on_octet(char octet) {
  if (++taken_ > kMaxAnswerHead) return fail(Errc::Limit, "headers of more than 16 KiB");
  line_ += octet;
  // Whatever speaks another protocol is known by its first octets: it may never send a line.
  if (!within_head_ && line_.size() <= kProtocol.size() && octet != kProtocol[line_.size() - 1])
    return fail(Errc::Protocol, "it speaks no HTTP/1");
  if (octet != '\n') return {};
  if (line_.size() < 2 || line_[line_.size() - 2] != '\r') return fail(Errc::Protocol, "a line that ends without CR");
  const std::string line = std::exchange(line_, {});
  return on_line(std::string_view(line).substr(0, line.size() - 2));
}

Result<> ConnectAnswerParser::on_line(std::string_view line) {
  if (!within_head_) return on_status_line(line);
  if (!line.empty()) {
    on_header(line);
    return {};
  }
  within_head_ = false;
  if (next_.status >= 200) answer_ = std::move(next_);
  next_ = {};
  return {};
}

// status-line = HTTP-version SP 3DIGIT SP [reason-phrase]     RFC 9112 §4. The last SP is missing from many.
Result<> ConnectAnswerParser::on_status_line(std::string_view line) {
  const bool formed = line.size() >= kStatusAt + 3 && is_digit(line[kProtocol.size()]) && line[kStatusAt - 1] == ' ' &&
                      is_digit(line[kStatusAt]) && is_digit(line[kStatusAt + 1]) && is_digit(line[kStatusAt + 2]) &&
                      (line.size() == kStatusAt + 3 || line[kStatusAt + 3] == ' ');
  if (!formed) return fail(Errc::Protocol, "a malformed status line");
  for (const char c : line.substr(kStatusAt, 3)) next_.status = next_.status * 10 + (c - '0');
  if (next_.status < 100 || next_.status > 599 || next_.status == 101)
    return fail(Errc::Protocol, "status " + std::to_string(next_.status));
  next_.reason = printable(line.substr(std::min(line.size(), kStatusAt + 4)));
  within_head_ = true;
  return {};
}

void ConnectAnswerParser::on_header(std::string_view line) {
  if (!starts_with_ignoring_case(line, kAuthenticate)) return;
  for (Challenge& challenge : parse_challenges(line.substr(kAuthenticate.size())))
    if (next_.challenges.size() < kMaxChallenges) next_.challenges.push_back(std::move(challenge));
}

}  // namespace booster::http
