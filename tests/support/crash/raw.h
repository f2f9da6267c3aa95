// The calls themselves, past our own hooks.
#pragma once
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace crashpoint::raw {

inline int openat(int at, const char* path, int flags, mode_t mode) {
  return static_cast<int>(::syscall(SYS_openat, at, path, flags, mode));
}
inline int close(int fd) {
  return static_cast<int>(::syscall(SYS_close, fd));
}
inline ssize_t write(int fd, const void* from, std::size_t size) {
  return ::syscall(SYS_write, fd, from, size);
}
inline ssize_t pread(int fd, void* into, std::size_t size, off_t at) {
  return ::syscall(SYS_pread64, fd, into, size, at);
}
inline ssize_t pwrite(int fd, const void* from, std::size_t size, off_t at) {
  return ::syscall(SYS_pwrite64, fd, from, size, at);
}
inline int ftruncate(int fd, off_t size) {
  return static_cast<int>(::syscall(SYS_ftruncate, fd, size));
}
inline int renameat(int from_at, const char* from, int to_at, const char* to, unsigned flags) {
  return static_cast<int>(::syscall(SYS_renameat2, from_at, from, to_at, to, flags));
}
inline int linkat(int from_at, const char* from, int to_at, const char* to, int flags) {
  return static_cast<int>(::syscall(SYS_linkat, from_at, from, to_at, to, flags));
}
inline int unlinkat(int at, const char* path, int flags) {
  return static_cast<int>(::syscall(SYS_unlinkat, at, path, flags));
}
inline int mkdirat(int at, const char* path, mode_t mode) {
  return static_cast<int>(::syscall(SYS_mkdirat, at, path, mode));
}

}  // namespace crashpoint::raw
