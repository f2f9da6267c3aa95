// DeviceIdentity: this device's key and the certificate the gateway gave it, and the gateway's pin, in the state
// folder.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "booster/carrier/carrier.h"
#include "booster/crypto/certificate.h"
#include "booster/disk/disk.h"
#include "booster/tls/context.h"

namespace proxy::client {

// What a pairing URL says.
struct GatewayAddress {
  std::string host;
  std::uint16_t port = 443;
  booster::crypto::Digest pin;
  bool operator==(const GatewayAddress&) const = default;
};

struct DeviceIdentity {
  DeviceIdentity(GatewayAddress of, booster::crypto::PrivateKey own, booster::crypto::Certificate proof,
                 std::vector<std::string> users)
      : gateway(std::move(of)), key(std::move(own)), certificate(std::move(proof)), addresses(std::move(users)) {}
  GatewayAddress gateway;
  booster::crypto::PrivateKey key;
  booster::crypto::Certificate certificate;
  std::vector<std::string> addresses;  // whom the device was enrolled for
};

// DIRECTORY/device.key, device.crt, gateway.json, each 0600 and durable; the key first, so that no certificate stands
// without it.
Result<> store_identity(booster::disk::Disk& disk, const booster::disk::Path& directory,
                        const DeviceIdentity& identity);
// nullopt: this device is not paired.   Errors  Corrupt: a file is missing or does not fit; Io, Denied
Result<std::optional<DeviceIdentity>> load_identity(booster::disk::Disk& disk, const booster::disk::Path& directory);

// How the tunnel proves both ends: the gateway by its pin, or by name where `ca_file` is given (empty: the system's).
// `by`: what carries it; over UDP TLS goes without a wire of its own.
//   Errors  those of tls::Context
Result<booster::tls::Context> tunnel_context(const DeviceIdentity* identity, const booster::crypto::Digest& pin,
                                             booster::carrier::CarrierKind by);
Result<booster::tls::Context> tunnel_context_by_name(const DeviceIdentity* identity, std::string ca_file,
                                                     booster::carrier::CarrierKind by);

}  // namespace proxy::client
