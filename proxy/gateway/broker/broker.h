// The auth broker process: keeps the credentials of logged-in users and the master users' passwords in memory, knows
// refused passwords again, throttles logins. No network, no mail.
#pragma once
#include "booster/net/stream.h"
#include "booster/runtime/loop.h"
#include "booster/runtime/task.h"

namespace proxy::gateway::broker {

using booster::runtime::Task;

// Serves `wire` (adopt_fd(loop, 3)) until the front is gone or it is cancelled.
Task<Result<>> serve_broker(booster::runtime::Loop& loop, booster::net::StreamPtr wire);

// main() of `packetboat broker`: harden_process(), a loop, serve_broker on descriptor 3. Gives the exit status.
int broker_main();

}  // namespace proxy::gateway::broker
