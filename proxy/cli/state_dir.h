// A daemon's state folder: made with its parents, 0700.
#pragma once
#include <string>

#include "codec/base/result.h"

namespace proxy::cli {

// Errors  Io: it cannot be made, or others may read it (names the remedy)
Result<> make_state_dir(const std::string& path);

}  // namespace proxy::cli
