// The links' figures as metrics.                                                        Source: docs/operations.md
#pragma once
#include <string>
#include <vector>

#include "proxy/cli/link_row.h"

namespace proxy::cli {

std::string link_metrics(const std::vector<LinkRow>& rows, const booster::carrier::TraceLog::State& trace);

}  // namespace proxy::cli
