#include "booster/http/no_proxy.h"

#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "booster/net/address.h"

namespace booster::http {
namespace {

std::string_view without_brackets(std::string_view host) {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') return host.substr(1, host.size() - 2);
  return host;
}

ByteView octets_of(const net::Address& address) {
  if (address.family() == AF_INET)
    return std::as_bytes(std::span(&reinterpret_cast<const sockaddr_in*>(address.get())->sin_addr, 1));
  return std::as_bytes(std::span(&reinterpret_cast<const sockaddr_in6*>(address.get())->sin6_addr, 1));
}

bool same_bits(ByteView one, ByteView other, std::size_t bits) {
  for (std::size_t at = 0; at < bits; ++at) {
    const auto mask = static_cast<std::byte>(0x80U >> at % 8);
    if ((one[at / 8] & mask) != (other[at / 8] & mask)) return false;
  }
  return true;
}

// address ["/" bits]
bool covers_address(std::string_view entry, const net::Address& host) {
  const std::size_t slash = entry.find('/');
  const Result<net::Address> address = net::Address::ip(without_brackets(entry.substr(0, slash)), 0);
  if (!address || address->family() != host.family()) return false;
  const ByteView octets = octets_of(*address);
  std::size_t bits = octets.size() * 8;
  if (slash != std::string_view::npos) {
    const std::string_view text = entry.substr(slash + 1);
    std::size_t wanted = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), wanted);
    if (error != std::errc() || end != text.data() + text.size() || wanted > bits) return false;
    bits = wanted;
  }
  return same_bits(octets, octets_of(host), bits);
}

bool same_name(std::string_view one, std::string_view other) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(one, other, {}, lower, lower);
}

// The name itself, or one below it.
bool covers_name(std::string_view entry, std::string_view host) {
  if (entry.ends_with('.')) entry.remove_suffix(1);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.empty() || entry.size() > host.size()) return false;
  const std::size_t before = host.size() - entry.size();
  return same_name(host.substr(before), entry) && (before == 0 || host[before - 1] == '.');
}

}  // namespace

bool is_exempt(std::string_view host, std::string_view list) {
  if (list == "*") return true;
  host = without_brackets(host);
  const Result<net::Address> address = net::Address::ip(host, 0);
  if (host.ends_with('.')) host.remove_suffix(1);
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(", \t"), list.size());
    const std::string_view entry = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (address ? covers_address(entry, *address) : covers_name(entry, host)) return true;
  }
  return false;
}

}  // namespace booster::http
