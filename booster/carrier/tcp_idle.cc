#include "booster/carrier/tcp_idle.h"

namespace booster::carrier {
namespace {

// What was sent down before is sent again by TCP once the way is open: later than that only who slept hears it.
constexpr auto kReopened = std::chrono::seconds(10);

}  // namespace

TcpIdle::TcpIdle(NetworkMemory& networks, const std::optional<NetworkKey>& network)
    : networks_(networks),
      network_(network),
      search_(transport::path::kTcpKeepalive, networks.known(network).tcp_idle_life) {}

std::chrono::seconds TcpIdle::interval() const {
  return std::chrono::floor<std::chrono::seconds>(search_.interval());
}

void TcpIdle::begin(session::Session& session) const {
  session.set_keepalive(interval() + kTcpPatience);
  session.ask_peer_to_ping(interval());
}

void TcpIdle::on_heard(session::Session& session, session::Duration silence) {
  const std::chrono::seconds before = interval();
  if (silence < before + kTcpPatience) {
    if (!session.expects_answer()) search_.on_survived(silence);
  } else if (silence < before + kTcpPatience + kReopened) {
    search_.on_lost(before);
  }
  if (interval() == before) return;
  begin(session);
  remember();
}

bool TcpIdle::broke_asking(session::Duration silence) const {
  return silence >= interval() + kTcpPatience;
}

void TcpIdle::on_forgotten() {
  search_.on_lost(interval());
  remember();
}

void TcpIdle::remember() const {
  Network seen;
  seen.tcp_idle_life = search_.known();
  networks_.note(network_, seen);
}

}  // namespace booster::carrier
