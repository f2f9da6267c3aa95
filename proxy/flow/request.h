// What a program asks of the local proxy port: SOCKS5 (RFC 1928) or HTTP CONNECT (RFC 9110 §9.3.6), told apart by the
// first byte.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "codec/base/bytes.h"
#include "codec/base/result.h"

namespace proxy::flow {

constexpr std::size_t kMaxSocksMessage = 2 + 255;  // the longest greeting; a request is at most 4 + 1 + 255 + 2

enum class Kind { Socks5, Connect };

struct Target {
  std::string host;  // a name or an address literal, no brackets
  std::uint16_t port = 0;
  std::string to_string() const;
};

// Sans-I/O: bytes in, answers and finally a target out.
//   Errors  Protocol: neither protocol, or malformed; Limit; Unsupported: SOCKS command or authentication we do not
//   serve.
//           `answer` then holds what to say before closing
class RequestParser {
 public:
  struct Step {
    std::size_t used = 0;          // of the input
    Bytes answer;                  // send this now
    std::optional<Target> target;  // the request is complete: what follows is the flow's
  };
  Result<Step> on_bytes(ByteView in);
  Kind kind() const { return kind_; }
  Bytes error_answer() const { return error_answer_; }

 private:
  Result<Step> greeting(ByteView in);
  Result<Step> socks_request(ByteView in);
  Result<Step> connect_request(ByteView in);

  enum class State { First, SocksGreeting, SocksRequest, Connect, Done };
  State state_ = State::First;
  Kind kind_ = Kind::Socks5;
  Bytes error_answer_;
};

// The answer to the program once the far connection's fate is known.
Bytes success_answer(Kind kind);
Bytes failure_answer(Kind kind, const Error& error);

}  // namespace proxy::flow
