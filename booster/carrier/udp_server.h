// The gateway's UDP port: one socket with a door behind it; whoever comes in is a Carrier like any other.
#pragma once
#include <functional>
#include <unordered_map>

#include "booster/carrier/packet_carrier.h"
#include "booster/carrier/udp_exchange.h"
#include "booster/carrier/udp_port.h"
#include "booster/transport/door.h"

namespace booster::carrier {

class UdpServer final : private DatagramMachine, private transport::HandshakeMaker {
 public:
  // `context`: made with `memory`. `secret` outlives the process: clients of an earlier one are told at once that they
  // are not known.   Errors  those of UdpSocket::open
  static Result<std::unique_ptr<UdpServer>> open(runtime::Loop& loop, const net::Address& address, tls::Context context,
                                                 const crypto::Secret& secret);
  ~UdpServer() override;

  using OnCarrier = std::function<void(std::unique_ptr<Carrier>)>;
  // Until cancelled, or the socket fails: its carriers end then, and it may be called again. Carriers may outlive this,
  // but not the server.
  Task<Result<>> serve(OnCarrier on_carrier);

  net::UdpEndpoint local() const { return port_.socket().local(); }
  std::size_t connections() const { return door_.connections(); }

 private:
  class Guest;
  UdpServer(runtime::Loop& loop, std::unique_ptr<net::UdpSocket> socket, tls::Context context,
            const crypto::Secret& secret);
  void on_datagram(const transport::Route& route, std::span<std::byte> bytes, transport::Ecn ecn,
                   runtime::TimePoint now) override {
    door_.on_datagram(route, bytes, ecn, now);
  }
  void on_deadline(runtime::TimePoint now) override { door_.on_deadline(now); }
  runtime::TimePoint next_deadline(runtime::TimePoint) const override { return door_.next_deadline(); }
  transport::DatagramRun next_datagrams(std::span<std::byte> into, runtime::TimePoint now) override {
    return door_.next_datagrams(into, now);
  }
  void on_too_large(const transport::Route& route, std::size_t size, runtime::TimePoint now) override {
    door_.on_too_large(route, size, now);
  }
  void settle(runtime::TimePoint now) override;
  std::unique_ptr<transport::Handshake> make_handshake() override;
  void take(transport::Connection& connection, const transport::Event& event);

  runtime::Loop& loop_;
  tls::Context context_;
  SystemEntropy entropy_;
  transport::Door door_;
  UdpPort port_;
  OnCarrier on_carrier_;
  std::unordered_map<transport::Connection*, Guest*> guests_;
};

}  // namespace booster::carrier
