// What a proxy answers to CONNECT.                                       Source: RFC 9110 §9.3.6, §11.7, RFC 9112 §4
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "codec/base/bytes.h"

namespace booster::http {

struct Challenge {     // of a Proxy-Authenticate header
  std::string scheme;  // as the proxy writes it: "Basic"
  std::string realm;   // for people; empty: none was named
};

struct ConnectAnswer {
  int status = 0;      // 200 to 599
  std::string reason;  // the proxy's words
  std::vector<Challenge> challenges;
};

// Sans-I/O. Interim answers (1xx) are passed over; so are all headers but Proxy-Authenticate, those that would frame a
// body among them: none follows a 2xx answer to CONNECT.
//   Limits  all heads together <= kMaxAnswerHead; kMaxChallenges; words kept <= kMaxAnswerWords each, printable ASCII
class ConnectAnswerParser {
 public:
  static constexpr std::size_t kMaxAnswerHead = 16 * 1024;  // some proxies send a page's worth of headers and cookies
  static constexpr std::size_t kMaxChallenges = 8;
  static constexpr std::size_t kMaxAnswerWords = 120;

  // Takes octets from the front of `in`, and none behind the head: those are the tunnel's. Gives their number.
  //   Errors  Protocol: this is no HTTP/1 answer, or malformed · Limit
  Result<std::size_t> on_bytes(ByteView in);
  const std::optional<ConnectAnswer>& answer() const { return answer_; }  // once the head is whole

 private:
  Result<> on_octet(char octet);
  Result<> on_line(std::string_view line);
  Result<> on_status_line(std::string_view line);
  void on_header(std::string_view line);

  std::string line_;
  std::size_t taken_ = 0;
  bool within_head_ = false;  // the status line is there
  ConnectAnswer next_;
  std::optional<ConnectAnswer> answer_;
};

// proxy-authenticate = challenge *("," challenge); challenge = scheme [param *("," param)]          RFC 9110 §11.3
std::vector<Challenge> parse_challenges(std::string_view header);

}  // namespace booster::http
