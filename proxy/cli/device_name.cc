#include "proxy/cli/device_name.h"

#include <unistd.h>

namespace proxy::cli {

std::string device_name(const config::ClientConfig& config) {
  if (!config.device.empty()) return config.device;
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "device";
}

}  // namespace proxy::cli
