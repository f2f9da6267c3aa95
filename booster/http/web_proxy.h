// WebProxy: an HTTP proxy through which TCP connections go, by CONNECT.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "booster/crypto/secret.h"
#include "booster/net/address.h"

namespace booster::http {

struct WebProxy {
  net::HostPort place;
  crypto::Secret credentials;  // the value of Proxy-Authorization; empty: none

  std::string to_string() const { return place.to_string(); }  // no credentials in it
};
using WebProxyPtr = std::shared_ptr<const WebProxy>;  // nullptr: none, connections go directly

constexpr std::uint16_t kProxyPort = 1080;  // curl's, where none is named

// [http://][user[:password]@]host[:port][/…], user and password with %XX.                Source: curl(1), --proxy
//   Errors  Protocol: malformed · Unsupported: a proxy of another kind. No part of the text is repeated: it may be
//   secret
Result<WebProxyPtr> parse_proxy_url(std::string_view url);

// With Basic credentials (RFC 7617), where there is a user.
//   Errors  Protocol: a colon in the user's name, control characters
Result<WebProxyPtr> make_proxy(net::HostPort place, std::string_view user, const crypto::Secret& password);

}  // namespace booster::http
