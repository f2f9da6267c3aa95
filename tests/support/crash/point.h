// Counts a process's durable operations and decides what becomes of the next one.
#pragma once
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

#include "tests/support/crash/undo.h"

namespace crashpoint {

enum class Mode { Kill, Relative, PowerCut, Full, Broken };

class Point {
 public:
  // Never destroyed: hooks run until the last instruction of the process. nullptr: not wanted here.
  static Point* get();

  // The names and files that count.
  Name resolve(int at, const char* path) const;
  bool counts(const Name& name) const { return name.valid && below(name.path); }
  bool counts(int fd, std::string& path) const;  // a regular file or a folder

  // Before the operation, with `mutex` held. False: errno is set and the operation is to fail. May not return at all.
  bool allow(const char* operation, const std::string& path, bool frees_space = false);

  UndoLog* undo() { return mode_ == Mode::PowerCut ? &undo_ : nullptr; }
  std::mutex mutex;

 private:
  Point(std::string directory, const char* log);
  bool below(const std::string& path) const;
  void log(const char* operation, const std::string& path) const;
  bool first_of_all() const;  // with CRASHPOINT_ONCE: no process before this one came here
  [[noreturn]] void die();
  friend Point* make_point();

  std::string directory_;
  Mode mode_ = Mode::Kill;
  std::uint64_t at_ = 0;
  std::uint64_t count_ = 1;
  std::uint64_t done_ = 0;
  int log_ = -1;
  UndoLog undo_;
};

}  // namespace crashpoint
