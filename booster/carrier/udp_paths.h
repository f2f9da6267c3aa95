// UdpPaths: from where a client's connection goes on when the machine's networks change or the present one falls
// silent. Makes before it breaks: another interface is asked from a socket of its own, and gone to once the gateway has
// answered.
#pragma once
#include <map>

#include "booster/carrier/network_memory.h"
#include "booster/carrier/udp_port.h"
#include "booster/carrier/ways.h"
#include "booster/transport/connection.h"

namespace booster::carrier {

// A socket towards the gateway, from wherever the routes lead.
Result<std::unique_ptr<net::UdpSocket>> open_udp_towards(runtime::Loop& loop, const net::Address& gateway);

class UdpPaths {
 public:
  // `gateway`: host:port, under which networks are remembered
  UdpPaths(runtime::Loop& loop, transport::Connection& connection, UdpPort& port, NetworkMemory& memory,
           const Ways& ways, std::string gateway);

  // Before the first datagram is taken: by now the router has been asked for its hardware address, so the network has a
  // name.
  void arrive();
  bool arrived() const { return arrived_; }
  // At the netlink event. The present address gone: goes on from what the routes say, at once. The routes prefer
  // another interface: asks there first.
  void network_changed();
  void on_event(const transport::Event& event);
  void remember();  // what is known by now of the present network

 private:
  struct Socket {
    platform::Way way;
    bool preferred = false;  // by the routes
    std::optional<transport::PathId> trial;
  };
  net::Address gateway_address() const;
  Socket* present();
  bool lives(const platform::Way& way) const;
  bool is_open(const platform::Way& way) const;
  void move_to(const platform::Way& way);
  void try_way(const platform::Way& way, bool preferred);
  void try_others();
  void on_proved(transport::PathId path);
  void on_failed(transport::PathId path);
  void learn_network();
  void close_unused();

  runtime::Loop& loop_;
  transport::Connection& connection_;
  UdpPort& port_;
  NetworkMemory& memory_;
  const Ways& ways_;
  std::string gateway_;
  std::map<std::uint16_t, Socket> sockets_;  // by the local port
  bool arrived_ = false;
  bool interrupted_ = false;  // nothing led to the gateway when the network changed last
};

}  // namespace booster::carrier
