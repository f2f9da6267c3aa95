#include "proxy/messaging/mixing_pace.h"

namespace proxy::messaging {
namespace {

constexpr auto kEnough = std::chrono::seconds(1);
constexpr auto kKept = std::chrono::seconds(4);  // then what is older counts half

}  // namespace

void MixingPace::add(std::uint64_t coded, booster::runtime::Duration cpu) {
  coded_ += static_cast<double>(coded);
  cpu_ += cpu;
  if (cpu_ < kKept) return;
  coded_ /= 2;
  cpu_ /= 2;
}

std::optional<booster::session::BitsPerSecond> MixingPace::value() const {
  if (cpu_ < kEnough) return std::nullopt;
  const double bits = coded_ * 8 / std::chrono::duration<double>(cpu_).count();
  return booster::session::BitsPerSecond{static_cast<std::uint64_t>(bits)};
}

}  // namespace proxy::messaging
