#include "proxy/cli/paired_dialer.h"

#include "booster/net/address.h"
#include "proxy/cli/gateway_proxy.h"
#include "proxy/client/dialers.h"

namespace proxy::cli {
namespace {

client::Carriers carriers_of(const config::ClientConfig& config) {
  switch (config.carriers) {
    case config::Carriers::Udp:
      return client::Carriers::Udp;
    case config::Carriers::Tls:
      return client::Carriers::Tls;
    case config::Carriers::Both:
      break;
  }
  return client::Carriers::Both;
}

}  // namespace

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
  client::Reach reach;
  reach.carriers = carriers_of(config_);
  reach.proxy = gateway_proxy(disk_, config_, booster::http::process_environment(), place.host);
  proxy_ = reach.proxy;
  reach.networks = networks_;
  Result<std::unique_ptr<booster::carrier::Dialer>> made =
      config_.by_authority ? client::make_dialer_by_name(loop_, proof, place, config_.ca_file, reach)
                           : client::make_dialer(loop_, proof, {place.host, place.port, identity->gateway.pin}, reach);
  if (!made) return tl::unexpected(made.error());
  gateway_ = place.to_string();
  inner_ = *std::move(made);
  return {};
}

Result<> PairedDialer::save_networks() {
  if (networks_->is_near(saved_networks_)) return {};
  TRY(networks_->save(disk_, networks_file()));
  saved_networks_ = *networks_;
  return {};
}

Result<> PairedDialer::why_not() const {
  if (inner_ != nullptr) return {};
  return fail(
      Errc::Denied,
      "this device is not paired: run `packetboat pair --user ADDRESS` at the gateway and `packetboat pair URL` here");
}

Result<PairedDialer::CarrierPtr> PairedDialer::traced(Result<CarrierPtr> carrier) const {
  if (carrier && trace_ != nullptr) (*carrier)->trace_to(*trace_);
  return carrier;
}

booster::runtime::Task<Result<PairedDialer::CarrierPtr>> PairedDialer::dial() {
  CO_TRY(why_not());
  const std::shared_ptr<booster::carrier::Dialer> inner = inner_;
  Result<CarrierPtr> carrier = co_await inner->dial();
  co_return traced(std::move(carrier));
}

booster::runtime::Task<Result<PairedDialer::CarrierPtr>> PairedDialer::dial_other(
    booster::carrier::CarrierKind present) {
  CO_TRY(why_not());
  const std::shared_ptr<booster::carrier::Dialer> inner = inner_;
  Result<CarrierPtr> carrier = co_await inner->dial_other(present);
  co_return traced(std::move(carrier));
}

booster::runtime::Task<Result<PairedDialer::CarrierPtr>> PairedDialer::dial_beside() {
  CO_TRY(why_not());
  const std::shared_ptr<booster::carrier::Dialer> inner = inner_;
  co_return co_await inner->dial_beside();
}

}  // namespace proxy::cli
