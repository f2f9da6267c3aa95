// The client's end of BST over UDP: a socket, one connection, and what is remembered from one to the next.
#pragma once
#include "booster/carrier/packet_carrier.h"
#include "booster/carrier/udp_exchange.h"
#include "booster/carrier/udp_paths.h"
#include "booster/carrier/udp_port.h"

namespace booster::carrier {

// What makes the next connection cheaper. Ticket and token are the dialer's own and in memory only: secrets.
struct UdpMemory {
  Bytes ticket;         // of TLS
  Bytes token;          // of the address
  std::string gateway;  // host:port, under which networks are known
  std::shared_ptr<NetworkMemory> networks = std::make_shared<NetworkMemory>();
  std::shared_ptr<const Ways> ways = std::make_shared<Ways>();
};

class UdpCarrier final : public PacketCarrier {
 public:
  static Task<Result<std::unique_ptr<UdpCarrier>>> connect(runtime::Loop& loop, const tls::Context& context,
                                                           const net::Address& gateway, std::string host,
                                                           std::shared_ptr<UdpMemory> memory,
                                                           const PacketTimes& times = {});
  ~UdpCarrier() override;

  Task<Result<Bytes>> read_greeting(std::size_t limit) override;
  Task<Result<>> carry(Mux& mux, OnAnswer on_answer) override;
  Task<Result<>> finish() override;
  void network_changed() override;
  void remember() override;
  std::optional<runtime::Duration> handshake_round_trip() const override { return connection().smoothed_rtt(); }
  bool resumed() const;  // by the ticket of an earlier connection

 private:
  struct Machine;
  struct Parts;
  UdpCarrier(runtime::Loop& loop, std::unique_ptr<Parts> parts, std::shared_ptr<UdpMemory> memory,
             const PacketTimes& times);
  template <class T>
  Task<Result<T>> pumped(Task<Result<T>> task);
  Task<Result<>> wait_established();
  Task<Result<>> serve_port();
  void take(const transport::Event& event);
  void wake() override;

  std::unique_ptr<Parts> parts_;
  std::shared_ptr<UdpMemory> memory_;  // a dialer may be replaced while its carriers live on
};

class UdpDialer final : public Dialer {
 public:
  UdpDialer(runtime::Loop& loop, std::string host, std::uint16_t port, tls::Context context,
            const PacketTimes& times = {})
      : loop_(loop), host_(std::move(host)), port_(port), context_(std::move(context)), times_(times) {
    memory_->gateway = net::HostPort{host_, port_}.to_string();
  }
  Task<Result<std::unique_ptr<Carrier>>> dial() override;
  void remember_in(std::shared_ptr<NetworkMemory> networks) { memory_->networks = std::move(networks); }
  void find_ways_by(std::shared_ptr<const Ways> ways) { memory_->ways = std::move(ways); }
  const UdpMemory& memory() const { return *memory_; }

 private:
  runtime::Loop& loop_;
  std::string host_;
  std::uint16_t port_;
  tls::Context context_;  // made with `memory`
  PacketTimes times_;
  std::shared_ptr<UdpMemory> memory_ = std::make_shared<UdpMemory>();
};

}  // namespace booster::carrier
