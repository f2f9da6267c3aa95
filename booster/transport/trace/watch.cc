#include "booster/transport/trace/watch.h"

#include <algorithm>
#include <cmath>

namespace booster::transport::trace {
namespace {

constexpr double kShareChanged = .25;       // of a loss, and worth telling
constexpr double kLeastShareChange = .002;  // below it the difference is noise
constexpr int kRateChanged = 8;             // an eighth

bool share_changed(double before, double now) {
  return std::abs(now - before) > std::max(kLeastShareChange, kShareChanged * before);
}

bool rate_changed(BitsPerSecond before, BitsPerSecond now) {
  const auto [low, high] = std::minmax(before.value, now.value);
  return high - low > low / kRateChanged;
}

Metrics metrics_of(const path::Path& path) {
  return {.path = path.id,
          .rate = path.rate->capacity(),
          .pacing = path.rate->pacing(),
          .queue = path.rate->queue(),
          .smoothed_rtt = path.rtt.smoothed(),
          .latest_rtt = path.rtt.latest(),
          .least_rtt = path.rtt.minimum(),
          .rtt_variation = path.rtt.variation(),
          .window = path.rate->window(),
          .in_flight = path.sent.bytes_in_flight()};
}

}  // namespace

void Watch::on_sent(PathId path, const recovery::SentPacket& packet, TimePoint now) {
  tell(PacketSent{path, packet.number, packet.size, packet.eliciting}, now);
}

void Watch::on_received(PathId path, PacketNumber number, std::size_t size, Ecn ecn, TimePoint now) {
  tell(PacketReceived{path, number, static_cast<std::uint32_t>(size), ecn}, now);
}

void Watch::on_acked(PathId path, const recovery::AckReport& report, TimePoint now) {
  for (const bool after_all : {false, true}) {
    PacketsAcked acked{path, {}, after_all};
    for (const recovery::SentPacket& packet : after_all ? report.returned : report.acked) {
      acked.numbers.push_back(packet.number);
    }
    if (!acked.numbers.empty()) tell(acked, now);
  }
}

void Watch::on_lost(PathId path, const recovery::SentPacket& packet, TimePoint now) {
  tell(PacketLost{path, packet.number, packet.size, packet.probe_of_size}, now);
}

void Watch::on_closed(const Error& error, bool by_peer, TimePoint now) {
  tell(ConnectionClosed{error, by_peer}, now);
}

void Watch::look(const Paths& paths, PathId active, bool key_phase, TimePoint now) {
  if (key_phase_ && *key_phase_ != key_phase) tell(KeyUpdated{++key_updates_}, now);
  key_phase_ = key_phase;
  for (const auto& [id, path] : paths) {
    auto known = seen_.find(id);
    if (known == seen_.end()) {
      known = seen_.emplace(id, Seen{}).first;
      known->second.route = path->route;
      known->second.mtu = path->mtu.size();
      tell(PathChanged{id, PathChanged::To::Opened}, now);
    }
    Seen& seen = known->second;
    look_at_address(*path, seen, now);
    look_at_silence(*path, seen, now);
    if (path->rate && path->rtt.known()) look_at_rate(*path, seen, now);
  }
  if (active_ != active) tell(PathChanged{active, PathChanged::To::InUse}, now);
  active_ = active;
  forget_gone(paths, now);
}

void Watch::look_at_address(const path::Path& path, Seen& seen, TimePoint now) {
  if (path.validation.state() != seen.validation) {
    seen.validation = path.validation.state();
    if (seen.validation == path::Validation::State::Proved) tell(PathChanged{path.id, PathChanged::To::Proved}, now);
    if (seen.validation == path::Validation::State::Failed) tell(PathChanged{path.id, PathChanged::To::Failed}, now);
  }
  if (path.route != seen.route) tell(PathChanged{path.id, PathChanged::To::Moved}, now);
  seen.route = path.route;
  if (path.mtu.size() != seen.mtu) tell(MtuFound{path.id, seen.mtu, path.mtu.size()}, now);
  seen.mtu = path.mtu.size();
}

void Watch::look_at_silence(const path::Path& path, Seen& seen, TimePoint now) {
  if (path.probes > seen.probes) tell(ProbeTimeout{path.id, path.probes}, now);
  seen.probes = path.probes;
  const bool outage = path.probes >= recovery::kOutageProbes;
  if (outage && !seen.outage) tell(OutageBegan{path.id}, now);
  if (outage) seen.silent_since = path.silent_since;
  if (!outage && seen.outage) tell(OutageEnded{path.id, now - seen.silent_since}, now);
  seen.outage = outage;
}

void Watch::look_at_rate(const path::Path& path, Seen& seen, TimePoint now) {
  look_at_loss(path, seen, now);
  const bool due = now - seen.metrics_at >= path.rtt.smoothed();
  if (!due && !rate_changed(seen.metrics.rate, path.rate->capacity())) return;
  const Metrics metrics = metrics_of(path);
  if (metrics == seen.metrics) return;
  seen.metrics = metrics;
  seen.metrics_at = now;
  tell(metrics, now);
}

void Watch::look_at_loss(const path::Path& path, Seen& seen, TimePoint now) {
  const rate::RateController& rate = *path.rate;
  if (share_changed(seen.loss, rate.loss()) || share_changed(seen.radio, rate.radio_loss())) {
    seen.loss = rate.loss();
    seen.radio = rate.radio_loss();
    tell(LossJudged{path.id, seen.loss, seen.radio}, now);
  }
  if (rate.policed() != seen.policed) tell(PolicerJudged{path.id, rate.policed(), rate.capacity()}, now);
  seen.policed = rate.policed();
  if (rate.rivals() != seen.rivals) tell(RivalsJudged{path.id, rate.rivals()}, now);
  seen.rivals = rate.rivals();
  if (path.copies > seen.copies) tell(CopiesSent{path.id, path.copies - seen.copies}, now);
  seen.copies = path.copies;
}

void Watch::forget_gone(const Paths& paths, TimePoint now) {
  for (auto seen = seen_.begin(); seen != seen_.end();) {
    if (!paths.contains(seen->first)) {
      tell(PathChanged{seen->first, PathChanged::To::Gone}, now);
      seen = seen_.erase(seen);
    } else {
      ++seen;
    }
  }
}

}  // namespace booster::transport::trace
