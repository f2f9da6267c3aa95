#include "tests/sim/fabric/datagram.h"

namespace sim {

Datagram& DatagramPool::take() {
  if (free_.empty()) return all_.emplace_back();
  Datagram& datagram = *free_.back();
  free_.pop_back();
  return datagram;
}

void DatagramPool::give_back(Datagram& datagram) {
  datagram.bytes.clear();  // its memory stays
  datagram.chain = nullptr;
  datagram.place = 0;
  datagram.charged = 0;
  datagram.ecn = Ecn::NotEct;
  free_.push_back(&datagram);
}

}  // namespace sim
