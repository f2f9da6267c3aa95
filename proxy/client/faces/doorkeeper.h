// Who may try passwords: each wrong one costs time, several different ones a stay outside.      Source: THREATS T13,
// #20
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "booster/crypto/digest.h"
#include "booster/runtime/clock.h"

namespace proxy::client::faces {

using booster::runtime::Duration;
using booster::runtime::TimePoint;

constexpr int kFailuresToJail = 3;                   // different wrong passwords
constexpr Duration kJail = std::chrono::minutes(1);  // long enough to stop guessing, short enough for a person
constexpr Duration kFailureMemory = std::chrono::minutes(10);
constexpr std::size_t kMaxRemembered = 1024;               // pairs of peer and user; beyond it the oldest is forgotten
constexpr Duration kFirstDelay = std::chrono::seconds(2);  // then 4, 8, 15: Dovecot's
constexpr Duration kLongestDelay = std::chrono::seconds(15);

// Keyed by peer and user name. The same wrong password again (a program with a stale one) counts once, so that it
// never locks its owner out.
class Doorkeeper {
 public:
  Doorkeeper();

  bool jailed(std::string_view peer, std::string_view user, TimePoint now);
  // How long to wait before saying no.
  Duration refused(std::string_view peer, std::string_view user, std::string_view password, TimePoint now);
  void admitted(std::string_view peer, std::string_view user);

  // Constant time in the password; `expected` empty stands for an unknown user.
  bool matches(std::string_view given, ByteView expected) const;

 private:
  struct Record {
    std::vector<booster::crypto::Digest> refused;  // at most kFailuresToJail
    int failures = 0;
    TimePoint last{};
    TimePoint jailed_until{};
  };
  using Key = std::pair<std::string, std::string>;
  void forget_old(TimePoint now);

  Bytes key_;  // random: what is remembered is useless elsewhere
  std::map<Key, Record> records_;
};

}  // namespace proxy::client::faces
