// The C library's calls, each asking the crash point first. 64-bit names are the same calls here (off_t is 64 bits).
// _FORTIFY_SOURCE would make some of these names inline functions.
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

#include "tests/support/crash/point.h"
#include "tests/support/crash/raw.h"

static_assert(sizeof(off_t) == 8);

namespace crashpoint {
namespace {

off_t place_of(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags >= 0 && (flags & O_APPEND) != 0) {
    struct stat facts {};
    return ::fstat(fd, &facts) == 0 ? facts.st_size : 0;
  }
  return ::lseek(fd, 0, SEEK_CUR);
}

std::size_t total(const iovec* pieces, int count) {
  std::size_t size = 0;
  for (int i = 0; i < count; ++i) size += pieces[i].iov_len;
  return size;
}

// An operation on an open file. `note` tells the undo log, `call` does it.
template <class Note, class Call>
auto on_file(const char* operation, int fd, Note note, Call call) -> decltype(call()) {
  Point* const point = Point::get();
  std::string path;
  if (point == nullptr || !point->counts(fd, path)) return call();
  const std::lock_guard held(point->mutex);
  if (!point->allow(operation, path)) return -1;
  if (UndoLog* undo = point->undo()) note(*undo);
  return call();
}

template <class Call>
ssize_t write_at(const char* operation, int fd, off_t place, std::size_t size, Call call) {
  const auto note = [&](UndoLog& undo) { undo.before_write(fd, place < 0 ? place_of(fd) : place, size); };
  return on_file(operation, fd, note, call);
}

template <class Call>
int sync_file(const char* operation, int fd, Call call) {
  Point* const point = Point::get();
  std::string path;
  if (point == nullptr || !point->counts(fd, path)) return call();
  const std::lock_guard held(point->mutex);
  if (!point->allow(operation, path)) return -1;
  const int done = call();
  if (done == 0 && point->undo() != nullptr) point->undo()->synced(fd);
  return done;
}

// An operation on a name. `frees`: it makes room, and so does not fail on a full disk.
template <class Note, class Call>
auto on_name(const char* operation, int at, const char* path, bool frees, Note note, Call call) -> decltype(call()) {
  Point* const point = Point::get();
  if (point == nullptr) return call();
  const Name name = point->resolve(at, path);
  if (!point->counts(name)) return call();
  const std::lock_guard held(point->mutex);
  if (!point->allow(operation, name.path, frees)) return -1;
  if (UndoLog* undo = point->undo()) note(*undo, name);
  return call();
}

constexpr auto kChange = [](UndoLog& undo, const Name& name) { undo.before_change(name); };

// Opens count when they create or cut.
template <class Call>
auto on_open(int at, const char* path, int flags, Call call, decltype(call()) failed) -> decltype(call()) {
  Point* const point = Point::get();
  if (point == nullptr || (flags & (O_CREAT | O_TRUNC)) == 0 || (flags & O_TMPFILE) == O_TMPFILE) return call();
  const Name name = point->resolve(at, path);
  if (!point->counts(name)) return call();
  struct stat facts {};
  const int saved = errno;
  const bool there = ::stat(name.path.c_str(), &facts) == 0;
  errno = saved;
  const bool creates = !there && (flags & O_CREAT) != 0;
  const bool cuts = there && (flags & O_TRUNC) != 0 && (flags & O_EXCL) == 0 && S_ISREG(facts.st_mode);
  if (!creates && !cuts) return call();
  const std::lock_guard held(point->mutex);
  if (!point->allow(creates ? "create" : "cut", name.path)) return failed;
  if (UndoLog* undo = point->undo()) {
    if (creates) undo->before_change(name);
    if (cuts) undo->before_truncate(name, 0);
  }
  return call();
}

int open_at(int at, const char* path, int flags, mode_t mode) {
  return on_open(
      at, path, flags, [&] { return raw::openat(at, path, flags, mode); }, -1);
}

int rename_at(int from_at, const char* from, int to_at, const char* to, unsigned flags) {
  Point* const point = Point::get();
  const auto call = [&] { return raw::renameat(from_at, from, to_at, to, flags); };
  if (point == nullptr) return call();
  const Name source = point->resolve(from_at, from);
  const Name target = point->resolve(to_at, to);
  if (!point->counts(source) && !point->counts(target)) return call();
  const std::lock_guard held(point->mutex);
  if (!point->allow("rename", target.path)) return -1;
  if (UndoLog* undo = point->undo(); undo != nullptr && source.valid && target.valid) {
    undo->before_rename(source, target);
  }
  return call();
}

int unlink_at(int at, const char* path, int flags) {
  const char* operation = (flags & AT_REMOVEDIR) != 0 ? "rmdir" : "unlink";
  return on_name(operation, at, path, true, kChange, [&] { return raw::unlinkat(at, path, flags); });
}

int mkdir_at(int at, const char* path, mode_t mode) {
  return on_name("mkdir", at, path, false, kChange, [&] { return raw::mkdirat(at, path, mode); });
}

int truncate_file(int fd, off_t size) {
  const auto note = [&](UndoLog& undo) { undo.before_truncate(fd, size); };
  return on_file("truncate", fd, note, [&] { return raw::ftruncate(fd, size); });
}

int allot(int fd, int mode, off_t offset, off_t size) {
  // Within the file it may punch holes or zero: all of the range is kept.
  const auto note = [&](UndoLog& undo) { undo.before_write(fd, offset, static_cast<std::size_t>(size)); };
  return on_file("allocate", fd, note,
                 [&] { return static_cast<int>(::syscall(SYS_fallocate, fd, mode, offset, size)); });
}

ssize_t write_pieces(const char* operation, int fd, const iovec* pieces, int count, off_t at, int flags) {
  return write_at(operation, fd, at, total(pieces, count), [&]() -> ssize_t {
    if (at < 0) return ::syscall(SYS_writev, fd, pieces, count);
    return ::syscall(SYS_pwritev2, fd, pieces, count, at, off_t{0}, flags);
  });
}

FILE* open_stream(const char* name, const char* path, const char* mode) {
  using Open = FILE* (*)(const char*, const char*);
  const auto real = reinterpret_cast<Open>(::dlsym(RTLD_NEXT, name));
  const int flags = mode[0] == 'w' ? O_CREAT | O_TRUNC : mode[0] == 'a' ? O_CREAT : 0;
  return on_open(
      AT_FDCWD, path, flags, [&] { return real(path, mode); }, nullptr);
}

mode_t mode_argument(int flags, va_list arguments) {
  const bool given = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return given ? va_arg(arguments, mode_t) : 0;
}

}  // namespace
}  // namespace crashpoint

using namespace crashpoint;

extern "C" {

#define OPEN_HOOK(NAME)                                  \
  int NAME(const char* path, int flags, ...) {           \
    va_list arguments;                                   \
    va_start(arguments, flags);                          \
    const mode_t mode = mode_argument(flags, arguments); \
    va_end(arguments);                                   \
    return open_at(AT_FDCWD, path, flags, mode);         \
  }
#define OPENAT_HOOK(NAME)                                \
  int NAME(int at, const char* path, int flags, ...) {   \
    va_list arguments;                                   \
    va_start(arguments, flags);                          \
    const mode_t mode = mode_argument(flags, arguments); \
    va_end(arguments);                                   \
    return open_at(at, path, flags, mode);               \
  }
OPEN_HOOK(open)
OPEN_HOOK(open64)
OPENAT_HOOK(openat)
OPENAT_HOOK(openat64)
int __open_2(const char* path, int flags) {
  return open_at(AT_FDCWD, path, flags, 0);
}
int __open64_2(const char* path, int flags) {
  return open_at(AT_FDCWD, path, flags, 0);
}
int creat(const char* path, mode_t mode) {
  return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
int creat64(const char* path, mode_t mode) {
  return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
FILE* fopen(const char* path, const char* mode) {
  return open_stream("fopen", path, mode);
}
FILE* fopen64(const char* path, const char* mode) {
  return open_stream("fopen64", path, mode);
}

ssize_t write(int fd, const void* from, size_t size) {
  return write_at("write", fd, -1, size, [&] { return raw::write(fd, from, size); });
}
ssize_t pwrite(int fd, const void* from, size_t size, off_t at) {
  return write_at("pwrite", fd, at, size, [&] { return raw::pwrite(fd, from, size, at); });
}
ssize_t pwrite64(int fd, const void* from, size_t size, off64_t at) {
  return pwrite(fd, from, size, at);
}
ssize_t writev(int fd, const iovec* pieces, int count) {
  return write_pieces("writev", fd, pieces, count, -1, 0);
}
ssize_t pwritev(int fd, const iovec* pieces, int count, off_t at) {
  return write_pieces("pwritev", fd, pieces, count, at, 0);
}
ssize_t pwritev64(int fd, const iovec* pieces, int count, off64_t at) {
  return write_pieces("pwritev", fd, pieces, count, at, 0);
}
ssize_t pwritev2(int fd, const iovec* pieces, int count, off_t at, int flags) {
  return write_pieces("pwritev", fd, pieces, count, at, flags);
}

int fsync(int fd) {
  return sync_file("fsync", fd, [&] { return static_cast<int>(::syscall(SYS_fsync, fd)); });
}
int fdatasync(int fd) {
  return sync_file("fdatasync", fd, [&] { return static_cast<int>(::syscall(SYS_fdatasync, fd)); });
}

int ftruncate(int fd, off_t size) noexcept {
  return truncate_file(fd, size);
}
int ftruncate64(int fd, off64_t size) noexcept {
  return truncate_file(fd, size);
}
int truncate(const char* path, off_t size) noexcept {
  const auto note = [&](UndoLog& undo, const Name& name) { undo.before_truncate(name, size); };
  return on_name("truncate", AT_FDCWD, path, false, note,
                 [&] { return static_cast<int>(::syscall(SYS_truncate, path, size)); });
}
int fallocate(int fd, int mode, off_t offset, off_t size) {
  return allot(fd, mode, offset, size);
}
int fallocate64(int fd, int mode, off64_t offset, off64_t size) {
  return allot(fd, mode, offset, size);
}
int posix_fallocate(int fd, off_t offset, off_t size) {
  const int saved = errno;
  const int error = allot(fd, 0, offset, size) == 0 ? 0 : errno;
  errno = saved;
  return error;
}
int posix_fallocate64(int fd, off64_t offset, off64_t size) {
  return posix_fallocate(fd, offset, size);
}

int rename(const char* from, const char* to) noexcept {
  return rename_at(AT_FDCWD, from, AT_FDCWD, to, 0);
}
int renameat(int from_at, const char* from, int to_at, const char* to) noexcept {
  return rename_at(from_at, from, to_at, to, 0);
}
int renameat2(int from_at, const char* from, int to_at, const char* to, unsigned flags) noexcept {
  return rename_at(from_at, from, to_at, to, flags);
}
int link(const char* from, const char* to) noexcept {
  return on_name("link", AT_FDCWD, to, false, kChange, [&] { return raw::linkat(AT_FDCWD, from, AT_FDCWD, to, 0); });
}
int linkat(int from_at, const char* from, int to_at, const char* to, int flags) noexcept {
  return on_name("link", to_at, to, false, kChange, [&] { return raw::linkat(from_at, from, to_at, to, flags); });
}
int unlink(const char* path) noexcept {
  return unlink_at(AT_FDCWD, path, 0);
}
int unlinkat(int at, const char* path, int flags) noexcept {
  return unlink_at(at, path, flags);
}
int rmdir(const char* path) noexcept {
  return unlink_at(AT_FDCWD, path, AT_REMOVEDIR);
}
int mkdir(const char* path, mode_t mode) noexcept {
  return mkdir_at(AT_FDCWD, path, mode);
}
int mkdirat(int at, const char* path, mode_t mode) noexcept {
  return mkdir_at(at, path, mode);
}

}  // extern "C"
