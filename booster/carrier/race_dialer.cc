#include "booster/carrier/race_dialer.h"

#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"

namespace booster::carrier {

struct RaceDialer::Race {
  explicit Race(runtime::Loop& loop, runtime::CancelScope& parent)
      : tries(loop, parent, [](const std::string&, const Error&) {}) {}

  void won(std::unique_ptr<Carrier> carrier) {
    if (winner == nullptr) winner = std::move(carrier);
    tries.cancel();
  }
  runtime::TaskScope tries;
  std::unique_ptr<Carrier> winner;
  std::optional<Error> udp_error;
  std::optional<Error> tls_error;
  runtime::Notify udp_over;
};

Task<Result<>> RaceDialer::run_udp(Race& race, Dialer& dialer) {
  Result<std::unique_ptr<Carrier>> carrier = co_await dialer.dial();
  if (carrier) {
    race.won(std::move(*carrier));
  } else {
    race.udp_error = carrier.error();
    // Whoever answers there is not our gateway: nor is he over TCP, but that one says so in full.
    race.udp_over.notify_all();
  }
  co_return Result<>();
}

Task<Result<>> RaceDialer::run_tls(Race& race, Dialer& dialer, runtime::Duration head_start) {
  if (!race.udp_error) {
    const Result<> waited = co_await runtime::with_timeout(head_start, runtime::wait_for(race.udp_over));
    if (!waited && waited.error().code == Errc::Cancelled) co_return waited;
  }
  Result<std::unique_ptr<Carrier>> carrier = co_await dialer.dial();
  if (carrier) {
    race.won(std::move(*carrier));
  } else {
    race.tls_error = carrier.error();
  }
  co_return Result<>();
}

Task<Result<std::unique_ptr<Carrier>>> RaceDialer::dial() {
  const runtime::Surroundings here = co_await runtime::surroundings();
  Race race(loop_, *here.scope);
  const runtime::Duration head_start = udp_failures_ == 0 ? head_start_.usual : head_start_.after_failure;
  race.tries.spawn("udp", run_udp(race, *udp_));
  race.tries.spawn("tls", run_tls(race, *tls_, head_start));
  co_await race.tries.join();
  if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "dial");
  if (race.winner == nullptr) {
    const std::optional<Error>& why = race.tls_error ? race.tls_error : race.udp_error;
    co_return tl::unexpected(why.value_or(Error(Errc::Unreachable, "dial")));
  }
  udp_failures_ = race.winner->kind() == CarrierKind::Udp ? 0 : udp_failures_ + 1;
  co_return std::move(race.winner);
}

Task<Result<std::unique_ptr<Carrier>>> RaceDialer::dial_other(CarrierKind present) {
  Dialer& other = present == CarrierKind::Udp ? *tls_ : *udp_;
  Result<std::unique_ptr<Carrier>> carrier = co_await other.dial();
  if (carrier && (*carrier)->kind() == CarrierKind::Udp) udp_failures_ = 0;
  co_return carrier;
}

}  // namespace booster::carrier
