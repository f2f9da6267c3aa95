// What a process that holds passwords gives up at its start.
#pragma once
#include "codec/base/result.h"

namespace booster::platform {

// No core files, no ptrace or /proc/PID/mem by others of the same user, no new privileges by exec, umask 077. An exec
// makes a process dumpable again: each program of ours calls this first. (LeakSanitizer needs ptrace: not in its runs.)
Result<> harden_process();

// Nothing outside can be reached from this process any more, but by the descriptors it has. Before any thread is
// started. False: the kernel or a container's policy does not allow it, and all is as it was.
bool leave_network();

}  // namespace booster::platform
