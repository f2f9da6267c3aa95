#include "booster/runtime/cpu_clock.h"

#include <time.h>

namespace booster::runtime {

Duration read_thread_cpu_clock() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace booster::runtime
