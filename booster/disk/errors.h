// How errno becomes an Error, in one place.
#pragma once
#include <string_view>

#include "booster/disk/disk.h"

namespace booster::disk {

// "write journal.db: No space left on device": the last path component only, folders name users.
Error disk_error(std::string_view doing, const Path& path, int error);

inline tl::unexpected<Error> disk_fail(std::string_view doing, const Path& path, int error) {
  return tl::unexpected(disk_error(doing, path, error));
}

}  // namespace booster::disk
