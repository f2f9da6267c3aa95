// Replies: code, lines, and the enhanced status code their text begins with.       Source: RFC 5321 §4.2, RFC 3463, RFC
// 2034
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "codec/base/bytes.h"
#include "proxy/smtp/limits.h"

namespace proxy::smtp {

// class "." subject "." detail                                                                        RFC 3463 §2
struct EnhancedCode {
  int kind;  // 2, 4 or 5
  int subject;
  int detail;
  std::string text() const;
  friend bool operator==(const EnhancedCode&, const EnhancedCode&) = default;
};
std::optional<EnhancedCode> parse_enhanced_code(
    std::string_view text);  // at the front of text, a space or the end behind it

struct Reply {
  int code = 0;                    // 200 .. 599
  std::vector<std::string> lines;  // without the code, with the enhanced one; never empty once parsed

  Reply() = default;
  Reply(int reply_code, std::string line) : code(reply_code), lines{std::move(line)} {}

  bool positive() const { return code / 100 == 2; }
  bool intermediate() const { return code / 100 == 3; }
  bool transient() const { return code / 100 == 4; }
  bool permanent() const { return code / 100 == 5; }
  std::optional<EnhancedCode> enhanced() const;  // when its class agrees with the code
  std::string words() const;                     // all lines, joined by a space: what the server said
  friend bool operator==(const Reply&, const Reply&) = default;
};

// "250-a" CRLF "250 b" CRLF. What would not be one line of text is made so: controls become "?", long lines are cut.
void write_reply(const Reply& reply, Bytes& out);

//   Limits  kMaxReplyLine, kMaxReplyLines, kMaxReply: also all it holds
//   Errors  Protocol: no code, another code in a later line, bare CR or LF, NUL · Limit
class ReplyReader {
 public:
  // Takes octets from the front of `in` until a reply is whole; nullopt: `in` is used up.
  Result<std::optional<Reply>> next(ByteView& in);
  bool between_replies() const { return line_.empty() && reply_.lines.empty(); }

 private:
  Result<bool> read_line(ByteView& in);
  Result<bool> take_line();  // true: it was the last of its reply

  Reply reply_;
  std::string line_;
  std::size_t size_ = 0;
};

}  // namespace proxy::smtp
