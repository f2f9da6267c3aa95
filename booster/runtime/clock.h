// Time as the runtime and all machines see it. The values come from CLOCK_BOOTTIME: sleep counts.
#pragma once
#include <chrono>

namespace booster::runtime {

using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

constexpr TimePoint kNever = TimePoint::max();

TimePoint read_boot_clock();

}  // namespace booster::runtime
