// How long may nothing pass before a NAT or firewall on the way forgets the client? Found by asking ever more seldom
// while the question still comes down, and less seldom once it did not.                          Source: PROTOCOL.md
// §4.1
#pragma once
#include <chrono>
#include <optional>

#include "booster/transport/types.h"

namespace booster::transport::path {

struct KeepaliveBounds {
  Duration first;     // nothing is known
  Duration shortest;  // whoever forgets sooner has to be lived with
  Duration longest;   // so long may a push wait where a NAT suddenly forgets sooner than it did
  Duration step;      // so much more than what was survived is risked at once: what a push waits for while searching
};
// RFC 4787 §4.3 wants two minutes and more, mobile carriers have 30 to 60 s. Beyond five minutes there is 1 kB an hour
// to be gained.
constexpr KeepaliveBounds kUdpKeepalive{std::chrono::seconds(25), std::chrono::seconds(15), std::chrono::minutes(5),
                                        std::chrono::seconds(30)};
// RFC 5382 §5 wants two hours, in practice it is 5 to 30 minutes.
constexpr KeepaliveBounds kTcpKeepalive{std::chrono::seconds(50), std::chrono::seconds(15), std::chrono::minutes(10),
                                        std::chrono::seconds(60)};

// What is known of a network, to be remembered.
struct IdleLife {
  Duration survived{};           // silence after which something still came down
  std::optional<Duration> lost;  // … and after which it did not
  bool operator==(const IdleLife&) const = default;
};

class KeepaliveSearch {
 public:
  explicit KeepaliveSearch(const KeepaliveBounds& bounds, const std::optional<IdleLife>& known = std::nullopt);

  // After so much silence the gateway is to ask; whole seconds.
  Duration interval() const;
  void on_survived(Duration silence);  // something came down after so much of it
  void on_lost(Duration silence);      // what was sent down then did not come, and the link itself carries
  bool settled() const;
  std::optional<IdleLife> known() const;  // nullopt: nothing yet

 private:
  Duration close() const;

  KeepaliveBounds bounds_;
  IdleLife life_;
  int proofs_ = 0;  // survived in a row
};

}  // namespace booster::transport::path
