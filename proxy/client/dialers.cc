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

template <class MakeContext>
Result<DialerPtr> make(booster::runtime::Loop& loop, const std::string& host, std::uint16_t port, const Reach& reach,
                       const MakeContext& context) {
  DialerPtr udp;
  DialerPtr tls;
  if (reach.carriers != Carriers::Tls) {
    TRY_ASSIGN(booster::tls::Context made, context(CarrierKind::Udp));
    auto dialer = std::make_unique<booster::carrier::UdpDialer>(loop, host, port, std::move(made));
    dialer->remember_in(reach.networks);
    udp = std::move(dialer);
  }
  if (reach.carriers != Carriers::Udp) {
    TRY_ASSIGN(booster::tls::Context made, context(CarrierKind::Tls));
    auto dialer = std::make_unique<booster::carrier::TcpDialer>(loop, host, port, std::move(made), reach.proxy);
    dialer->remember_in(reach.networks);
    tls = std::move(dialer);
  }
  if (reach.carriers == Carriers::Udp) return udp;
  if (reach.carriers == Carriers::Tls) return tls;
  return DialerPtr(new booster::carrier::RaceDialer(loop, std::move(udp), std::move(tls)));
}

}  // namespace

Result<DialerPtr> make_dialer(booster::runtime::Loop& loop, const DeviceIdentity* identity,
                              const GatewayAddress& gateway, const Reach& reach) {
  return make(loop, gateway.host, gateway.port, reach,
              [&](CarrierKind by) { return tunnel_context(identity, gateway.pin, by); });
}

Result<DialerPtr> make_dialer_by_name(booster::runtime::Loop& loop, const DeviceIdentity* identity,
                                      const booster::net::HostPort& gateway, const std::string& ca_file,
                                      const Reach& reach) {
  return make(loop, gateway.host, gateway.port, reach,
              [&](CarrierKind by) { return tunnel_context_by_name(identity, ca_file, by); });
}

}  // namespace proxy::client
