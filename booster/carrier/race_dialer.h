// RaceDialer: UDP with a head start against TLS over TCP. The first that stands carries; the other one is kept in mind.
#pragma once
#include "booster/carrier/carrier.h"
#include "booster/runtime/loop.h"

namespace booster::carrier {

struct HeadStart {
  // Two round trips of a geostationary link: where UDP passes at all, it stands by then.
  runtime::Duration usual = std::chrono::milliseconds(1500);
  // Where it did not pass lately, little is lost by trying both at once.
  runtime::Duration after_failure = std::chrono::milliseconds(200);
};

class RaceDialer final : public Dialer {
 public:
  RaceDialer(runtime::Loop& loop, std::unique_ptr<Dialer> udp, std::unique_ptr<Dialer> tls,
             const HeadStart& head_start = {})
      : loop_(loop), udp_(std::move(udp)), tls_(std::move(tls)), head_start_(head_start) {}

  Task<Result<std::unique_ptr<Carrier>>> dial() override;
  Task<Result<std::unique_ptr<Carrier>>> dial_other(CarrierKind present) override;
  Task<Result<std::unique_ptr<Carrier>>> dial_beside() override { return tls_->dial_beside(); }

 private:
  struct Race;
  static Task<Result<>> run_udp(Race& race, Dialer& dialer);
  static Task<Result<>> run_tls(Race& race, Dialer& dialer, runtime::Duration head_start);

  runtime::Loop& loop_;
  std::unique_ptr<Dialer> udp_;
  std::unique_ptr<Dialer> tls_;
  HeadStart head_start_;
  int udp_failures_ = 0;  // in a row: its head start shrinks
};

}  // namespace booster::carrier
