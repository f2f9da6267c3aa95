#include "booster/carrier/udp_paths.h"

#include <algorithm>
#include <utility>

namespace booster::carrier {
namespace {

net::Address any_of_family(const net::Address& like) {
  return *net::Address::ip(like.family() == AF_INET6 ? "::" : "0.0.0.0", 0);
}

Result<std::unique_ptr<net::UdpSocket>> open_bound(runtime::Loop& loop, const net::Address& local,
                                                   const std::string& device) {
  net::UdpOptions options;
  options.bind = local;
  options.device = device;
  options.both = false;
  return net::UdpSocket::open(loop, options);
}

net::Address address_of(const std::string& octets) {
  sockaddr_storage name{};
  if (octets.size() == sizeof(in_addr)) {
    auto& four = reinterpret_cast<sockaddr_in&>(name);
    four.sin_family = AF_INET;
    std::copy(octets.begin(), octets.end(), reinterpret_cast<char*>(&four.sin_addr));
  } else {
    auto& six = reinterpret_cast<sockaddr_in6&>(name);
    six.sin6_family = AF_INET6;
    std::copy_n(octets.begin(), std::min(octets.size(), sizeof(in6_addr)), reinterpret_cast<char*>(&six.sin6_addr));
  }
  return net::Address::from(reinterpret_cast<const sockaddr*>(&name));
}

// Whatever the routes say. Where binding to an interface is not allowed, its address has to do.
Result<std::unique_ptr<net::UdpSocket>> open_through(runtime::Loop& loop, const net::Address& gateway,
                                                     const platform::Way& way) {
  Result<std::unique_ptr<net::UdpSocket>> socket = open_bound(loop, any_of_family(gateway), way.device);
  if (!socket && socket.error().code == Errc::Denied && !way.source.empty())
    socket = open_bound(loop, address_of(way.source), {});
  return socket;
}

bool same_place(const platform::Way& one, const platform::Way& other) {
  return one.interface == other.interface && one.source == other.source;
}

}  // namespace

Result<std::unique_ptr<net::UdpSocket>> open_udp_towards(runtime::Loop& loop, const net::Address& gateway) {
  return open_bound(loop, any_of_family(gateway), {});
}

UdpPaths::UdpPaths(runtime::Loop& loop, transport::Connection& connection, UdpPort& port, NetworkMemory& memory,
                   const Ways& ways, std::string gateway)
    : loop_(loop), connection_(connection), port_(port), memory_(memory), ways_(ways), gateway_(std::move(gateway)) {
  sockets_[port_.socket().local().port].preferred = true;
}

net::Address UdpPaths::gateway_address() const {
  return to_net(connection_.active().route.remote).address();
}

UdpPaths::Socket* UdpPaths::present() {
  const auto found = sockets_.find(connection_.active().route.local.port);
  return found == sockets_.end() ? nullptr : &found->second;
}

void UdpPaths::arrive() {
  arrived_ = true;
  learn_network();
}

// Of the path that carries from now on. Nothing that was learned in another network is taken over.
void UdpPaths::learn_network() {
  Socket* const here = present();
  if (here == nullptr) return;
  const Result<platform::Way> way = ways_.to(gateway_address(), here->preferred ? 0 : here->way.interface);
  if (way) here->way = *way;
  const Network known = memory_.known(network_key(here->way.network, gateway_));
  connection_.recall(known.path, known.udp_idle_life);
}

void UdpPaths::remember() {
  const Socket* const here = present();
  if (here == nullptr || !arrived_) return;
  Network seen;
  seen.path = connection_.remember();
  seen.udp_idle_life = connection_.keepalive().known();
  memory_.note(network_key(here->way.network, gateway_), seen);
}

bool UdpPaths::lives(const platform::Way& way) const {
  const std::vector<platform::Way> all = ways_.all_to(gateway_address());
  return std::any_of(all.begin(), all.end(), [&](const platform::Way& each) { return same_place(each, way); });
}

bool UdpPaths::is_open(const platform::Way& way) const {
  return std::any_of(sockets_.begin(), sockets_.end(),
                     [&](const auto& each) { return same_place(each.second.way, way); });
}

void UdpPaths::network_changed() {
  const Socket* const here = present();
  const Result<platform::Way> preferred = ways_.to(gateway_address(), 0);
  // Nothing leads there: perhaps in the other family, which the silence after a question brings up.
  const bool interrupted = std::exchange(interrupted_, !preferred);
  if (here == nullptr || !preferred) return connection_.ask();
  // Who was cut off may find another NAT behind the same router.
  if (interrupted || !lives(here->way)) return move_to(*preferred);
  if (same_place(*preferred, here->way)) {
    const std::string& network = here->way.network;
    const bool other = !network.empty() && !preferred->network.empty() && network != preferred->network;
    if (other) move_to(*preferred);
  } else if (!is_open(*preferred)) {
    try_way(*preferred, true);
  }
}

void UdpPaths::move_to(const platform::Way& way) {
  Result<std::unique_ptr<net::UdpSocket>> socket = open_udp_towards(loop_, gateway_address());
  if (!socket) return;
  const std::uint16_t local = (*socket)->local().port;
  if (!port_.add(std::move(*socket))) return;
  remember();
  sockets_[local] = {way, true, std::nullopt};
  for (auto& [port, each] : sockets_) each.trial.reset();
  (void)connection_.move({{{}, local}, connection_.active().route.remote}, loop_.now());
  close_unused();
  port_.wake();
}

void UdpPaths::try_way(const platform::Way& way, bool preferred) {
  Result<std::unique_ptr<net::UdpSocket>> socket = open_through(loop_, gateway_address(), way);
  if (!socket) return;
  const std::uint16_t local = (*socket)->local().port;
  if (!port_.add(std::move(*socket))) return;
  const auto trial = connection_.try_path({{{}, local}, connection_.active().route.remote}, loop_.now());
  if (trial) sockets_[local] = {way, preferred, *trial};
  close_unused();
  port_.wake();
}

void UdpPaths::try_others() {
  for (const platform::Way& way : ways_.all_to(gateway_address())) {
    if (!is_open(way)) try_way(way, false);
  }
}

void UdpPaths::on_event(const transport::Event& event) {
  if (std::holds_alternative<transport::Silent>(event)) try_others();
  if (const auto* proved = std::get_if<transport::PathProved>(&event)) on_proved(proved->path);
  if (const auto* failed = std::get_if<transport::PathFailed>(&event)) on_failed(failed->path);
  if (std::holds_alternative<transport::Moved>(event)) {
    learn_network();
    close_unused();
  }
}

// The first that answers is the best: it has the shortest round trip. One that nobody needs any more is left.
void UdpPaths::on_proved(transport::PathId path) {
  const auto found =
      std::find_if(sockets_.begin(), sockets_.end(), [&](const auto& each) { return each.second.trial == path; });
  if (found == sockets_.end()) return;
  const bool needed = found->second.preferred || connection_.silent_since() != transport::kNever;
  found->second.trial.reset();
  remember();
  if (needed) (void)connection_.go_to(path, loop_.now());
  connection_.give_up_trials(loop_.now());
  close_unused();
  port_.wake();
}

void UdpPaths::on_failed(transport::PathId path) {
  std::erase_if(sockets_, [&](const auto& each) { return each.second.trial == path; });
  close_unused();
  if (connection_.silent_since() != transport::kNever && sockets_.size() == 1) try_others();
}

void UdpPaths::close_unused() {
  const transport::Address& remote = connection_.active().route.remote;
  const auto used = [&](std::uint16_t port) { return connection_.uses({{{}, port}, remote}); };
  port_.keep_only(used);
  std::erase_if(sockets_, [&](const auto& each) { return !used(each.first); });
}

}  // namespace booster::carrier
