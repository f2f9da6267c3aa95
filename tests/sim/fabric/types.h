// The words of the simulated network: those of the transport, and of the elements that stand between two programs.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "booster/transport/types.h"

namespace sim {

using booster::transport::Address;
using booster::transport::DatagramRun;
using booster::transport::Duration;
using booster::transport::Ecn;
using booster::transport::kNever;
using booster::transport::Route;
using booster::transport::TimePoint;

// Where every world begins; not zero, so that "a while ago" is a valid instant from the first moment on.
constexpr TimePoint kEpoch{std::chrono::seconds(100'000)};

// "10.0.0.1" or "2001:db8::1"; anything else is a mistake of the test and stops it.
Address address(const char* ip, std::uint16_t port = 0, std::uint32_t interface = 0);
Address with_port(Address address, std::uint16_t port);
bool same_host(const Address& a, const Address& b);  // the ip alone
bool is_ipv4(const Address& address);                // in mapped form
bool is_unspecified(const Address& address);         // :: or 0.0.0.0
std::string text(const Address& address);            // 10.0.0.1:443, [2001:db8::1]:443

double seconds(Duration duration);
Duration from_seconds(double seconds);

}  // namespace sim
