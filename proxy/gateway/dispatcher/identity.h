// The gateway's own key: made at the first start, shown to every client, and the authority over devices' keys.
#pragma once
#include <string>

#include "booster/crypto/certificate.h"
#include "booster/disk/disk.h"
#include "booster/tls/context.h"

namespace proxy::gateway::dispatcher {

// A P-256 key and a certificate for it signed by itself. Clients pin the key, so the certificate's dates mean little.
class GatewayIdentity {
 public:
  // Reads STATE_DIR/gateway.key and gateway.crt (0600), or makes them. `host` goes into a new certificate.
  //   Errors  Corrupt: one of the two is missing or does not fit the other (a new key would lock every client out)
  static Result<GatewayIdentity> load_or_make(booster::disk::Disk& disk, const booster::disk::Path& state_dir,
                                              const std::string& host, std::chrono::sys_seconds now);

  booster::crypto::Digest pin() const { return certificate_.pin(); }
  booster::tls::Identity tls_identity() const;
  // A key for one purpose, the same in every process and after every start.
  booster::crypto::Secret secret_for(std::string_view purpose) const;
  // A certificate for a device's key, from its PKCS #10 request.   Errors  Protocol, Denied: the request
  Result<booster::crypto::Certificate> certify(ByteView request, const std::string& device,
                                               std::chrono::sys_seconds now) const;

 private:
  GatewayIdentity(booster::crypto::PrivateKey key, booster::crypto::Certificate certificate)
      : key_(std::move(key)), certificate_(std::move(certificate)) {}
  booster::crypto::PrivateKey key_;
  booster::crypto::Certificate certificate_;
};

}  // namespace proxy::gateway::dispatcher
