#include "proxy/client/dialers.h"

#include "booster/carrier/race_dialer.h"
#include "booster/carrier/tls_carrier.h"
#include "booster/carrier/udp_client.h"
#include "booster/net/address.h"

namespace proxy::client {
namespace {

using booster::carrier::CarrierKind;
using booster::carrier::Dialer;
using DialerPtr = std::unique_ptr<Dialer>;
using Networks = std::shared_ptr<booster::carrier::NetworkMemory>;

template <class MakeContext>
Result<DialerPtr> make(booster::runtime::Loop& loop, const std::string& host, std::uint16_t port, Carriers carriers,
                       const Networks& networks, const MakeContext& context) {
  DialerPtr udp;
  DialerPtr tls;
  if (carriers != Carriers::Tls) {
    TRY_ASSIGN(booster::tls::Context made, context(CarrierKind::Udp));
    auto dialer = std::make_unique<booster::carrier::UdpDialer>(loop, host, port, std::move(made));
    dialer->remember_in(networks);
    udp = std::move(dialer);
  }
  if (carriers != Carriers::Udp) {
    TRY_ASSIGN(booster::tls::Context made, context(CarrierKind::Tls));
    auto dialer = std::make_unique<booster::carrier::TcpDialer>(loop, host, port, std::move(made));
    dialer->remember_in(networks);
    tls = std::move(dialer);
  }
  if (carriers == Carriers::Udp) return udp;
  if (carriers == Carriers::Tls) return tls;
  return DialerPtr(new booster::carrier::RaceDialer(loop, std::move(udp), std::move(tls)));
}

}  // namespace

Result<DialerPtr> make_dialer(booster::runtime::Loop& loop, const DeviceIdentity* identity,
                              const GatewayAddress& gateway, Carriers carriers, const Networks& networks) {
  return make(loop, gateway.host, gateway.port, carriers, networks,
              [&](CarrierKind by) { return tunnel_context(identity, gateway.pin, by); });
}

Result<DialerPtr> make_dialer_by_name(booster::runtime::Loop& loop, const DeviceIdentity* identity,
                                      const booster::net::HostPort& gateway, const std::string& ca_file,
                                      Carriers carriers, const Networks& networks) {
  return make(loop, gateway.host, gateway.port, carriers, networks,
              [&](CarrierKind by) { return tunnel_context_by_name(identity, ca_file, by); });
}

}  // namespace proxy::client
