// What the broker keeps: passwords of logged-in users, master users' passwords, tags of refused ones. Memory only.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "booster/crypto/digest.h"
#include "booster/crypto/secret.h"
#include "booster/disk/disk.h"
#include "proxy/gateway/broker/messages.h"

namespace proxy::gateway::broker {

constexpr std::size_t kTagsPerAccount = 16;  // a guesser's wrong words push out the oldest, which is then asked once
constexpr std::size_t kTaggedAccounts = 65536;
constexpr auto kRefusedFor = std::chrono::hours(1);  // a password set anew at the server may be an old one

class Vault {
 public:
  // Reads the tags' key, or makes it; reads the masters' files. A file that cannot be read is told, not fatal.
  //   Errors  of the key file
  Result<std::vector<std::string>> configure(booster::disk::Disk& disk, const Configure& settings);
  bool configured() const { return !key_.empty(); }
  const Secret& key() const { return key_; }

  void keep(const std::string& account, Secret password) { passwords_[account] = std::move(password); }
  void forget(const std::string& account) { passwords_.erase(account); }
  const Secret* find(const std::string& account) const;
  const Secret* find_master(const std::string& domain) const;

  void remember(const KnownRefusal& refusal, WallTime now);
  // Until when this password is known to be refused.
  std::optional<WallTime> refused_until(const std::string& account, const booster::crypto::Digest& tag,
                                        WallTime now) const;

 private:
  Secret key_;
  std::unordered_map<std::string, Secret> passwords_;
  std::map<std::string, Secret> masters_;
  std::unordered_map<std::string, std::vector<KnownRefusal>> refused_;
};

}  // namespace proxy::gateway::broker
