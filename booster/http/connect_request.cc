#include "booster/http/connect_request.h"

#include "codec/base/check.h"

namespace booster::http {
namespace {

constexpr std::string_view kVerb = "CONNECT ";

}  // namespace

bool is_plain_host(std::string_view host) {
  if (host.empty() || host.size() > kMaxHost) return false;
  for (const char c : host)
    if (c <= ' ' || c > '~' || c == '/' || c == '@' || c == '[' || c == ']') return false;
  return true;
}

Result<std::optional<ConnectRequest>> parse_connect_request(ByteView in) {
  const std::string_view text = as_text(in);
  if (text.substr(0, kVerb.size()) != kVerb.substr(0, text.size()))
    return fail(Errc::Protocol, "HTTP: want a CONNECT request");
  const std::size_t end = text.substr(0, kMaxConnectHead).find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (text.size() >= kMaxConnectHead) return fail(Errc::Limit, "HTTP CONNECT: headers of more than 8 KiB");
    return std::nullopt;
  }
  const std::string_view line = text.substr(kVerb.size(), text.find("\r\n") - kVerb.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || line.substr(space + 1).substr(0, 7) != "HTTP/1.")
    return fail(Errc::Protocol, "HTTP CONNECT: malformed");
  const Result<net::HostPort> target = net::HostPort::parse(line.substr(0, space));
  if (!target || target->port == 0 || !is_plain_host(target->host))
    return fail(Errc::Protocol, "HTTP CONNECT: want host:port");
  return ConnectRequest{*target, end + 4};
}

crypto::Secret write_connect_request(const net::HostPort& target, const crypto::Secret& credentials) {
  CHECK(is_plain_host(target.host));
  const std::string place = target.to_string();
  Bytes request = codec::to_bytes("CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\n");
  const auto add = [&request](ByteView octets) { request.insert(request.end(), octets.begin(), octets.end()); };
  constexpr std::string_view kHeader = "Proxy-Authorization: ";
  request.reserve(request.size() + kHeader.size() + credentials.size() + 4);  // no copy of it is left behind
  if (!credentials.empty()) {
    add(as_bytes(kHeader));
    add(credentials.reveal());
    add(as_bytes("\r\n"));
  }
  add(as_bytes("\r\n"));
  return crypto::Secret(std::move(request));
}

}  // namespace booster::http
