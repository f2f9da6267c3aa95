#include "booster/disk/errors.h"

#include <cerrno>
#include <system_error>

namespace booster::disk {
namespace {

Errc code_of(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return Errc::Full;
    case ENOENT:
    case ENOTDIR:
      return Errc::NotFound;
    case EEXIST:
    case ENOTEMPTY:
    case EWOULDBLOCK:
      return Errc::Conflict;
    case EACCES:
    case EPERM:
    case EROFS:
      return Errc::Denied;
    default:
      return Errc::Io;
  }
}

}  // namespace

Error disk_error(std::string_view doing, const Path& path, int error) {
  const Path name = path.has_filename() ? path.filename() : path.parent_path().filename();
  std::string what(doing);
  what += ' ';
  what += name.empty() ? path.native() : name.native();
  what += ": ";
  what += std::generic_category().message(error);
  return Error(code_of(error), std::move(what), error);
}

}  // namespace booster::disk
