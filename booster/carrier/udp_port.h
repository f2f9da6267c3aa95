// UdpPort: runs a machine of datagrams (one connection, or a door with many) on a socket.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "booster/net/udp_socket.h"
#include "booster/runtime/fine_timer.h"
#include "booster/runtime/loop.h"
#include "booster/runtime/notify.h"
#include "booster/runtime/scope.h"
#include "booster/transport/types.h"

namespace booster::carrier {

using runtime::Task;

class DatagramMachine {
 public:
  virtual ~DatagramMachine() = default;
  virtual void on_datagram(const transport::Route& route, std::span<std::byte> bytes, transport::Ecn ecn,
                           runtime::TimePoint now) = 0;
  virtual void on_deadline(runtime::TimePoint now) = 0;
  virtual runtime::TimePoint next_deadline(runtime::TimePoint now) const = 0;
  virtual transport::DatagramRun next_datagrams(std::span<std::byte> into, runtime::TimePoint now) = 0;
  virtual void on_too_large(const transport::Route& route, std::size_t size, runtime::TimePoint now) = 0;
  virtual void settle(runtime::TimePoint now) = 0;  // after input: its events are taken
};

class UdpPort {
 public:
  UdpPort(runtime::Loop& loop, std::unique_ptr<net::UdpSocket> socket, DatagramMachine& machine);

  // Until cancelled.   Errors  Io of the socket
  Task<Result<>> serve();
  void wake() { wake_.notify_all(); }  // the machine may have something to send
  // What the machine has to send now, as far as the socket takes it at once: last words, when nobody serves any more.
  void send_now();
  // A host with several addresses answers from the one it was asked at.
  void answer_from_where_it_came() { keep_local_ = true; }
  // Another socket beside the others. Where answers need not come from where it came, Route::local holds the port that
  // a socket is bound to, and so tells them apart.   Errors  Conflict: another one has that port, on another interface
  Result<> add(std::unique_ptr<net::UdpSocket> socket);
  // The others are closed.
  void keep_only(const std::function<bool(std::uint16_t port)>& used);

  const net::UdpSocket& socket() const { return *sockets_.front(); }
  std::size_t sockets() const { return sockets_.size(); }
  std::uint64_t dropped() const { return dropped_; }  // runs that the system did not take

 private:
  using Socket = std::shared_ptr<net::UdpSocket>;          // shared with who waits for it: it may be closed meanwhile
  Socket socket_for(const transport::Route& route) const;  // nullptr: it was closed
  Task<Result<>> receive_all(Socket socket);
  Task<Result<>> send_all();
  Task<Result<>> ring();
  Task<Result<>> send_run(const transport::DatagramRun& run);
  bool take_batch(net::UdpSocket& socket, Result<std::size_t>& count);

  runtime::Loop& loop_;
  std::vector<Socket> sockets_;
  runtime::TaskScope* parts_ = nullptr;  // while it serves
  DatagramMachine& machine_;
  std::unique_ptr<runtime::FineTimer> timer_;
  net::UdpBatch batch_;
  Bytes buffer_;
  runtime::Notify wake_;
  bool keep_local_ = false;
  std::uint64_t dropped_ = 0;
};

transport::Address to_transport(const net::UdpEndpoint& endpoint);
net::UdpEndpoint to_net(const transport::Address& address);

}  // namespace booster::carrier
