#include "proxy/cli/paired_dialer.h"

#include "booster/net/address.h"

namespace proxy::cli {

Result<> PairedDialer::reload() {
  TRY_ASSIGN(const std::optional<client::DeviceIdentity> identity, client::load_identity(disk_, config_.state_dir));
  inner_.reset();
  gateway_.clear();
  if (!identity && config_.gateway.empty()) return {};
  booster::net::HostPort place;
  if (!config_.gateway.empty()) {
    TRY_ASSIGN(place, booster::net::HostPort::parse(config_.gateway));
  } else {
    place.host = identity->gateway.host;
    place.port = identity->gateway.port;
  }
  const client::DeviceIdentity* proof = identity ? &*identity : nullptr;
  if (!config_.by_authority && proof == nullptr) return {};
  Result<booster::tls::Context> context = config_.by_authority ? client::tunnel_context_by_name(proof, config_.ca_file)
                                                               : client::tunnel_context(proof, identity->gateway.pin);
  if (!context) return tl::unexpected(context.error());
  gateway_ = place.to_string();
  inner_ = std::make_unique<booster::carrier::TcpDialer>(place.host, place.port, *std::move(context));
  return {};
}

Result<> PairedDialer::why_not() const {
  if (inner_ != nullptr) return {};
  return fail(
      Errc::Denied,
      "this device is not paired: run `packetboat pair --user ADDRESS` at the gateway and `packetboat pair URL` here");
}

booster::runtime::Task<Result<std::unique_ptr<booster::tls::TlsStream>>> PairedDialer::dial() {
  CO_TRY(why_not());
  co_return co_await inner_->dial();
}

}  // namespace proxy::cli
