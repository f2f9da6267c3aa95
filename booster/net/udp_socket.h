// A UDP socket for the transport: datagrams in batches, with what the system knows of each.
#pragma once
#include <memory>

#include "booster/net/udp_batch.h"
#include "booster/net/udp_receiver.h"
#include "booster/net/udp_sender.h"
#include "booster/runtime/fd_watch.h"
#include "booster/runtime/task.h"

namespace booster::net {

using runtime::Task;

class UdpSocket {
 public:
  // Errors  Io: the address is in use or not ours · Denied, NotFound, Unsupported: the device
  static Result<std::unique_ptr<UdpSocket>> open(runtime::Loop& loop, const UdpOptions& options,
                                                 UdpCalls& calls = system_udp_calls());
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;
  ~UdpSocket();

  // Waits until there may be something to receive, or room to send. One of each may wait at a time.
  //   Errors  Closed     Cancel  at once
  Task<Result<>> readable() { return watch_.readable(); }
  Task<Result<>> writable() { return watch_.writable(); }

  // Takes what has arrived, never waits: call it until it gives 0 or the batch is not full, with no coroutine for a
  // packet.
  //   Errors  Closed, Io
  Result<std::size_t> receive(UdpBatch& batch);
  // Sends `run`, cut every `segment` octets (the last may be shorter), never waits. The outcome says how far it came.
  //   Errors  Closed, Io: nothing that the network did
  Result<SendOutcome> send(ByteView run, std::size_t segment, const UdpRoute& route, Ecn ecn);

  UdpEndpoint local() const { return local_; }  // with the port that the system chose
  const UdpFeatures& features() const { return features_; }
  void close();  // who waits gets Closed

 private:
  UdpSocket(runtime::Loop& loop, int fd, int family, const UdpFeatures& features, UdpCalls& calls);

  int fd_;
  UdpFeatures features_;
  UdpEndpoint local_;
  UdpReceiver receiver_;
  UdpSender sender_;
  runtime::FdWatch watch_;
};

}  // namespace booster::net
