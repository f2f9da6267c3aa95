#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "booster/disk/disk.h"
#include "booster/disk/errors.h"

namespace booster::disk {
namespace {

template <class Call>
auto retried(Call call) {
  for (;;) {
    const auto result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);  // not retried: on Linux the descriptor is gone in any case
  }
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Stat facts_of(const struct stat& raw) {
  Stat stat;
  stat.kind = S_ISREG(raw.st_mode) ? Kind::File : S_ISDIR(raw.st_mode) ? Kind::Directory : Kind::Other;
  stat.size = static_cast<std::uint64_t>(raw.st_size);
  stat.links = static_cast<std::uint64_t>(raw.st_nlink);
  stat.mode = raw.st_mode & 07777;
  stat.modified = std::chrono::system_clock::time_point(std::chrono::duration_cast<std::chrono::system_clock::duration>(
      std::chrono::seconds(raw.st_mtim.tv_sec) + std::chrono::nanoseconds(raw.st_mtim.tv_nsec)));
  return stat;
}

class PosixFile final : public File {
 public:
  PosixFile(int fd, Path path) : fd_(fd), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got = retried([&] {
        return ::pread(fd_.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      });
      if (got < 0) return disk_fail("read", path_, errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Result<> write_at(std::uint64_t offset, ByteView bytes) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t put = retried([&] {
        return ::pwrite(fd_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
      });
      if (put < 0) return disk_fail("write", path_, errno);
      done += static_cast<std::size_t>(put);
    }
    return {};
  }

  Result<> append(ByteView bytes) override {
    TRY_ASSIGN(const Stat now, stat());
    return write_at(now.size, bytes);
  }

  Result<> sync() override {
    if (retried([&] { return ::fsync(fd_.get()); }) != 0) return disk_fail("sync", path_, errno);
    return {};
  }

  Result<> sync_data() override {
    if (retried([&] { return ::fdatasync(fd_.get()); }) != 0) return disk_fail("sync", path_, errno);
    return {};
  }

  Result<> truncate(std::uint64_t size) override {
    if (retried([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); }) != 0) {
      return disk_fail("truncate", path_, errno);
    }
    return {};
  }

  Result<> reserve(std::uint64_t size) override {
    if (size == 0) return {};
    int error;
    do {
      error = ::posix_fallocate(fd_.get(), 0, static_cast<off_t>(size));
    } while (error == EINTR);
    if (error != 0) return disk_fail("reserve space for", path_, error);
    return {};
  }

  Result<Stat> stat() override {
    struct stat raw {};
    if (::fstat(fd_.get(), &raw) != 0) return disk_fail("stat", path_, errno);
    return facts_of(raw);
  }

 private:
  Descriptor fd_;
  Path path_;
};

class PosixLock final : public Lock {
 public:
  explicit PosixLock(int fd) : fd_(fd) {}  // closing it unlocks; the file stays, unlinking it would split the lock

 private:
  Descriptor fd_;
};

class PosixDisk final : public Disk {
 public:
  Result<std::unique_ptr<File>> open(const Path& path, const OpenOptions& options) override {
    int flags = O_CLOEXEC | O_NOCTTY | (options.write ? O_RDWR : O_RDONLY);
    if (options.create) flags |= O_CREAT;
    if (options.exclusive) flags |= O_EXCL;
    if (options.truncate) flags |= O_TRUNC;
    const int fd = retried([&] { return ::open(path.c_str(), flags, options.mode); });
    if (fd < 0) return disk_fail("open", path, errno);
    return std::unique_ptr<File>(std::make_unique<PosixFile>(fd, path));
  }

  Result<> rename(const Path& from, const Path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return disk_fail("rename to", to, errno);
    return {};
  }

  Result<> link(const Path& from, const Path& to) override {
    if (::link(from.c_str(), to.c_str()) != 0) return disk_fail("link", to, errno);
    return {};
  }

  Result<> unlink(const Path& path) override {
    if (::unlink(path.c_str()) != 0) return disk_fail("remove", path, errno);
    return {};
  }

  Result<> make_directory(const Path& path, mode_t mode) override {
    if (::mkdir(path.c_str(), mode) != 0) return disk_fail("make directory", path, errno);
    return {};
  }

  Result<> remove_directory(const Path& path) override {
    if (::rmdir(path.c_str()) != 0) return disk_fail("remove directory", path, errno);
    return {};
  }

  Result<std::vector<std::string>> list(const Path& directory) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), &::closedir);
    if (!open) return disk_fail("list", directory, errno);
    std::vector<std::string> names;
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(open.get());
      if (entry == nullptr) break;
      const std::string_view name(entry->d_name);
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return disk_fail("list", directory, errno);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<Stat> stat(const Path& path) override {
    struct stat raw {};
    if (::stat(path.c_str(), &raw) != 0) return disk_fail("stat", path, errno);
    return facts_of(raw);
  }

  Result<> sync_directory(const Path& directory) override {
    const Descriptor fd(retried([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (!fd.valid()) return disk_fail("open", directory, errno);
    if (retried([&] { return ::fsync(fd.get()); }) != 0) return disk_fail("sync", directory, errno);
    return {};
  }

  Result<std::uint64_t> free_space(const Path& path) override {
    struct statvfs raw {};
    if (retried([&] { return ::statvfs(path.c_str(), &raw); }) != 0) return disk_fail("free space of", path, errno);
    return static_cast<std::uint64_t>(raw.f_bavail) * raw.f_frsize;
  }

  Result<std::unique_ptr<Lock>> try_lock(const Path& path) override {
    Descriptor fd(retried([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kPrivateFile); }));
    if (!fd.valid()) return disk_fail("open", path, errno);
    if (retried([&] { return ::flock(fd.get(), LOCK_EX | LOCK_NB); }) != 0) return disk_fail("lock", path, errno);
    return std::unique_ptr<Lock>(std::make_unique<PosixLock>(fd.release()));
  }
};

}  // namespace

std::unique_ptr<Disk> make_posix_disk() {
  return std::make_unique<PosixDisk>();
}

}  // namespace booster::disk
