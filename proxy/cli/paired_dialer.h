// Dials the gateway this device is paired with; a new pairing takes effect at the next dial.
#pragma once
#include "booster/carrier/network_memory.h"
#include "booster/carrier/tunnel_client.h"
#include "booster/http/web_proxy.h"
#include "proxy/client/device_identity.h"
#include "proxy/config/client_config.h"

namespace proxy::cli {

class PairedDialer final : public booster::carrier::Dialer {
 public:
  PairedDialer(booster::runtime::Loop& loop, booster::disk::Disk& disk, const config::ClientConfig& config)
      : loop_(loop),
        disk_(disk),
        config_(config),
        networks_(std::make_shared<booster::carrier::NetworkMemory>(
            booster::carrier::NetworkMemory::load(disk, networks_file()))),
        saved_networks_(*networks_) {}

  // Reads the pairing again.   Errors  those of load_identity
  Result<> reload();
  bool known() const { return inner_ != nullptr; }
  const std::string& gateway() const { return gateway_; }  // host:port; empty: not paired
  Result<> why_not() const;
  // What was learned of networks, for the next start; nothing where it is what was saved already.
  //   Errors  the disk's
  Result<> save_networks();

  // Through which TLS goes; an error: TLS cannot be dialled, UDP can.
  const Result<booster::http::WebProxyPtr>& proxy() const { return proxy_; }

  // Of each carrier that stands from now on; it outlives them.
  void trace_to(booster::carrier::TraceLog& log) { trace_ = &log; }

  using CarrierPtr = std::unique_ptr<booster::carrier::Carrier>;
  booster::runtime::Task<Result<CarrierPtr>> dial() override;
  booster::runtime::Task<Result<CarrierPtr>> dial_other(booster::carrier::CarrierKind present) override;
  booster::runtime::Task<Result<CarrierPtr>> dial_beside() override;

 private:
  Result<CarrierPtr> traced(Result<CarrierPtr> carrier) const;
  booster::disk::Path networks_file() const { return booster::disk::Path(config_.state_dir) / "networks"; }

  booster::runtime::Loop& loop_;
  booster::disk::Disk& disk_;
  const config::ClientConfig& config_;
  std::shared_ptr<booster::carrier::NetworkMemory> networks_;
  booster::carrier::NetworkMemory saved_networks_;
  std::string gateway_;
  Result<booster::http::WebProxyPtr> proxy_ = booster::http::WebProxyPtr();
  booster::carrier::TraceLog* trace_ = nullptr;
  std::shared_ptr<booster::carrier::Dialer> inner_;  // shared with who dials: a new pairing may come meanwhile
};

}  // namespace proxy::cli
