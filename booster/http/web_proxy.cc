#include "booster/http/web_proxy.h"

#include <algorithm>

#include "booster/crypto/base_n.h"
#include "booster/http/connect_request.h"

namespace booster::http {
namespace {

constexpr std::string_view kBasic = "Basic ";

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return lower;
}

Error malformed_url() {
  return Error(Errc::Protocol,
               "want http://host:port, or http://user:password@host:port with %XX for special characters");
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// pct-encoded, RFC 3986 §2.1
Result<crypto::Secret> decode_percent(std::string_view text) {
  Bytes decoded;
  decoded.reserve(text.size());
  crypto::Secret result;
  bool good = true;
  for (std::size_t at = 0; at < text.size() && good; ++at) {
    if (text[at] != '%') {
      decoded.push_back(static_cast<std::byte>(text[at]));
      continue;
    }
    const int high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[at + 2]) : -1;
    good = low >= 0;
    if (good) decoded.push_back(static_cast<std::byte>(high << 4 | low));
    at += 2;
  }
  result = crypto::Secret(std::move(decoded));
  if (!good) return tl::unexpected(malformed_url());
  return result;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

// "Basic " base64(user ":" password)     RFC 7617 §2
crypto::Secret basic(std::string_view user, ByteView password) {
  Bytes pair;
  pair.reserve(user.size() + 1 + password.size());
  const ByteView name = as_bytes(user);
  pair.insert(pair.end(), name.begin(), name.end());
  pair.push_back(std::byte{':'});
  pair.insert(pair.end(), password.begin(), password.end());
  const crypto::Secret joined(std::move(pair));
  std::string coded = crypto::to_base64(joined.reveal());
  Bytes value;
  value.reserve(kBasic.size() + coded.size());
  const ByteView scheme = as_bytes(kBasic);
  value.insert(value.end(), scheme.begin(), scheme.end());
  const ByteView text = as_bytes(coded);
  value.insert(value.end(), text.begin(), text.end());
  crypto::wipe(std::as_writable_bytes(std::span(coded)));
  return crypto::Secret(std::move(value));
}

}  // namespace

Result<WebProxyPtr> make_proxy(net::HostPort place, std::string_view user, const crypto::Secret& password) {
  if (user.find(':') != std::string_view::npos) return fail(Errc::Protocol, "a user's name holds no ':'");
  if (has_control(user) || has_control(password.reveal_text()))
    return fail(Errc::Protocol, "control characters in the user's name or password");
  auto proxy = std::make_shared<WebProxy>();
  proxy->place = std::move(place);
  if (!user.empty()) proxy->credentials = basic(user, password.reveal());
  return WebProxyPtr(std::move(proxy));
}

Result<WebProxyPtr> parse_proxy_url(std::string_view url) {
  std::string_view rest = url;
  if (const std::size_t slashes = url.find("://"); slashes != std::string_view::npos) {
    const std::string scheme = lower_case(url.substr(0, slashes));
    if (scheme == "https" || scheme.starts_with("socks"))
      return fail(Errc::Unsupported, scheme + " proxies are not served: want http://host:port");
    if (scheme != "http") return tl::unexpected(malformed_url());
    rest.remove_prefix(slashes + 3);
  }
  rest = rest.substr(0, rest.find('/'));
  std::string_view user;
  std::string_view password;
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    user = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    if (const std::size_t colon = user.find(':'); colon != std::string_view::npos) {
      password = user.substr(colon + 1);
      user = user.substr(0, colon);
    }
  }
  const Result<net::HostPort> place = net::HostPort::parse(rest, kProxyPort);
  if (!place || place->port == 0 || !is_plain_host(place->host)) return tl::unexpected(malformed_url());
  TRY_ASSIGN(const crypto::Secret name, decode_percent(user));
  TRY_ASSIGN(const crypto::Secret word, decode_percent(password));
  return make_proxy(*place, name.reveal_text(), word);
}

}  // namespace booster::http
