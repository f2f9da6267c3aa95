// What a tunnel's TCP connection asks of the kernel.
#pragma once
#include <string>

#include "booster/net/stream.h"

namespace booster::net {

struct TunnelSocket {
  std::string congestion;  // what is in force after asking for BBR: "bbr", else the system's own
};

// BBR where allowed, little handed to the kernel unsent (see SendGate), no Nagle, dead peers found within a minute even
// when idle. A stream without a descriptor is left alone.
constexpr int kNotSentLowat = 8 * 1024;  // half of it and a record of 12 KiB: never more than 16 KiB are unsent
TunnelSocket tune_tunnel_socket(const Stream& stream);

// Its other end is on this host (a Unix socket): nothing waits in a network. -1 is none.
bool is_local_socket(int fd);

}  // namespace booster::net
