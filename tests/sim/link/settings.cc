#include "tests/sim/link/settings.h"

#include "codec/base/check.h"
#include "tests/support/link/profile.h"

namespace sim {

LinkSettings from_pipe(const support::link::PipeSettings& pipe) {
  LinkSettings settings;
  settings.bits_per_second = pipe.bits_per_second;
  settings.trace = pipe.trace;
  settings.queue_bytes = pipe.queue_bytes;
  settings.ecn_bytes = pipe.ecn_bytes;
  settings.police = pipe.police;
  settings.loss = pipe.loss;
  settings.outage = pipe.outage;
  settings.delay = pipe.delay;
  settings.jitter = pipe.jitter;
  settings.reorder = pipe.reorder;
  return settings;
}

LinkPair profile(const char* text) {
  const auto parsed = support::link::parse_profile(text);
  CHECK(parsed.has_value());
  CHECK(parsed->up.trace_file.empty() && parsed->down.trace_file.empty());  // no file is read here
  return {from_pipe(parsed->up), from_pipe(parsed->down)};
}

LossSettings random_loss(double share) {
  return {.in_good = share};
}

// Stationary share of the bad state = to_bad / (to_bad + to_good).
LossSettings burst_loss(double share, double mean_burst) {
  CHECK(share < 1 && mean_burst >= 1);
  const double to_good = 1 / mean_burst;
  return {.in_bad = 1, .to_bad = to_good * share / (1 - share), .to_good = to_good};
}

}  // namespace sim
