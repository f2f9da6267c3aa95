// Watch: makes events of what a connection does. Packets are told to it one by one; what changes slowly (estimates,
// states of paths, keys) it finds by comparing, so that the connection need not mention each change.
#pragma once
#include <map>
#include <memory>
#include <optional>

#include "booster/transport/path/path.h"
#include "booster/transport/trace/event.h"

namespace booster::transport::trace {

class Watch {
 public:
  explicit Watch(Observer& observer) : observer_(observer) {}

  void on_sent(PathId path, const recovery::SentPacket& packet, TimePoint now);
  void on_received(PathId path, PacketNumber number, std::size_t size, Ecn ecn, TimePoint now);
  void on_acked(PathId path, const recovery::AckReport& report, TimePoint now);
  void on_lost(PathId path, const recovery::SentPacket& packet, TimePoint now);
  void on_closed(const Error& error, bool by_peer, TimePoint now);

  using Paths = std::map<PathId, std::unique_ptr<path::Path>>;
  void look(const Paths& paths, PathId active, bool key_phase, TimePoint now);

 private:
  struct Seen {  // of a path, as told last
    Route route;
    path::Validation::State validation = path::Validation::State::None;
    std::size_t mtu = 0;
    int probes = 0;
    TimePoint silent_since = kNever;
    bool outage = false;
    std::uint64_t copies = 0;
    bool policed = false;
    bool rivals = false;
    double loss = 0;
    double radio = 0;
    Metrics metrics;
    TimePoint metrics_at{};
  };
  void tell(const Event& event, TimePoint now) { observer_.on_trace(event, now); }
  void look_at_address(const path::Path& path, Seen& seen, TimePoint now);
  void look_at_silence(const path::Path& path, Seen& seen, TimePoint now);
  void look_at_rate(const path::Path& path, Seen& seen, TimePoint now);
  void look_at_loss(const path::Path& path, Seen& seen, TimePoint now);
  void forget_gone(const Paths& paths, TimePoint now);

  Observer& observer_;
  std::map<PathId, Seen> seen_;
  std::optional<PathId> active_;
  std::optional<bool> key_phase_;
  std::uint64_t key_updates_ = 0;
};

}  // namespace booster::transport::trace
