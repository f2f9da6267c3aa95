// The request of HTTP CONNECT, as our local proxy port reads it and as we ask a proxy.
#pragma once
#include <optional>

#include "booster/crypto/secret.h"
#include "booster/net/address.h"

namespace booster::http {

constexpr std::size_t kMaxConnectHead = 8 * 1024;  // browsers and proxies send some hundred octets of headers

constexpr std::size_t kMaxHost = 255;

// Whether a host may stand in a request: nothing in it ends a line, a word or an authority.
bool is_plain_host(std::string_view host);

struct ConnectRequest {
  net::HostPort target;
  std::size_t used = 0;  // octets of the head: what follows is the tunnel's
};

// CONNECT host:port HTTP/1.x CRLF *(header CRLF) CRLF                             Source: RFC 9110 §9.3.6, RFC 9112 §3
//   Shape   nullopt: more octets are needed
//   Errors  Protocol: another request, or malformed, or no plain host · Limit: a head of more than kMaxConnectHead
Result<std::optional<ConnectRequest>> parse_connect_request(ByteView in);

// `target`: of a plain host (CHECK). `credentials`: the value of Proxy-Authorization; empty: none. The request holds
// them: a Secret too.
crypto::Secret write_connect_request(const net::HostPort& target, const crypto::Secret& credentials);

}  // namespace booster::http
