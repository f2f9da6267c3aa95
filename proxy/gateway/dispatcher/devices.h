// The device table: the state file's rows held in memory, so that a right is checked at every delivery.
#pragma once
#include <map>
#include <optional>

#include "booster/crypto/digest.h"
#include "booster/runtime/loop.h"
#include "proxy/gateway/state/state.h"

namespace proxy::gateway::dispatcher {

using booster::crypto::Digest;
using booster::runtime::Task;

constexpr auto kCodeLife = std::chrono::minutes(10);
constexpr std::size_t kMaxDeviceName = 128;

class DeviceTable {
 public:
  DeviceTable(booster::runtime::Loop& loop, state::State& state) : loop_(loop), state_(state) {}

  Task<Result<>> load();

  const state::Device* find(const std::optional<Digest>& pin) const;  // nullptr: no such device; revoked ones too
  bool revoked(const std::optional<Digest>& pin) const;
  bool enrolled(const std::optional<Digest>& pin) const;  // known and not revoked
  bool enrolled_for(const std::optional<Digest>& pin, const std::string& address) const;
  std::vector<state::Device> all() const;

  // A new one-time code for these users.
  Task<Result<std::string>> add_code(std::vector<std::string> addresses);
  //   Errors  Denied, with the reason: unknown, used, expired, revoked
  Task<Result<state::Device>> redeem(std::string code, std::string name, Digest pin);
  Task<Result<>> revoke(Digest pin);
  //   Errors  NotFound, Conflict: more than one fits
  Result<Digest> resolve(const std::string& which) const;
  Task<Result<>> note_seen(Digest pin);  // at most once an hour goes to the file

  state::WallTime now() const { return std::chrono::floor<std::chrono::seconds>(loop_.wall_now()); }

 private:
  booster::runtime::Loop& loop_;
  state::State& state_;
  std::map<Digest, state::Device> devices_;
};

// Letters' case, blanks and dashes do not matter: people type it.
std::string canonical_code(const std::string& typed);
// No control characters, bounded; never empty.
std::string clean_name(const std::string& name);

}  // namespace proxy::gateway::dispatcher
