// The flow worker process: egress behind one socket to the front. Its rules come as arguments.
#pragma once
#include <string>
#include <vector>

#include "booster/net/tcp.h"
#include "booster/session/limits.h"
#include "proxy/flow/egress.h"

namespace proxy::flow {

// Both ends of the Mux between front and flow worker are built with these: a Unix socket, many flows.
booster::session::Limits flow_worker_limits();

// Serves `wire` until the front is gone or it is cancelled.
Task<Result<>> serve_flow_worker(booster::runtime::Loop& loop, booster::net::StreamPtr wire, EgressRules rules);

// main() of `packetboat flow-worker RULE…`: harden_process(), a loop, descriptor 3. Gives the exit status.
int flow_worker_main(const std::vector<std::string>& rules);

}  // namespace proxy::flow
