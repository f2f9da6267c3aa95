// A datagram on its way, and where its memory comes from.
#pragma once
#include <deque>
#include <vector>

#include "tests/sim/fabric/types.h"

namespace sim {

class Hop;
using Chain = std::vector<Hop*>;  // what a datagram passes, in order

constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;

struct Datagram {
  Address source;
  Address destination;
  Ecn ecn = Ecn::NotEct;
  std::uint16_t origin = 0;      // the element that sent it
  std::size_t charged = 0;       // to its sender's bytes in flight; 0: copies and forgeries
  std::uint64_t serial = 0;      // unique in its world
  const Chain* chain = nullptr;  // lives as long as the world
  std::size_t place = 0;         // of the next hop in it
  TimePoint queued;              // when it came to the link it is in
  std::uint32_t era = 0;         // of that link: how often it has been taken down
  std::vector<std::byte> bytes;  // the UDP payload

  // What links and the emulator count: the IP packet.
  std::size_t wire() const { return bytes.size() + kUdpHeader + (is_ipv4(destination) ? kIpv4Header : kIpv6Header); }
};

// Datagrams keep their place in memory and their buffers; one that was given back is the next to be taken.
class DatagramPool {
 public:
  Datagram& take();
  void give_back(Datagram& datagram);
  std::size_t in_use() const { return all_.size() - free_.size(); }

 private:
  std::deque<Datagram> all_;
  std::vector<Datagram*> free_;
};

}  // namespace sim
