#include "proxy/flow/request.h"

#include "booster/http/connect_request.h"
#include "booster/net/address.h"

namespace proxy::flow {
namespace {

constexpr std::uint8_t kVersion5 = 5;
constexpr std::uint8_t kNoAuthentication = 0;
constexpr std::uint8_t kNoAcceptableMethod = 0xff;
constexpr std::uint8_t kCommandConnect = 1;
constexpr std::uint8_t kIpv4 = 1;
constexpr std::uint8_t kName = 3;
constexpr std::uint8_t kIpv6 = 4;

std::uint8_t at(ByteView bytes, std::size_t i) {
  return std::to_integer<std::uint8_t>(bytes[i]);
}

// REP of RFC 1928 §6.
std::uint8_t socks_code(Errc code) {
  switch (code) {
    case Errc::Denied:
      return 2;
    case Errc::NotFound:
      return 4;
    case Errc::Unreachable:
      return 5;
    case Errc::Timeout:
      return 6;
    case Errc::Unsupported:
      return 7;
    default:
      return 1;
  }
}

Bytes socks_reply(std::uint8_t code) {
  const std::uint8_t reply[] = {kVersion5, code, 0, kIpv4, 0, 0, 0, 0, 0, 0};
  const ByteView view = std::as_bytes(std::span(reply));
  return Bytes(view.begin(), view.end());
}

std::string literal(ByteView address) {
  if (address.size() == 4) {
    std::string text;
    for (std::size_t i = 0; i < 4; ++i) text += (i > 0 ? "." : "") + std::to_string(at(address, i));
    return text;
  }
  std::string text;
  for (std::size_t i = 0; i < 16; i += 2) {
    if (i > 0) text += ":";
    text += codec::to_hex(address.subspan(i, 2));
  }
  return text;
}

Bytes http_answer(std::string_view status, std::string_view text) {
  std::string answer =
      "HTTP/1.1 " + std::string(status) +
      "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " + std::to_string(text.size() + 1) +
      "\r\nConnection: close\r\n\r\n" + std::string(text) + "\n";
  return codec::to_bytes(answer);
}

}  // namespace

std::string Target::to_string() const {
  return booster::net::HostPort{host, port}.to_string();
}

Result<RequestParser::Step> RequestParser::on_bytes(ByteView in) {
  if (in.empty()) return Step{};
  if (state_ == State::First) {
    const bool socks = at(in, 0) == kVersion5;
    kind_ = socks ? Kind::Socks5 : Kind::Connect;
    state_ = socks ? State::SocksGreeting : State::Connect;
  }
  switch (state_) {
    case State::SocksGreeting:
      return greeting(in);
    case State::SocksRequest:
      return socks_request(in);
    case State::Connect:
      return connect_request(in);
    default:
      return Step{};
  }
}

// greeting = version nmethods *methods   §3
Result<RequestParser::Step> RequestParser::greeting(ByteView in) {
  if (in.size() < 2 || in.size() < std::size_t{2} + at(in, 1)) return Step{};
  const std::size_t methods = at(in, 1);
  bool open = false;
  for (std::size_t i = 0; i < methods; ++i) open |= at(in, 2 + i) == kNoAuthentication;
  Step step;
  step.used = 2 + methods;
  step.answer = {std::byte{kVersion5}, std::byte{open ? kNoAuthentication : kNoAcceptableMethod}};
  if (!open) {
    error_answer_ = step.answer;
    return fail(Errc::Unsupported, "socks: the program insists on an authentication method we do not have");
  }
  state_ = State::SocksRequest;
  return step;
}

// request = version command 0 atyp address port   §4
Result<RequestParser::Step> RequestParser::socks_request(ByteView in) {
  if (in.size() < 5) return Step{};
  error_answer_ = socks_reply(1);
  if (at(in, 0) != kVersion5)
    return fail(Errc::Protocol, "socks: version " + std::to_string(at(in, 0)) + " in a request");
  if (at(in, 1) != kCommandConnect) {
    error_answer_ = socks_reply(7);
    return fail(Errc::Unsupported, "socks: command " + std::to_string(at(in, 1)) + ": only CONNECT is served");
  }
  const std::uint8_t type = at(in, 3);
  const std::size_t start = type == kName ? 5 : 4;
  std::size_t size = 0;
  if (type == kIpv4) size = 4;
  if (type == kIpv6) size = 16;
  if (type == kName) size = at(in, 4);
  if (size == 0) {
    error_answer_ = socks_reply(8);
    return fail(Errc::Protocol, "socks: address type " + std::to_string(type));
  }
  if (in.size() < start + size + 2) return Step{};
  const ByteView address = in.subspan(start, size);
  Step step;
  step.used = start + size + 2;
  step.target.emplace();
  step.target->host = type == kName ? codec::to_string(address) : literal(address);
  step.target->port = static_cast<std::uint16_t>(at(in, start + size) << 8 | at(in, start + size + 1));
  if (!booster::http::is_plain_host(step.target->host) || step.target->port == 0)
    return fail(Errc::Protocol, "socks: a target that is none");
  state_ = State::Done;
  return step;
}

// CONNECT …     RFC 9110 §9.3.6
Result<RequestParser::Step> RequestParser::connect_request(ByteView in) {
  error_answer_ = http_answer("400 Bad Request", "this port speaks SOCKS5 and HTTP CONNECT");
  TRY_ASSIGN(const auto request, booster::http::parse_connect_request(in));
  if (!request) return Step{};
  Step step;
  step.used = request->used;
  step.target = Target{request->target.host, request->target.port};
  state_ = State::Done;
  return step;
}

Bytes success_answer(Kind kind) {
  return kind == Kind::Socks5 ? socks_reply(0) : codec::to_bytes("HTTP/1.1 200 Connection established\r\n\r\n");
}

Bytes failure_answer(Kind kind, const Error& error) {
  if (kind == Kind::Socks5) return socks_reply(socks_code(error.code));
  std::string_view status = "502 Bad Gateway";
  if (error.code == Errc::Denied) status = "403 Forbidden";
  if (error.code == Errc::Timeout) status = "504 Gateway Timeout";
  return http_answer(status, error.what);
}

}  // namespace proxy::flow
