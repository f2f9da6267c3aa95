// Octets of an account's mail streams, before and after reduction, those of streams that have ended included.
#pragma once
#include <cstdint>

#include "proxy/messaging/message_stream.h"

namespace proxy::client {

struct Traffic {
  std::uint64_t raw_received = 0;
  std::uint64_t coded_received = 0;
  std::uint64_t mixed_received = 0;  // of raw_received, by context mixing
  std::uint64_t referred = 0;        // items, either way, coded against mail that both ends hold
  std::uint64_t not_here = 0;        // against mail that the receiver lacked: once more without
  std::uint64_t awaited = 0;         // items that a program asked for and a Bodies stream had begun
  std::uint64_t passed_over = 0;     // octets of mail that came though they were here or came on another stream
  std::uint64_t raw_sent = 0;
  std::uint64_t coded_sent = 0;

  Traffic& operator+=(const Traffic& other) {
    raw_received += other.raw_received;
    coded_received += other.coded_received;
    mixed_received += other.mixed_received;
    referred += other.referred;
    not_here += other.not_here;
    awaited += other.awaited;
    passed_over += other.passed_over;
    raw_sent += other.raw_sent;
    coded_sent += other.coded_sent;
    return *this;
  }
};

inline Traffic traffic_of(const messaging::MessageStream& stream) {
  Traffic traffic;
  traffic.raw_received = stream.raw_received();
  traffic.coded_received = stream.coded_received();
  traffic.mixed_received = stream.mixed_received();
  traffic.referred = stream.referred();
  traffic.not_here = stream.not_here();
  traffic.raw_sent = stream.raw_sent();
  traffic.coded_sent = stream.coded_sent();
  return traffic;
}

// Adds a stream's octets to a sum as it goes.
class TrafficMeter {
 public:
  TrafficMeter(const messaging::MessageStream& stream, Traffic& into) : stream_(stream), into_(into) {}
  TrafficMeter(const TrafficMeter&) = delete;
  TrafficMeter& operator=(const TrafficMeter&) = delete;
  ~TrafficMeter() { update(); }
  void update() {
    const Traffic now = traffic_of(stream_);
    into_.raw_received += now.raw_received - seen_.raw_received;
    into_.coded_received += now.coded_received - seen_.coded_received;
    into_.mixed_received += now.mixed_received - seen_.mixed_received;
    into_.referred += now.referred - seen_.referred;
    into_.not_here += now.not_here - seen_.not_here;
    into_.raw_sent += now.raw_sent - seen_.raw_sent;
    into_.coded_sent += now.coded_sent - seen_.coded_sent;
    seen_ = now;
  }

 private:
  const messaging::MessageStream& stream_;
  Traffic& into_;
  Traffic seen_;
};

}  // namespace proxy::client
