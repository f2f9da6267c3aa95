// Whole files, written so that a power cut leaves the old one or the new one, never a mixture.
#pragma once
#include <string>
#include <string_view>

#include "booster/disk/disk.h"

namespace booster::disk {

// Temp file in the same folder, fsync, rename, directory fsync. On error the old file stands and the temp file is gone.
Result<> write_file_durably(Disk& disk, const Path& path, ByteView bytes, mode_t mode = kPrivateFile);

// As above, but an existing file stays.   Errors  Conflict: the name is taken
Result<> create_file_durably(Disk& disk, const Path& path, ByteView bytes, mode_t mode = kPrivateFile);

// Errors  Limit: larger than `limit`
Result<Bytes> read_file(Disk& disk, const Path& path, std::size_t limit);

// Creates what is missing on the way and syncs each parent. An existing folder is left as it is.
Result<> make_directories_durably(Disk& disk, const Path& path, mode_t mode = kPrivateDirectory);

// Unlink, then directory fsync; a missing file is fine.
Result<> remove_file_durably(Disk& disk, const Path& path);

Result<bool> exists(Disk& disk, const Path& path);

// A name beside `path` that cannot be guessed and that remove_leftovers() knows: ".NAME.<32 hex>.tmp".
Path temp_path_for(const Path& path);
bool is_temp_name(std::string_view name);

// Temp files a killed process left in `directory`; to be called by its owner before it writes there.
Result<std::size_t> remove_leftovers(Disk& disk, const Path& directory);

}  // namespace booster::disk
