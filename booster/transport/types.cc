#include "booster/transport/types.h"

#include <cstring>

namespace booster::transport {
namespace {

// One round of splitmix64: cheap, and every bit of the input reaches every bit of the result.
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

}  // namespace
}  // namespace booster::transport

std::size_t std::hash<booster::transport::Address>::operator()(
    const booster::transport::Address& address) const noexcept {
  using booster::transport::mixed;
  std::uint64_t high, low;
  std::memcpy(&high, address.ip.data(), 8);
  std::memcpy(&low, address.ip.data() + 8, 8);
  const std::uint64_t place = std::uint64_t{address.port} << 32 | address.interface;
  return static_cast<std::size_t>(mixed(mixed(mixed(high) ^ low) ^ place));
}
