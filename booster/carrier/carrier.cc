#include "booster/carrier/carrier.h"

namespace booster::carrier {

std::string_view to_string(CarrierKind kind) {
  return kind == CarrierKind::Udp ? "udp" : "tls";
}

Task<Result<std::unique_ptr<Carrier>>> Dialer::dial_other(CarrierKind present) {
  (void)present;
  co_return fail(Errc::Unsupported, "no other carrier");
}

Task<Result<std::unique_ptr<Carrier>>> Dialer::dial_beside() {
  co_return fail(Errc::Unsupported, "no second carrier");
}

Task<Result<>> Carrier::carry_beside(Mux& mux) {
  (void)mux;
  co_return fail(Errc::Unsupported, "no second carrier");
}

}  // namespace booster::carrier
