#include "tests/support/crash/point.h"

#include <limits.h>
#include <signal.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "tests/support/crash/raw.h"

namespace crashpoint {
namespace {

const char* setting(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string read_text(const std::string& path) {
  char text[65536];
  const int fd = raw::openat(AT_FDCWD, path.c_str(), O_RDONLY | O_CLOEXEC, 0);
  const ssize_t size = fd < 0 ? -1 : raw::pread(fd, text, sizeof text, 0);
  if (fd >= 0) raw::close(fd);
  return std::string(text, size > 0 ? static_cast<std::size_t>(size) : 0);
}

// The words of a command line, a blank after each.
std::string command_line(const std::string& pid) {
  std::string words = read_text("/proc/" + pid + "/cmdline");
  for (char& c : words) {
    if (c == '\0') c = ' ';
  }
  return words;
}

bool is_chosen_process() {
  const std::string wanted = setting("CRASHPOINT_PROCESS");
  return wanted.empty() || command_line("self").find(wanted) != std::string::npos;
}

// Kills the parent or the sibling whose command line contains `wanted`.
void kill_relative(const std::string& wanted) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string pid = entry.path().filename();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string facts = read_text("/proc/" + pid + "/stat");
    const std::size_t after_name = facts.rfind(") ");
    if (after_name == std::string::npos) continue;
    const int parent = std::atoi(facts.c_str() + after_name + 4);
    const bool related = std::atoi(pid.c_str()) == ::getppid() || parent == ::getppid();
    if (related && command_line(pid).find(wanted) != std::string::npos) ::kill(std::atoi(pid.c_str()), SIGKILL);
  }
}

std::string path_of(int fd) {
  char path[PATH_MAX];
  const std::string self = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(self.c_str(), path, sizeof path);
  return std::string(path, size > 0 ? static_cast<std::size_t>(size) : 0);
}

// Beside the folder, on the same file system: hard links reach it and no listing of the folder shows it.
std::string scratch_for(const std::string& directory) {
  const std::size_t slash = directory.rfind('/');
  return directory.substr(0, slash + 1) + ".crashpoint-" + directory.substr(slash + 1) + "-" +
         std::to_string(::getpid());
}

}  // namespace

Point* make_point() {
  char real[PATH_MAX];
  const char* directory = setting("CRASHPOINT_DIR");
  if (*directory == '\0' || ::realpath(directory, real) == nullptr || !is_chosen_process()) return nullptr;
  return new Point(real, setting("CRASHPOINT_LOG"));
}

Point* Point::get() {
  static Point* const kPoint = make_point();
  return kPoint;
}

Point::Point(std::string directory, const char* log)
    : directory_(std::move(directory)), undo_(scratch_for(directory_)) {
  at_ = std::strtoull(setting("CRASHPOINT_AT"), nullptr, 10);
  const char* count = setting("CRASHPOINT_COUNT");
  if (*count != '\0') count_ = std::strtoull(count, nullptr, 10);
  if (count_ == 0) count_ = UINT64_MAX;
  const std::string mode = setting("CRASHPOINT_MODE");
  mode_ = mode == "powercut"   ? Mode::PowerCut
          : mode == "relative" ? Mode::Relative
          : mode == "enospc"   ? Mode::Full
          : mode == "eio"      ? Mode::Broken
                               : Mode::Kill;
  if (*log != '\0') log_ = raw::openat(AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (mode_ == Mode::PowerCut) std::atexit([] { get()->undo_.clean(); });
}

bool Point::below(const std::string& path) const {
  return path.size() > directory_.size() + 1 && path.compare(0, directory_.size(), directory_) == 0 &&
         path[directory_.size()] == '/' && !path.ends_with("-shm");
}

Name Point::resolve(int at, const char* path) const {
  Name name;
  if (path == nullptr || *path == '\0') return name;
  std::string text = path;
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  const std::size_t slash = text.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : text.substr(0, slash);
  const int saved = errno;
  const int fd = raw::openat(at, folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  struct stat facts {};
  if (fd >= 0 && ::fstat(fd, &facts) == 0) {
    name.valid = true;
    name.folder = {facts.st_dev, facts.st_ino};
    name.path = path_of(fd) + "/" + text.substr(slash == std::string::npos ? 0 : slash + 1);
  }
  if (fd >= 0) raw::close(fd);
  errno = saved;
  return name;
}

bool Point::counts(int fd, std::string& path) const {
  const int saved = errno;
  struct stat facts {};
  bool counted = ::fstat(fd, &facts) == 0 && (S_ISREG(facts.st_mode) || S_ISDIR(facts.st_mode));
  if (counted) {
    path = path_of(fd);
    counted = below(path) || (S_ISDIR(facts.st_mode) && path == directory_);
  }
  errno = saved;
  return counted;
}

void Point::log(const char* operation, const std::string& path) const {
  if (log_ < 0) return;
  const std::string line =
      std::to_string(::getpid()) + " " + std::to_string(done_) + " " + operation + " " + path + "\n";
  raw::write(log_, line.data(), line.size());
}

bool Point::allow(const char* operation, const std::string& path, bool frees_space) {
  const int saved = errno;
  ++done_;
  log(operation, path);
  errno = saved;
  if (at_ == 0 || done_ < at_) return true;
  if (done_ == at_ && first_of_all()) {
    if (mode_ == Mode::Relative) kill_relative(setting("CRASHPOINT_VICTIM"));
    if (mode_ == Mode::Kill || mode_ == Mode::PowerCut) die();
  }
  if (mode_ != Mode::Full && mode_ != Mode::Broken) return true;
  if (done_ - at_ >= count_) return true;
  if (mode_ == Mode::Full && frees_space) return true;
  errno = mode_ == Mode::Full ? ENOSPC : EIO;
  return false;
}

bool Point::first_of_all() const {
  const char* once = setting("CRASHPOINT_ONCE");
  if (*once == '\0') return true;
  const int fd = raw::openat(AT_FDCWD, once, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) raw::close(fd);
  return fd >= 0;
}

void Point::die() {
  if (mode_ == Mode::PowerCut) {
    undo_.roll_back();
    std::error_code ignored;
    std::vector<std::filesystem::path> indexes;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_, ignored)) {
      if (entry.path().native().ends_with("-shm")) indexes.push_back(entry.path());
    }
    for (const auto& index : indexes) raw::unlinkat(AT_FDCWD, index.c_str(), 0);
  }
  for (;;) ::kill(::getpid(), SIGKILL);
}

}  // namespace crashpoint
