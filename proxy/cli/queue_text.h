// The queue as people read it.
#pragma once
#include <string>
#include <vector>

#include "proxy/cli/output.h"

namespace proxy::cli {

// One line an entry, more where there are recipients or words. `entries` as /v1/queue gives them.
std::vector<std::string> queue_lines(const Json& entries);

}  // namespace proxy::cli
