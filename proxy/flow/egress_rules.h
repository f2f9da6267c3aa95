// Where flows may go. Deny by default; the resolved address is tested, not the name, and it is the one that is
// connected to.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "booster/net/address.h"

namespace proxy::flow {

// One line of `flow.allow`: "host:port", "*.example.org:443", "192.0.2.0/24:5432", "[2001:db8::]/32:*"; port "*" is
// any.
class EgressRule {
 public:
  static Result<EgressRule> parse(std::string_view text);
  bool matches_name(std::string_view host, std::uint16_t port) const;
  bool matches_address(const booster::net::Address& address) const;
  bool is_network() const { return network_.has_value(); }

 private:
  std::string host_;        // lower case; a leading "*." matches any label before it
  std::uint16_t port_ = 0;  // 0: any
  std::optional<booster::net::Address> network_;
  int prefix_ = 0;
};

class EgressRules {
 public:
  EgressRules() = default;
  explicit EgressRules(std::vector<EgressRule> rules) : rules_(std::move(rules)) {}

  // Which of `resolved` may be connected to for this target.
  //   A name rule admits public addresses only; internal ones (loopback, private, link-local, mapped…) need a network
  //   rule, or a rule that names that very literal. Errors  Denied: names the target and what would allow it
  Result<std::vector<booster::net::Address>> admit(const std::string& host, std::uint16_t port,
                                                   const std::vector<booster::net::Address>& resolved) const;
  // Before anything is resolved: could any rule ever admit this? So that a denied name is not even looked up.
  bool may_admit(const std::string& host, std::uint16_t port) const;

 private:
  std::vector<EgressRule> rules_;
};

}  // namespace proxy::flow
