#include "booster/carrier/network_memory.h"

#include <algorithm>

#include "booster/crypto/digest.h"
#include "booster/disk/durable.h"

namespace booster::carrier {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kPath = 1;
constexpr std::uint8_t kUdpIdle = 2;
constexpr std::uint8_t kTcpIdle = 4;
constexpr std::size_t kMostBytes = 8192;
constexpr std::uint64_t kMostRate = 1'000'000'000'000;   // a terabit a second
constexpr std::uint64_t kMostRoundTrip = 3'600'000'000;  // µs
constexpr std::uint64_t kMostSilence = 86'400;           // seconds

using Seconds = std::chrono::seconds;
using Microseconds = std::chrono::microseconds;
using transport::path::IdleLife;

void write(ByteWriter& out, const IdleLife& life) {
  const auto seconds = [](runtime::Duration of) {
    return static_cast<std::uint64_t>(std::chrono::floor<Seconds>(of).count());
  };
  out.varint(seconds(life.survived));
  out.varint(life.lost ? std::max<std::uint64_t>(seconds(*life.lost), 1) : 0);
}

Result<std::uint64_t> read_up_to(ByteReader& in, std::uint64_t most) {
  TRY_ASSIGN(const std::uint64_t value, in.varint());
  if (value > most) return fail(Errc::Corrupt, "networks: a value out of range");
  return value;
}

Result<IdleLife> read_idle_life(ByteReader& in) {
  IdleLife life;
  TRY_ASSIGN(const std::uint64_t survived, read_up_to(in, kMostSilence));
  TRY_ASSIGN(const std::uint64_t lost, read_up_to(in, kMostSilence));
  life.survived = Seconds(survived);
  if (lost > 0) life.lost = Seconds(lost);
  return life;
}

Result<transport::rate::Remembered> read_path(ByteReader& in) {
  TRY_ASSIGN(const std::uint64_t rate, read_up_to(in, kMostRate));
  TRY_ASSIGN(const std::uint64_t rtt, read_up_to(in, kMostRoundTrip));
  return transport::rate::Remembered{{rate}, Microseconds(rtt)};
}

Result<Network> read_network(ByteReader& in) {
  Network network;
  TRY_ASSIGN(const std::uint8_t flags, in.u8());
  if (flags > (kPath | kUdpIdle | kTcpIdle)) return fail(Errc::Corrupt, "networks: unknown flags");
  if ((flags & kPath) != 0) {
    TRY_ASSIGN(network.path, read_path(in));
  }
  if ((flags & kUdpIdle) != 0) {
    TRY_ASSIGN(network.udp_idle_life, read_idle_life(in));
  }
  if ((flags & kTcpIdle) != 0) {
    TRY_ASSIGN(network.tcp_idle_life, read_idle_life(in));
  }
  return network;
}

template <class T>
void take_over(std::optional<T>& to, const std::optional<T>& from) {
  if (from) to = from;
}

bool is_near_path(const std::optional<transport::rate::Remembered>& one,
                  const std::optional<transport::rate::Remembered>& two) {
  const auto near = [](auto low, auto high) { return high < low + low / 4 || high == low; };
  const auto are_near = [near](auto a, auto b) { return near(std::min(a, b), std::max(a, b)); };
  if (!one || !two) return one == two;
  return are_near(one->rate.value, two->rate.value) && are_near(one->rtt.count(), two->rtt.count());
}

}  // namespace

std::optional<NetworkKey> network_key(std::string_view network, std::string_view gateway) {
  if (network.empty()) return std::nullopt;
  Bytes named;
  ByteWriter out(named);
  out.sized(as_bytes("packetboat network"));
  out.sized(as_bytes(network));
  out.sized(as_bytes(gateway));
  return crypto::sha256(named).truncated<sizeof(NetworkKey)>();
}

Network NetworkMemory::known(const std::optional<NetworkKey>& key) const {
  if (!key) return {};
  const auto found =
      std::find_if(networks_.begin(), networks_.end(), [&](const Entry& each) { return each.key == *key; });
  return found == networks_.end() ? Network{} : found->network;
}

void NetworkMemory::note(const std::optional<NetworkKey>& key, const Network& seen) {
  if (!key || seen == Network{}) return;
  Network network = known(key);
  take_over(network.path, seen.path);
  take_over(network.udp_idle_life, seen.udp_idle_life);
  take_over(network.tcp_idle_life, seen.tcp_idle_life);
  networks_.remove_if([&](const Entry& each) { return each.key == *key; });
  networks_.push_front({*key, network});
  if (networks_.size() > kMost) networks_.pop_back();
}

bool NetworkMemory::is_near(const NetworkMemory& other) const {
  return std::equal(networks_.begin(), networks_.end(), other.networks_.begin(), other.networks_.end(),
                    [](const Entry& one, const Entry& two) {
                      const Network& now = one.network;
                      const Network& then = two.network;
                      return one.key == two.key && is_near_path(now.path, then.path) &&
                             now.udp_idle_life == then.udp_idle_life && now.tcp_idle_life == then.tcp_idle_life;
                    });
}

Bytes NetworkMemory::encode() const {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(kVersion);
  for (const auto& [key, network] : networks_) {
    out.put(key);
    out.u8(static_cast<std::uint8_t>((network.path ? kPath : 0) | (network.udp_idle_life ? kUdpIdle : 0) |
                                     (network.tcp_idle_life ? kTcpIdle : 0)));
    if (network.path) {
      out.varint(network.path->rate.value);
      out.varint(static_cast<std::uint64_t>(std::chrono::floor<Microseconds>(network.path->rtt).count()));
    }
    if (network.udp_idle_life) write(out, *network.udp_idle_life);
    if (network.tcp_idle_life) write(out, *network.tcp_idle_life);
  }
  return bytes;
}

Result<NetworkMemory> NetworkMemory::decode(ByteView bytes) {
  NetworkMemory memory;
  ByteReader in(bytes);
  TRY_ASSIGN(const std::uint8_t version, in.u8());
  if (version != kVersion) return fail(Errc::Corrupt, "networks: another version");
  while (!in.empty()) {
    if (memory.networks_.size() == kMost) return fail(Errc::Corrupt, "networks: too many");
    TRY_ASSIGN(const ByteView key, in.take(sizeof(NetworkKey)));
    Entry entry;
    std::copy(key.begin(), key.end(), entry.key.begin());
    TRY_ASSIGN(entry.network, read_network(in));
    memory.networks_.push_back(entry);
  }
  return memory;
}

NetworkMemory NetworkMemory::load(disk::Disk& disk, const disk::Path& path) {
  const Result<Bytes> bytes = disk::read_file(disk, path, kMostBytes);
  if (!bytes) return {};
  Result<NetworkMemory> memory = decode(*bytes);
  return memory ? std::move(*memory) : NetworkMemory{};
}

Result<> NetworkMemory::save(disk::Disk& disk, const disk::Path& path) const {
  return disk::write_file_durably(disk, path, encode());
}

}  // namespace booster::carrier
