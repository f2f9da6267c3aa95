#include "proxy/gateway/account.h"

#include <cstdint>

namespace proxy::gateway {
namespace {

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_name_byte(char c) {
  return is_alnum(c) || std::string_view(".!#$&'+-/=?^_{|}~").find(c) != std::string_view::npos;
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Names the byte, never the name.
tl::unexpected<Error> refused(const char* what, char c) {
  constexpr char kDigits[] = "0123456789abcdef";
  const auto byte = static_cast<std::uint8_t>(c);
  return fail(Errc::Protocol, std::string(what) + ": byte 0x" + kDigits[byte >> 4] + kDigits[byte & 15] +
                                  " is not allowed in a user's name");
}

Result<> check_local_part(std::string_view local) {
  if (local.empty() || local.size() > kMaxLocalPart) return fail(Errc::Protocol, "address: empty or over-long user");
  for (const char c : local)
    if (!is_name_byte(c)) return refused("address", c);
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos)
    return fail(Errc::Protocol, "address: a dot at an end or two in a row");
  return {};
}

Result<> check_domain(std::string_view domain) {
  if (domain.empty() || domain.size() > kMaxDomain) return fail(Errc::Protocol, "address: empty or over-long domain");
  char before = '.';
  for (const char c : domain) {
    if (!is_alnum(c) && c != '-' && c != '.') return refused("address", c);
    if (before == '.' && (c == '.' || c == '-')) return fail(Errc::Protocol, "address: not a host name");
    before = c;
  }
  if (!is_alnum(before)) return fail(Errc::Protocol, "address: not a host name");
  return {};
}

Result<> check_login(std::string_view login) {
  if (login.size() > kMaxLoginName) return fail(Errc::Protocol, "login name: over-long");
  for (const char c : login)
    if (!is_name_byte(c) && c != '@' && c != '\\') return refused("login name", c);  // DOMAIN\user
  return {};
}

}  // namespace

Result<std::string> make_address(std::string_view address) {
  const std::size_t at = address.find('@');
  if (at == std::string_view::npos) return fail(Errc::Protocol, "address: no @");
  TRY(check_local_part(address.substr(0, at)));
  TRY(check_domain(address.substr(at + 1)));
  std::string canonical(address);
  for (char& c : canonical) c = lower(c);
  return canonical;
}

Result<Account> make_account(std::string_view address, std::string_view login) {
  Account account;
  TRY_ASSIGN(account.address, make_address(address));
  TRY(check_login(login));
  account.login = login;
  return account;
}

}  // namespace proxy::gateway
