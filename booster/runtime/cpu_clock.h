// Processor time, for who says what work cost. A seam: machines and tests are handed a clock of their own.
#pragma once
#include "booster/runtime/clock.h"

namespace booster::runtime {

// Of the thread that calls it. Any thread calls it.
using CpuClock = Duration (*)();

Duration read_thread_cpu_clock();

// Gives what `job` gives; adds to `spent` what that took the thread on which it ran.
template <class Job>
auto timed(CpuClock clock, Duration& spent, Job&& job) {
  const Duration before = clock();
  auto value = job();
  spent += clock() - before;
  return value;
}

}  // namespace booster::runtime
