// Way: through which interface the machine reaches an address now, and which network that is.
#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "codec/base/result.h"

namespace booster::platform {

struct Way {
  std::uint32_t interface = 0;  // its index
  std::string device;           // its name
  std::string source;           // the local address it would be sent from: 4 or 16 octets
  // Tells the network from every other one the machine has been in: by its router's hardware address, or the modem.
  // Empty: it cannot be told (yet: the router has not been asked for; or a VPN, which may run over anything).
  std::string network;

  bool operator==(const Way&) const = default;
};

// As the kernel's routes choose; `interface`: through that one alone, 0: any.   Source: rtnetlink(7)
//   Errors  Unreachable: no route there · Unsupported: no netlink, or no IP address · Io
Result<Way> way_to(const sockaddr* to, std::uint32_t interface = 0);

// One for each interface that is up and has an address of the family of `to` to send from; loopback is none.
std::vector<Way> ways_to(const sockaddr* to);

}  // namespace booster::platform
