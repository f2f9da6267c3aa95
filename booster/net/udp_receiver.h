// Datagrams from a socket's queue into a batch.
#pragma once
#include "booster/net/udp_batch.h"

namespace booster::net {

class UdpReceiver {
 public:
  UdpReceiver(UdpFeatures& features, UdpCalls& calls);
  // How many datagrams the batch holds then; 0: the queue is empty.   Errors  Io
  Result<std::size_t> receive(int fd, std::uint16_t local_port, UdpBatch& batch);

 private:
  Result<std::size_t> fill(int fd, UdpBatch& batch);
  Result<std::size_t> fill_singly(int fd, UdpBatch& batch);

  UdpFeatures& features_;
  UdpCalls& calls_;
  runtime::TimePoint empty_at_;  // what is received later has arrived later
};

}  // namespace booster::net
