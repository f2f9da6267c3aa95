// Pairing, the client's side: a one-time code becomes a certificate of this device's own key.         Source: DESIGN §6
#pragma once
#include <string>

#include "booster/carrier/tunnel_client.h"
#include "proxy/client/device_identity.h"
#include "proxy/client/dialers.h"

namespace proxy::client {

using booster::runtime::Task;

// packetboat://HOST:PORT/?pin=…&code=…     pin: base64url of 32 bytes; code: as printed
struct PairingUrl {
  GatewayAddress gateway;
  std::string code;
};
Result<PairingUrl> parse_pairing_url(std::string_view url);  // Errors  Protocol: names what is wrong

// A fresh key is made, certified by the gateway and returned; storing it is the caller's.
//   Errors  Denied: wrong pin, or the code is refused (with the gateway's reason) · Unreachable, Timeout
Task<Result<DeviceIdentity>> enrol(booster::runtime::Loop& loop, booster::carrier::Dialer& dialer,
                                   GatewayAddress gateway, std::string code, std::string device);
// The same, dialling by itself.
Task<Result<DeviceIdentity>> enrol(booster::runtime::Loop& loop, PairingUrl url, Reach reach, std::string device);

}  // namespace proxy::client
