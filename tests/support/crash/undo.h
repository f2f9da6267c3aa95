// What a power cut would take back: a log of unsynced changes, undone in reverse order.
#pragma once
#include <sys/stat.h>
#include <sys/types.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace crashpoint {

using Inode = std::pair<dev_t, ino_t>;

// A name in a folder, resolved so that it can be found again whatever the working directory is.
struct Name {
  bool valid = false;
  std::string path;  // absolute, folder without links
  Inode folder;
};

class UndoLog {
 public:
  explicit UndoLog(std::string scratch) : scratch_(std::move(scratch)) {}

  void before_write(int fd, off_t offset, std::size_t size);
  void before_truncate(int fd, off_t size);
  void before_truncate(const Name& name, off_t size);
  void before_change(const Name& name);  // the name is about to mean something else, or nothing
  void before_rename(const Name& from, const Name& to);
  void synced(int fd);  // a file's contents, a folder's names
  void roll_back();
  void clean();

 private:
  struct Bytes {
    Inode inode;
    off_t size;  // of the file before
    off_t offset;
    std::string old;
  };
  enum class Was { Nothing, File, Folder, MovedFolder };
  struct Change {
    Name name;
    Was was;
    std::string backup;  // hard link to the file; or where the folder went
  };
  std::string keep(int at, const char* path, int flags);
  void save(int fd, const struct stat& facts, off_t offset, off_t end);
  void undo(const Bytes& bytes);
  void undo(const Change& change);

  std::string scratch_;
  bool scratch_made_ = false;
  unsigned next_ = 0;
  std::map<Inode, std::string> links_;  // to files with unsynced bytes
  std::vector<Bytes> bytes_;
  std::vector<Change> changes_;
};

}  // namespace crashpoint
