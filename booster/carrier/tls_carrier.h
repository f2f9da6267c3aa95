// TlsCarrier: a session over TLS over TCP.
#pragma once
#include "booster/carrier/carrier.h"
#include "booster/carrier/mux.h"
#include "booster/carrier/tcp_idle.h"
#include "booster/carrier/ways.h"
#include "booster/tls/tls_stream.h"

namespace booster::carrier {

struct ReturnTimes {  // from try to try whether UDP passes by now
  runtime::Duration first = std::chrono::seconds(30);
  runtime::Duration rarest = std::chrono::minutes(10);  // a try costs some 3 kB
};

// What a dialer's connections leave for the next one.
struct TcpMemory {
  std::string gateway;  // host:port, under which networks are known
  std::shared_ptr<NetworkMemory> networks = std::make_shared<NetworkMemory>();
  std::shared_ptr<const Ways> ways = std::make_shared<Ways>();
  struct Broken {
    NetworkKey network;
    runtime::TimePoint at;
  };
  std::optional<Broken> broke_asking;  // perhaps because a NAT forgot it
};

class TlsCarrier final : public Carrier {
 public:
  TlsCarrier(runtime::Loop& loop, std::unique_ptr<tls::TlsStream> wire, const ReturnTimes& times = {})
      : loop_(loop), wire_(std::move(wire)), times_(times) {}
  // At a client, before it carries: what it learns of the network goes there.
  void learn_in(std::shared_ptr<TcpMemory> memory);

  CarrierKind kind() const override { return CarrierKind::Tls; }
  Task<Result<>> write_greeting(Bytes chain) override;
  Task<Result<Bytes>> read_greeting(std::size_t limit) override;
  Task<Result<>> carry(Mux& mux, OnAnswer on_answer) override;
  Task<Result<>> finish() override;
  Task<Result<>> doubted() override;
  bool silent() const override { return false; }  // the session notices, after longer than UDP does
  void network_changed() override;
  Bytes exporter(std::string_view label, std::size_t size) const override { return wire_->exporter(label, {}, size); }
  std::optional<crypto::Certificate> peer_certificate() const override { return wire_->peer_certificate(); }
  std::string peer() const override { return wire_->peer(); }

 private:
  runtime::Loop& loop_;
  std::unique_ptr<tls::TlsStream> wire_;
  ReturnTimes times_;
  std::shared_ptr<TcpMemory> memory_;  // nullptr: a gateway's
  std::optional<net::Address> gateway_;
  platform::Way way_;
  std::optional<NetworkKey> network_;
  std::optional<TcpIdle> idle_;
  Mux* mux_ = nullptr;  // that is carried
  Bytes early_;         // frames that came behind the greeting
  runtime::Notify changed_;
  int doubts_ = 0;
};

// Dials TLS over TCP.
class TcpDialer final : public Dialer {
 public:
  TcpDialer(runtime::Loop& loop, std::string host, std::uint16_t port, tls::Context context,
            const ReturnTimes& times = {})
      : loop_(loop), host_(std::move(host)), port_(port), context_(std::move(context)), times_(times) {
    memory_->gateway = net::HostPort{host_, port_}.to_string();
  }
  void remember_in(std::shared_ptr<NetworkMemory> networks) { memory_->networks = std::move(networks); }
  void find_ways_by(std::shared_ptr<const Ways> ways) { memory_->ways = std::move(ways); }
  Task<Result<std::unique_ptr<Carrier>>> dial() override;
  const std::string& congestion() const { return congestion_; }

 private:
  runtime::Loop& loop_;
  std::string host_;
  std::uint16_t port_;
  tls::Context context_;
  ReturnTimes times_;
  std::string congestion_;
  std::shared_ptr<TcpMemory> memory_ =
      std::make_shared<TcpMemory>();  // a dialer may be replaced while its carriers live
};

}  // namespace booster::carrier
