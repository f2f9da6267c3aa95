// The lexical rules that structured fields share: blanks, nested comments, quoted strings, tokens.   Source: RFC 5322
// §3.2
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace codec::mime {

// Reads structured field text from the front; tolerant, never fails, each octet is looked at a bounded number of times.
class TokenReader {
 public:
  explicit TokenReader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  void skip() { at_ += at_end() ? 0 : 1; }
  bool take(char c);      // skips `c` if it is next
  void skip_blanks();     // blanks, line ends and comments
  std::string comment();  // at '(': the text inside, quotes and line ends removed, nested parentheses kept
  std::string quoted();   // at '"': the text inside; an unclosed one ends with the text
  std::string_view until(std::string_view stops);  // up to a stop octet, a blank or a line end
  void skip_until(char c);                         // up to `c` outside quoted strings and comments, or the end

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace codec::mime
