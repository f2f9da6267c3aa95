// The client's end of BST over UDP: a socket, one connection, and what is remembered from one to the next.
#pragma once
#include "booster/carrier/packet_carrier.h"
#include "booster/carrier/udp_exchange.h"
#include "booster/carrier/udp_port.h"

namespace booster::carrier {

// What makes the next connection cheaper: kept by the dialer, in memory only (the ticket is a secret).
struct UdpMemory {
  Bytes ticket;  // of TLS
  Bytes token;   // of the address
  std::optional<transport::rate::Remembered> path;
};

class UdpCarrier final : public PacketCarrier {
 public:
  static Task<Result<std::unique_ptr<UdpCarrier>>> connect(runtime::Loop& loop, const tls::Context& context,
                                                           const net::Address& gateway, std::string host,
                                                           UdpMemory& memory);
  ~UdpCarrier() override;

  Task<Result<Bytes>> read_greeting(std::size_t limit) override;
  Task<Result<>> carry(Mux& mux, OnAnswer on_answer) override;
  Task<Result<>> finish() override;
  void network_changed() override;

 private:
  struct Machine;
  struct Parts;
  explicit UdpCarrier(runtime::Loop& loop, std::unique_ptr<Parts> parts, UdpMemory& memory);
  template <class T>
  Task<Result<T>> pumped(Task<Result<T>> task);
  Task<Result<>> wait_established();
  Task<Result<>> carry_and_flush(Mux& mux, OnAnswer on_answer);
  void take(const transport::Event& event);
  void wake() override;
  void remember();

  std::unique_ptr<Parts> parts_;
  UdpMemory& memory_;
};

class UdpDialer final : public Dialer {
 public:
  UdpDialer(runtime::Loop& loop, std::string host, std::uint16_t port, tls::Context context)
      : loop_(loop), host_(std::move(host)), port_(port), context_(std::move(context)) {}
  Task<Result<std::unique_ptr<Carrier>>> dial() override;

 private:
  runtime::Loop& loop_;
  std::string host_;
  std::uint16_t port_;
  tls::Context context_;  // made with `memory`
  UdpMemory memory_;
};

}  // namespace booster::carrier
