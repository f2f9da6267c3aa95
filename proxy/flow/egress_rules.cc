#include "proxy/flow/egress_rules.h"

#include <netinet/in.h>

#include <algorithm>
#include <charconv>

namespace proxy::flow {
namespace {

using booster::net::Address;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (result.ends_with('.')) result.pop_back();
  return result;
}

// The bytes to compare; a mapped IPv4 address is compared as IPv4.
ByteView raw(const Address& address) {
  if (address.family() == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in*>(address.get())->sin_addr;
    return std::as_bytes(std::span(reinterpret_cast<const std::uint8_t*>(&in), 4));
  }
  const auto& in6 = reinterpret_cast<const sockaddr_in6*>(address.get())->sin6_addr;
  const ByteView all = std::as_bytes(std::span(in6.s6_addr, 16));
  return IN6_IS_ADDR_V4MAPPED(&in6) ? all.subspan(12) : all;
}

bool same_prefix(ByteView a, ByteView b, int bits) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size() && bits > 0; ++i, bits -= 8) {
    const std::byte mask = bits >= 8 ? std::byte{0xff} : static_cast<std::byte>(0xff << (8 - bits));
    if (((a[i] ^ b[i]) & mask) != std::byte{0}) return false;
  }
  return true;
}

}  // namespace

Result<EgressRule> EgressRule::parse(std::string_view text) {
  EgressRule rule;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return fail(Errc::Protocol, "rule '" + std::string(text) + "': want host:port, a port may be *");
  const std::string_view port = text.substr(colon + 1);
  if (port != "*") {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), rule.port_);
    if (error != std::errc() || end != port.data() + port.size() || rule.port_ == 0)
      return fail(Errc::Protocol,
                  "rule '" + std::string(text) + "': port '" + std::string(port) + "' is neither a number nor *");
  }
  std::string_view host = text.substr(0, colon);
  std::string_view prefix;
  if (const std::size_t slash = host.find('/'); slash != std::string_view::npos) {
    prefix = host.substr(slash + 1);
    host = host.substr(0, slash);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return fail(Errc::Protocol, "rule '" + std::string(text) + "': the host is missing");
  if (const Result<Address> address = Address::ip(host, 0)) {
    rule.network_ = *address;
    const int longest = static_cast<int>(raw(*address).size()) * 8;
    rule.prefix_ = longest;
    if (!prefix.empty()) {
      const auto [end, error] = std::from_chars(prefix.data(), prefix.data() + prefix.size(), rule.prefix_);
      if (error != std::errc() || end != prefix.data() + prefix.size() || rule.prefix_ < 0 || rule.prefix_ > longest)
        return fail(Errc::Protocol, "rule '" + std::string(text) + "': prefix '" + std::string(prefix) + "'");
    }
    return rule;
  }
  if (!prefix.empty())
    return fail(Errc::Protocol, "rule '" + std::string(text) + "': a prefix needs an address before it");
  rule.host_ = lower(host);
  return rule;
}

bool EgressRule::matches_name(std::string_view host, std::uint16_t port) const {
  if (network_ || (port_ != 0 && port_ != port)) return false;
  const std::string name = lower(host);
  if (host_ == "*") return true;
  if (host_.starts_with("*."))
    return name.size() > host_.size() - 1 && name.ends_with(std::string_view(host_).substr(1));
  return name == host_;
}

bool EgressRule::matches_address(const Address& address) const {
  if (!network_ || (port_ != 0 && port_ != address.port())) return false;
  return same_prefix(raw(*network_), raw(address), prefix_);
}

bool EgressRules::may_admit(const std::string& host, std::uint16_t port) const {
  return std::any_of(rules_.begin(), rules_.end(),
                     [&](const EgressRule& rule) { return rule.is_network() || rule.matches_name(host, port); });
}

Result<std::vector<Address>> EgressRules::admit(const std::string& host, std::uint16_t port,
                                                const std::vector<Address>& resolved) const {
  const bool by_name =
      std::any_of(rules_.begin(), rules_.end(), [&](const EgressRule& rule) { return rule.matches_name(host, port); });
  std::vector<Address> admitted;
  for (const Address& address : resolved) {
    const bool by_network = std::any_of(rules_.begin(), rules_.end(),
                                        [&](const EgressRule& rule) { return rule.matches_address(address); });
    if (by_network || (by_name && !address.is_internal())) admitted.push_back(address);
  }
  if (!admitted.empty()) return admitted;
  const std::string target = booster::net::HostPort{host, port}.to_string();
  if (by_name) return fail(Errc::Denied, target + " leads to an internal address: flow.allow must name that network");
  return fail(Errc::Denied, target + " is not in the gateway's flow.allow");
}

}  // namespace proxy::flow
