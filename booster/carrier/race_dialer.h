// RaceDialer: UDP with a head start against TLS over TCP. The first that stands carries; the other one is kept in mind.
#pragma once
#include "booster/carrier/carrier.h"
#include "booster/runtime/loop.h"

namespace booster::carrier {

class RaceDialer final : public Dialer {
 public:
  RaceDialer(runtime::Loop& loop, std::unique_ptr<Dialer> udp, std::unique_ptr<Dialer> tls)
      : loop_(loop), udp_(std::move(udp)), tls_(std::move(tls)) {}

  Task<Result<std::unique_ptr<Carrier>>> dial() override;
  Task<Result<std::unique_ptr<Carrier>>> dial_other(CarrierKind present) override;

 private:
  struct Race;
  static Task<Result<>> run_udp(Race& race, Dialer& dialer);
  static Task<Result<>> run_tls(Race& race, Dialer& dialer, runtime::Duration head_start);

  runtime::Loop& loop_;
  std::unique_ptr<Dialer> udp_;
  std::unique_ptr<Dialer> tls_;
  int udp_failures_ = 0;  // in a row: its head start shrinks
};

}  // namespace booster::carrier
