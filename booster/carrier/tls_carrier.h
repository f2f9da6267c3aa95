// TlsCarrier: a session over TLS over TCP.
#pragma once
#include "booster/carrier/carrier.h"
#include "booster/carrier/mux.h"
#include "booster/carrier/tcp_idle.h"
#include "booster/carrier/ways.h"
#include "booster/http/web_proxy.h"
#include "booster/tls/tls_stream.h"

namespace booster::carrier {

struct ReturnTimes {  // from try to try whether UDP passes by now
  runtime::Duration first = std::chrono::seconds(30);
  runtime::Duration rarest = std::chrono::minutes(10);  // a try costs some 3 kB
};

// How a client's connection came to be.
struct Dialled {
  ReturnTimes times;
  std::optional<runtime::Duration> round_trip;  // as the TLS handshake took it
  std::string via;                              // host:port of a proxy; empty: none
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
  TlsCarrier(runtime::Loop& loop, std::unique_ptr<tls::TlsStream> wire, Dialled dialled = {})
      : loop_(loop), wire_(std::move(wire)), dialled_(std::move(dialled)) {}
  // At a client, before it carries: what it learns of the network goes there.
  void learn_in(std::shared_ptr<TcpMemory> memory);

  CarrierKind kind() const override { return CarrierKind::Tls; }
  CarrierReport report() const override;
  Task<Result<>> write_greeting(Bytes chain) override;
  Task<Result<Bytes>> read_greeting(std::size_t limit) override;
  Task<Result<>> carry(Mux& mux, OnAnswer on_answer) override;
  Task<Result<>> carry_beside(Mux& mux) override;
  Task<Result<>> finish() override;
  Task<Result<>> doubted() override;
  bool silent() const override { return false; }  // the session notices, after longer than UDP does
  void network_changed() override;
  Bytes exporter(std::string_view label, std::size_t size) const override { return wire_->exporter(label, {}, size); }
  std::optional<crypto::Certificate> peer_certificate() const override { return wire_->peer_certificate(); }
  std::string peer() const override { return wire_->peer(); }
  std::string via() const override { return dialled_.via; }
  std::optional<runtime::Duration> handshake_round_trip() const override { return dialled_.round_trip; }

 private:
  runtime::Loop& loop_;
  std::unique_ptr<tls::TlsStream> wire_;
  Dialled dialled_;
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

// Dials TLS over TCP, through a proxy where there is one.
class TcpDialer final : public Dialer {
 public:
  // What names the proxy may be wrong: then every dial says so.
  using Proxy = Result<http::WebProxyPtr>;
  TcpDialer(runtime::Loop& loop, std::string host, std::uint16_t port, tls::Context context,
            Proxy proxy = http::WebProxyPtr(), const ReturnTimes& times = {})
      : loop_(loop),
        gateway_{std::move(host), port},
        context_(std::move(context)),
        proxy_(std::move(proxy)),
        times_(times) {
    memory_->gateway = gateway_.to_string();
  }
  void remember_in(std::shared_ptr<NetworkMemory> networks) { memory_->networks = std::move(networks); }
  void find_ways_by(std::shared_ptr<const Ways> ways) { memory_->ways = std::move(ways); }
  Task<Result<std::unique_ptr<Carrier>>> dial() override;
  Task<Result<std::unique_ptr<Carrier>>> dial_beside() override { return dial(); }
  const std::string& congestion() const { return congestion_; }

 private:
  Task<Result<>> pass_proxy(net::Stream& wire, const http::WebProxy& proxy);

  runtime::Loop& loop_;
  net::HostPort gateway_;
  tls::Context context_;
  Proxy proxy_;
  ReturnTimes times_;
  std::string congestion_;
  std::optional<Error> refused_;  // the credentials, by the proxy
  runtime::TimePoint refused_at_{};
  std::shared_ptr<TcpMemory> memory_ =
      std::make_shared<TcpMemory>();  // a dialer may be replaced while its carriers live
};

}  // namespace booster::carrier
