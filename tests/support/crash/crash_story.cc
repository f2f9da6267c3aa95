// A small life for the crash point to end: crash_story DIRECTORY STORY. What is durable it says on standard output.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "booster/disk/durable.h"
#include "booster/sql/database.h"

namespace {

using booster::as_bytes;
using booster::Bytes;
using booster::Result;

void say(const std::string& text) {
  const std::string line = text + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::abort();
}

// Each step is durable, or not, by itself.
void files(const std::string& directory) {
  ::chdir(directory.c_str());
  const int folder = ::open(".", O_RDONLY | O_DIRECTORY);
  const int kept = ::open("kept", O_RDWR | O_CREAT, 0600);
  ::write(kept, "synced", 6);
  ::fsync(kept);
  ::fsync(folder);
  say("base");
  ::pwrite(kept, "LOST", 4, 0);
  iovec pieces[] = {{const_cast<char*>("-and"), 4}, {const_cast<char*>("-more"), 5}};
  ::lseek(kept, 0, SEEK_END);
  ::writev(kept, pieces, 2);
  ::ftruncate(kept, 3);
  const int fresh = ::open("fresh", O_WRONLY | O_CREAT | O_EXCL, 0600);
  ::write(fresh, "x", 1);
  ::fsync(fresh);
  ::rename("kept", "renamed");
  ::mkdir("folder", 0700);
  ::close(::creat("folder/inside", 0600));
  ::unlink("renamed");
  ::fsync(folder);
  say("names");
}

Result<> rows(const std::string& directory) {
  TRY_ASSIGN(booster::sql::Database db, booster::sql::Database::open(directory + "/story.db", {.checkpoint_pages = 4}));
  TRY(db.run("CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT"));
  for (int i = 1; i <= 5; ++i) {
    const Bytes body(3000, static_cast<std::byte>(i));
    TRY(db.run("INSERT OR REPLACE INTO t VALUES(?,?)", i, body));
    say("row " + std::to_string(i));
  }
  return {};
}

Result<> whole_files(const std::string& directory) {
  const auto disk = booster::disk::make_posix_disk();
  for (int i = 1; i <= 3; ++i) {
    TRY(booster::disk::write_file_durably(*disk, directory + "/file", as_bytes(std::to_string(i))));
    say("file " + std::to_string(i));
  }
  return {};
}

Result<> check_rows(const std::string& directory) {
  TRY_ASSIGN(booster::sql::Database db, booster::sql::Database::open(directory + "/story.db"));
  TRY(db.quick_check());
  TRY_ASSIGN(const auto tables, db.one<int>("SELECT count(*) FROM sqlite_schema"));
  TRY_ASSIGN(const auto count, tables == 0 ? Result<std::optional<int>>(0) : db.one<int>("SELECT count(*) FROM t"));
  say(std::to_string(count.value_or(0)));
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string directory = argv[1];
  const std::string story = argv[2];
  Result<> done;
  if (story == "files") files(directory);
  if (story == "rows") done = rows(directory);
  if (story == "check-rows") done = check_rows(directory);
  if (story == "whole-files") done = whole_files(directory);
  if (done) return 0;
  std::fprintf(stderr, "%s\n", to_string(done.error()).c_str());
  return 1;
}
