// The worker process: agents hosted behind one socket to the front.
#pragma once
#include "booster/carrier/mux.h"
#include "booster/runtime/scope.h"
#include "proxy/gateway/chain_link.h"
#include "proxy/gateway/worker/agent_host.h"

namespace proxy::gateway::worker {

// Serves `wire` (adopt_fd(loop, 3)) until the front is gone or it is cancelled; agents have then logged off.
Task<Result<>> serve_worker(booster::runtime::Loop& loop, booster::net::StreamPtr wire, AgentHost& host);

// main() of `packetboat worker`: harden_process(), a loop, serve_worker on descriptor 3. Gives the exit status.
int worker_main(AgentHost& host, booster::runtime::Loop& loop);

}  // namespace proxy::gateway::worker
