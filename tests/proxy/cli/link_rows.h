// A link over UDP and one over TLS, for tests of what is shown of them.
#pragma once
#include "proxy/cli/link_row.h"

namespace proxy::cli {

inline LinkRow row_over_udp() {
  booster::carrier::PathReport path;
  path.id = 2;
  path.rate = {9'800'000};
  path.round_trip = std::chrono::microseconds(41'500);
  path.least_round_trip = std::chrono::milliseconds(40);
  path.queue = std::chrono::microseconds(1500);
  path.loss = .0125;
  path.radio_loss = .01;
  path.policed = true;
  path.datagram = 1472;
  path.in_flight = 49'000;
  path.window = 80'000;
  path.bytes_sent = 1'000'000;
  path.bytes_received = 20'000;
  path.packets_lost = 12;
  path.spurious_losses = 3;
  path.copies = 7;
  booster::carrier::PathReport other;
  other.id = 1;
  other.in_use = false;
  LinkRow row{"client", "gateway.example:443", "connected", {}, std::chrono::milliseconds(42), 1, 0};
  row.carrier = booster::carrier::CarrierReport{booster::carrier::CarrierKind::Udp, 4, {path, other}};
  return row;
}

inline LinkRow row_over_tls() {
  booster::carrier::PathReport path;
  path.rate = {2'000'000};
  path.round_trip = std::chrono::milliseconds(80);
  path.least_round_trip = std::chrono::milliseconds(60);
  path.loss = .02;
  path.packets_lost = 5;
  LinkRow row{"a1b2c3d4", "laptop", "connected", {}, {}, {}, {}};
  row.carrier = booster::carrier::CarrierReport{booster::carrier::CarrierKind::Tls, 0, {path}};
  return row;
}

}  // namespace proxy::cli
