// NetworkMemory: what a client has learned of the networks it was in, each under its own key, so that nothing of one is
// taken for another's.                                                                Source: docs/adr/0016
#pragma once
#include <array>
#include <list>
#include <optional>
#include <string_view>

#include "booster/disk/disk.h"
#include "booster/transport/path/keepalive_search.h"
#include "booster/transport/rate/controller.h"

namespace booster::carrier {

// Of one network and one gateway; on disk nobody can read from it where the user was.
using NetworkKey = std::array<std::byte, 16>;
// `network` as platform::Way says; nullopt: it cannot be told, and nothing is known or kept of it.
std::optional<NetworkKey> network_key(std::string_view network, std::string_view gateway);

struct Network {
  std::optional<transport::rate::Remembered> path;         // towards the gateway
  std::optional<transport::path::IdleLife> udp_idle_life;  // how long a NAT keeps an idle mapping
  std::optional<transport::path::IdleLife> tcp_idle_life;
  bool operator==(const Network&) const = default;
};

class NetworkMemory {
 public:
  static constexpr std::size_t kMost = 64;  // networks; the one that was used longest ago goes

  Network known(const std::optional<NetworkKey>& key) const;
  // Takes over what `seen` has; what it does not have stays.
  void note(const std::optional<NetworkKey>& key, const Network& seen);
  std::size_t size() const { return networks_.size(); }
  // Rates and round trips differ by less than a quarter, and the rest not at all: not worth writing again.
  bool is_near(const NetworkMemory& other) const;

  //   Shape   version: u8 (1), then from the newest on: key, u8 flags (1 path, 2 UDP, 4 TCP), path: varint bits a
  //   second,
  //           varint µs of round trip; each idle life: varint seconds survived, varint seconds lost (0: never)
  Bytes encode() const;
  //   Errors  Corrupt: not what encode() gives
  static Result<NetworkMemory> decode(ByteView bytes);
  // A file that is missing or broken is an empty memory.
  static NetworkMemory load(disk::Disk& disk, const disk::Path& path);
  Result<> save(disk::Disk& disk, const disk::Path& path) const;

 private:
  struct Entry {
    NetworkKey key;
    Network network;
  };
  std::list<Entry> networks_;  // the newest first
};

}  // namespace booster::carrier
