#include "tests/support/crash/undo.h"

#include <dirent.h>

#include <algorithm>

#include "tests/support/crash/raw.h"

namespace crashpoint {
namespace {

Inode inode_of(const struct stat& facts) {
  return {facts.st_dev, facts.st_ino};
}

// A folder whose own name was never synced goes with all that is in it.
void remove_all(const std::string& path) {
  if (raw::unlinkat(AT_FDCWD, path.c_str(), 0) == 0) return;
  if (DIR* folder = ::opendir(path.c_str())) {
    while (const dirent* entry = ::readdir(folder)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") remove_all(path + "/" + name);
    }
    ::closedir(folder);
  }
  raw::unlinkat(AT_FDCWD, path.c_str(), AT_REMOVEDIR);
}

}  // namespace

std::string UndoLog::keep(int at, const char* path, int flags) {
  if (!scratch_made_) raw::mkdirat(AT_FDCWD, scratch_.c_str(), 0700);
  scratch_made_ = true;
  std::string link = scratch_ + "/" + std::to_string(next_++);
  return raw::linkat(at, path, AT_FDCWD, link.c_str(), flags) == 0 ? link : std::string();
}

void UndoLog::save(int fd, const struct stat& facts, off_t offset, off_t end) {
  const Inode inode = inode_of(facts);
  if (!links_.contains(inode)) {
    const std::string self = "/proc/self/fd/" + std::to_string(fd);
    std::string link = keep(AT_FDCWD, self.c_str(), AT_SYMLINK_FOLLOW);
    if (link.empty()) return;  // no name any more: nothing of it can survive
    links_.emplace(inode, std::move(link));
  }
  Bytes bytes{inode, facts.st_size, offset, {}};
  const off_t from_here = std::min(end, facts.st_size) - offset;
  if (from_here > 0) {
    bytes.old.resize(static_cast<std::size_t>(from_here));
    ssize_t got = raw::pread(fd, bytes.old.data(), bytes.old.size(), offset);
    if (got < 0) {  // write-only: nobody holds locks through such a one, so another descriptor may come and go
      const int again = raw::openat(AT_FDCWD, links_[inode].c_str(), O_RDONLY | O_CLOEXEC, 0);
      got = raw::pread(again, bytes.old.data(), bytes.old.size(), offset);
      raw::close(again);
    }
    bytes.old.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
  bytes_.push_back(std::move(bytes));
}

void UndoLog::before_write(int fd, off_t offset, std::size_t size) {
  struct stat facts {};
  if (::fstat(fd, &facts) == 0) save(fd, facts, offset, offset + static_cast<off_t>(size));
}

void UndoLog::before_truncate(int fd, off_t size) {
  struct stat facts {};
  if (::fstat(fd, &facts) == 0) save(fd, facts, size, facts.st_size);
}

void UndoLog::before_truncate(const Name& name, off_t size) {
  const int fd = raw::openat(AT_FDCWD, name.path.c_str(), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return;
  before_truncate(fd, size);
  raw::close(fd);
}

void UndoLog::before_change(const Name& name) {
  struct stat facts {};
  if (::lstat(name.path.c_str(), &facts) != 0) {
    changes_.push_back({name, Was::Nothing, {}});
  } else if (S_ISDIR(facts.st_mode)) {
    changes_.push_back({name, Was::Folder, {}});
  } else {
    changes_.push_back({name, Was::File, keep(AT_FDCWD, name.path.c_str(), 0)});
  }
}

void UndoLog::before_rename(const Name& from, const Name& to) {
  struct stat facts {};
  if (::lstat(from.path.c_str(), &facts) != 0) return;
  if (S_ISDIR(facts.st_mode)) {
    changes_.push_back({from, Was::MovedFolder, to.path});
    return;
  }
  before_change(to);
  before_change(from);
}

void UndoLog::synced(int fd) {
  struct stat facts {};
  if (::fstat(fd, &facts) != 0) return;
  const Inode inode = inode_of(facts);
  if (S_ISDIR(facts.st_mode)) {
    std::erase_if(changes_, [&](const Change& change) {
      const bool gone = change.name.folder == inode;
      if (gone && change.was == Was::File) raw::unlinkat(AT_FDCWD, change.backup.c_str(), 0);
      return gone;
    });
    return;
  }
  std::erase_if(bytes_, [&](const Bytes& bytes) { return bytes.inode == inode; });
  if (const auto link = links_.find(inode); link != links_.end()) {
    raw::unlinkat(AT_FDCWD, link->second.c_str(), 0);
    links_.erase(link);
  }
}

void UndoLog::undo(const Bytes& bytes) {
  const int fd = raw::openat(AT_FDCWD, links_[bytes.inode].c_str(), O_WRONLY | O_CLOEXEC, 0);
  if (fd < 0) return;
  raw::pwrite(fd, bytes.old.data(), bytes.old.size(), bytes.offset);
  raw::ftruncate(fd, bytes.size);
  raw::close(fd);
}

void UndoLog::undo(const Change& change) {
  const char* path = change.name.path.c_str();
  switch (change.was) {
    case Was::Nothing:
      remove_all(change.name.path);
      break;
    case Was::Folder:
      raw::mkdirat(AT_FDCWD, path, 0700);
      break;
    case Was::MovedFolder:
      raw::renameat(AT_FDCWD, change.backup.c_str(), AT_FDCWD, path, 0);
      break;
    case Was::File: {
      const std::string again = change.backup + "-again";  // rename replaces; and does nothing to two links of one file
      raw::linkat(AT_FDCWD, change.backup.c_str(), AT_FDCWD, again.c_str(), 0);
      raw::unlinkat(AT_FDCWD, path, 0);
      raw::renameat(AT_FDCWD, again.c_str(), AT_FDCWD, path, 0);
      break;
    }
  }
}

void UndoLog::roll_back() {
  for (auto at = bytes_.rbegin(); at != bytes_.rend(); ++at) undo(*at);
  for (auto at = changes_.rbegin(); at != changes_.rend(); ++at) undo(*at);
  clean();
}

void UndoLog::clean() {
  if (scratch_made_) remove_all(scratch_);
}

}  // namespace crashpoint
