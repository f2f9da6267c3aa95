#include "proxy/cli/state_dir.h"

#include <sys/stat.h>

#include <filesystem>

namespace proxy::cli {

Result<> make_state_dir(const std::string& path) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(path, error);
  if (error) return fail(Errc::Io, "state folder " + path + ": " + error.message(), error.value());
  if (made) ::chmod(path.c_str(), 0700);
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return fail(Errc::Io, "state folder " + path + " is not readable");
  if ((found.st_mode & 077) != 0)
    return fail(Errc::Io, "state folder " + path + " is open to others: chmod 700 " + path);
  return {};
}

}  // namespace proxy::cli
