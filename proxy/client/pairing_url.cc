#include <charconv>

#include "booster/crypto/base_n.h"
#include "proxy/client/enrol.h"

namespace proxy::client {

namespace {

constexpr std::string_view kScheme = "packetboat://";
constexpr std::size_t kMaxHost = 253;
constexpr std::size_t kMaxCode = 128;

Error wrong(std::string what) {
  return Error(Errc::Protocol, "pairing URL: " + std::move(what));
}

// HOST:PORT or [V6]:PORT
Result<> parse_place(std::string_view place, GatewayAddress& into) {
  const bool bracketed = place.starts_with('[');
  const std::size_t host_end = bracketed ? place.find(']') : place.rfind(':');
  if (host_end == std::string_view::npos) return tl::unexpected(wrong("no port"));
  const std::size_t colon = bracketed ? host_end + 1 : host_end;
  if (colon >= place.size() || place[colon] != ':') return tl::unexpected(wrong("no port"));
  const std::string_view host = bracketed ? place.substr(1, host_end - 1) : place.substr(0, host_end);
  if (host.empty() || host.size() > kMaxHost) return tl::unexpected(wrong("no host"));
  for (const char c : host)
    if (c <= ' ' || c > '~' || c == '@' || c == '/') return tl::unexpected(wrong("a host that is none"));
  const std::string_view digits = place.substr(colon + 1);
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), into.port);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || into.port == 0)
    return tl::unexpected(wrong("a port that is none"));
  into.host = host;
  return {};
}

}  // namespace

Result<PairingUrl> parse_pairing_url(std::string_view url) {
  if (!url.starts_with(kScheme)) return tl::unexpected(wrong("does not begin with packetboat://"));
  url.remove_prefix(kScheme.size());
  const std::size_t query = url.find('?');
  if (query == std::string_view::npos) return tl::unexpected(wrong("no pin and code"));
  std::string_view place = url.substr(0, query);
  if (place.ends_with('/')) place.remove_suffix(1);
  PairingUrl result;
  TRY(parse_place(place, result.gateway));
  bool pinned = false;
  for (std::string_view rest = url.substr(query + 1); !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    if (part.starts_with("pin=")) {
      const Result<Bytes> pin = booster::crypto::from_base64url(part.substr(4));
      if (!pin || pin->size() != booster::crypto::kDigestBytes) return tl::unexpected(wrong("a pin that is none"));
      TRY_ASSIGN(result.gateway.pin, booster::crypto::Digest::from_bytes(*pin));
      pinned = true;
    } else if (part.starts_with("code=")) {
      result.code = part.substr(5);
    }
  }
  if (!pinned) return tl::unexpected(wrong("no pin"));
  if (result.code.empty() || result.code.size() > kMaxCode) return tl::unexpected(wrong("no code"));
  return result;
}

}  // namespace proxy::client
