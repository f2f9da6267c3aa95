// How this device reaches its gateway: over UDP, over TLS, or whichever stands first.
#pragma once
#include <memory>

#include "booster/carrier/carrier.h"
#include "booster/carrier/network_memory.h"
#include "booster/http/web_proxy.h"
#include "booster/net/address.h"
#include "booster/runtime/loop.h"
#include "proxy/client/device_identity.h"

namespace proxy::client {

enum class Carriers { Both, Udp, Tls };

struct Reach {
  Carriers carriers = Carriers::Both;
  Result<booster::http::WebProxyPtr> proxy = booster::http::WebProxyPtr();  // for TLS; an error is that of each dial
  // What is known of networks, and where it is kept.
  std::shared_ptr<booster::carrier::NetworkMemory> networks = std::make_shared<booster::carrier::NetworkMemory>();
};

// The gateway is known by its pin; `identity`: the device's own, nullptr before it is paired.
//   Errors  those of tls::Context
Result<std::unique_ptr<booster::carrier::Dialer>> make_dialer(booster::runtime::Loop& loop,
                                                              const DeviceIdentity* identity,
                                                              const GatewayAddress& gateway, const Reach& reach);
// … or by its certificate's authority and name.
Result<std::unique_ptr<booster::carrier::Dialer>> make_dialer_by_name(booster::runtime::Loop& loop,
                                                                      const DeviceIdentity* identity,
                                                                      const booster::net::HostPort& gateway,
                                                                      const std::string& ca_file, const Reach& reach);

}  // namespace proxy::client
