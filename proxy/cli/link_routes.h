// What either daemon answers about its links: figures, metrics, traces.
#pragma once
#include <functional>
#include <vector>

#include "proxy/admin/control_server.h"
#include "proxy/cli/link_row.h"
#include "proxy/config/link_trace.h"

namespace proxy::cli {

struct LinkParts {
  std::string side;  // client, gateway
  std::function<std::vector<LinkRow>()> rows;
  booster::carrier::TraceLog& trace;
  config::LinkTrace usual;  // where a trace goes that nobody names a file for
};

// What the configuration says, and a file in `state_dir` where it names none.
config::LinkTrace usual_trace(const config::LinkTrace& configured, const std::string& state_dir);

// Begins the trace that the configuration asks for, and brings traces to the disk until cancelled.
//   Errors  those of TraceLog::start
booster::runtime::Task<Result<>> trace_from_start(booster::carrier::TraceLog& trace, config::LinkTrace configured);

// GET /v1/link, /metrics; POST /v1/link/trace/start, /v1/link/trace/stop.
void add_link_routes(admin::ControlServer& control, LinkParts parts);

}  // namespace proxy::cli
