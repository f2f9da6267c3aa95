// Names of users, made canonical once, where they come in. Everything behind the front compares and stores only these.
#pragma once
#include <compare>
#include <string>
#include <string_view>

#include "codec/base/result.h"

namespace proxy::gateway {

constexpr std::size_t kMaxLocalPart = 64;   // RFC 5321 §4.5.3.1.1
constexpr std::size_t kMaxDomain = 253;     // DNS
constexpr std::size_t kMaxLoginName = 256;  // longer than any directory's
constexpr char kMasterSeparator = '*';      // `user*master` upstream: so no user's name may hold one

// Who logs in: the address, and the name that the mail server knows where it differs. An agent belongs to the pair: the
// right to an address says nothing about another login name.
struct Account {
  std::string address;  // lower case; "alice@example.org"
  std::string login;    // empty: made from the address as the domain's settings say; else as given
  auto operator<=>(const Account&) const = default;

  std::string domain() const { return address.substr(address.find('@') + 1); }
  std::string local_part() const { return address.substr(0, address.find('@')); }
  // For maps, messages and the state file: no address holds a blank.
  std::string key() const { return login.empty() ? address : address + ' ' + login; }
};

// Letters, digits and `.!#$&'+-/=?^_{|}~` before the @; a host name behind it; case is folded. Refused: everything
// else, such as the master separator, `%`, quotes, blanks and control characters (CVE-2008-1218, CVE-2017-2669,
// CVE-2026-24031); non-ASCII, whose folding differs from server to server.
//   Errors  Protocol: says which byte
Result<Account> make_account(std::string_view address, std::string_view login);
Result<std::string> make_address(std::string_view address);

}  // namespace proxy::gateway
