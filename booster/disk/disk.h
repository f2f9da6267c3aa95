// Files as the product needs them: the seam where tests inject faults and power cuts. Plain blocking calls, for a
// SerialThread or a start-up path. Nothing is durable before sync() of the file AND sync_directory() of its folder.
//   Errors  Full: no space or quota · NotFound: no such name · Conflict: exists already, or locked by someone else
//           Denied: permissions · Io: anything else, with errno in `sys`. `what` names the last path component only
#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "codec/base/bytes.h"
#include "codec/base/result.h"

namespace booster::disk {

using Path = std::filesystem::path;  // composed and compared only; every access goes through a Disk

constexpr mode_t kPrivateFile = 0600;       // mail and keys: nobody but us
constexpr mode_t kPrivateDirectory = 0700;  // the umask can only take more away

struct OpenOptions {
  bool write = false;
  bool create = false;
  bool exclusive = false;  // with create: Conflict when the name is taken, links included
  bool truncate = false;
  mode_t mode = kPrivateFile;

  static OpenOptions read() { return {}; }
  static OpenOptions update() { return {.write = true}; }
  static OpenOptions update_or_create() { return {.write = true, .create = true}; }
  static OpenOptions create_new() { return {.write = true, .create = true, .exclusive = true}; }
};

enum class Kind { File, Directory, Other };

struct Stat {
  Kind kind = Kind::Other;
  std::uint64_t size = 0;
  std::uint64_t links = 0;
  mode_t mode = 0;  // permission bits
  std::chrono::system_clock::time_point modified;
};

class File {
 public:
  virtual ~File() = default;  // closes; unsynced bytes may be lost

  // Fills `into` from `offset`; fewer bytes only at the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) = 0;
  // All bytes or an error; after an error any part of them may be there.
  virtual Result<> write_at(std::uint64_t offset, ByteView bytes) = 0;
  virtual Result<> append(ByteView bytes) = 0;
  // After a failed sync nobody knows what is on the disk and a second one may lie: write the file anew elsewhere.
  virtual Result<> sync() = 0;       // contents and size, and the inode's facts
  virtual Result<> sync_data() = 0;  // contents and size
  virtual Result<> truncate(std::uint64_t size) = 0;
  virtual Result<> reserve(std::uint64_t size) = 0;  // really allotted blocks; the file then has at least this size
  virtual Result<Stat> stat() = 0;
};

// Held until destroyed or until the process ends, however it ends.
class Lock {
 public:
  virtual ~Lock() = default;
};

class Disk {
 public:
  virtual ~Disk() = default;

  virtual Result<std::unique_ptr<File>> open(const Path& path, const OpenOptions& options) = 0;
  virtual Result<> rename(const Path& from, const Path& to) = 0;  // replaces `to`
  virtual Result<> link(const Path& from, const Path& to) = 0;    // Conflict when `to` is taken
  virtual Result<> unlink(const Path& path) = 0;
  virtual Result<> make_directory(const Path& path, mode_t mode = kPrivateDirectory) = 0;
  virtual Result<> remove_directory(const Path& path) = 0;                   // an empty one
  virtual Result<std::vector<std::string>> list(const Path& directory) = 0;  // names, sorted, without . and ..
  virtual Result<Stat> stat(const Path& path) = 0;
  virtual Result<> sync_directory(const Path& directory) = 0;
  virtual Result<std::uint64_t> free_space(const Path& path) = 0;  // bytes an unprivileged process may still take
  // Creates the file when missing and locks it.   Errors  Conflict: held, by this process or another
  virtual Result<std::unique_ptr<Lock>> try_lock(const Path& path) = 0;
};

// The real one: POSIX, close-on-exec, restarts after signals.
std::unique_ptr<Disk> make_posix_disk();

}  // namespace booster::disk
