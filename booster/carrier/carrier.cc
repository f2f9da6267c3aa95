#include "booster/carrier/carrier.h"

namespace booster::carrier {

std::string_view to_string(CarrierKind kind) {
  return kind == CarrierKind::Udp ? "udp" : "tls";
}

Task<Result<std::unique_ptr<Carrier>>> Dialer::dial_other(CarrierKind present) {
  (void)present;
  co_return fail(Errc::Unsupported, "no other carrier");
}

}  // namespace booster::carrier
