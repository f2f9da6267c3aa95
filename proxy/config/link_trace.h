// The `link` section of either side: where the steps of the tunnel over UDP are written.
#pragma once
#include <cstdint>
#include <string>

#include "proxy/config/document.h"

namespace proxy::config {

struct LinkTrace {
  std::string file;                              // empty: none, until `packetboat link trace start`
  std::uint64_t size = std::uint64_t{64} << 20;  // octets of both its files, at most
};

void read_link_trace(Section& link, LinkTrace& into);

}  // namespace proxy::config
