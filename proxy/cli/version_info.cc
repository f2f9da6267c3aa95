#include "proxy/cli/version_info.h"

namespace proxy::cli {

std::string version_text() {
  return "packetboat " PACKETBOAT_VERSION;
}
std::string version_mismatch(const std::string& theirs, const std::string& us, const std::string& them) {
  if (theirs.empty() || theirs == version_text()) return "";
  return them + " runs " + theirs + ", " + us + " " + version_text();
}
std::string commit_text() {
  return PACKETBOAT_COMMIT;
}

}  // namespace proxy::cli
