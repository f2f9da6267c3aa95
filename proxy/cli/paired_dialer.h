// Dials the gateway this device is paired with; a new pairing takes effect at the next dial.
#pragma once
#include "booster/carrier/tunnel_client.h"
#include "proxy/client/device_identity.h"
#include "proxy/config/client_config.h"

namespace proxy::cli {

class PairedDialer final : public booster::carrier::Dialer {
 public:
  PairedDialer(booster::disk::Disk& disk, const config::ClientConfig& config) : disk_(disk), config_(config) {}

  // Reads the pairing again.   Errors  those of load_identity
  Result<> reload();
  bool known() const { return inner_ != nullptr; }
  const std::string& gateway() const { return gateway_; }  // host:port; empty: not paired
  Result<> why_not() const;

  booster::runtime::Task<Result<std::unique_ptr<booster::tls::TlsStream>>> dial() override;

 private:
  booster::disk::Disk& disk_;
  const config::ClientConfig& config_;
  std::string gateway_;
  std::unique_ptr<booster::carrier::TcpDialer> inner_;
};

}  // namespace proxy::cli
