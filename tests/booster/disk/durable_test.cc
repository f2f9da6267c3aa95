#include "booster/disk/durable.h"

#include <gtest/gtest.h>

#include "booster/disk/faults.h"
#include "booster/disk/memory_disk.h"
#include "booster/disk/reserve_file.h"
#include "tests/booster/disk/temp_directory.h"

namespace booster::disk {
namespace {

std::string contents(Disk& disk, const Path& path) {
  auto bytes = read_file(disk, path, 1000);
  return bytes ? codec::to_string(*bytes) : to_string(bytes.error());
}

TEST(Durable, ReplacesAWholeFileOnTheRealDisk) {
  const TempDirectory temp;
  const auto disk = make_posix_disk();
  ASSERT_TRUE(write_file_durably(*disk, temp.path() / "f", as_bytes("one")));
  ASSERT_TRUE(write_file_durably(*disk, temp.path() / "f", as_bytes("two"), 0640));
  EXPECT_EQ(contents(*disk, temp.path() / "f"), "two");
  EXPECT_EQ(disk->stat(temp.path() / "f")->mode & 0600u, 0600u);
  EXPECT_EQ(disk->list(temp.path())->size(), 1u);
}

TEST(Durable, CreateLeavesAnExistingFileAlone) {
  MemoryDisk disk;
  ASSERT_TRUE(create_file_durably(disk, "/f", as_bytes("one")));
  auto second = create_file_durably(disk, "/f", as_bytes("two"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::Conflict);
  EXPECT_EQ(contents(disk, "/f"), "one");
  EXPECT_EQ(disk.list("/")->size(), 1u);
}

// Every disk call fails once in its turn: the old contents or the new, and an answer of OK only for the new.
TEST(Durable, AFailingCallLeavesOldOrNew) {
  for (std::uint64_t k = 1;; ++k) {
    MemoryDisk memory;
    Faults faults;
    const auto disk = make_faulty_disk(memory, faults);
    ASSERT_TRUE(write_file_durably(*disk, "/f", as_bytes("old")));
    faults.fail_at(k);
    const auto done = write_file_durably(*disk, "/f", as_bytes("new"));
    const bool failed = faults.failures() > 0;
    memory.power_cut();
    const std::string now = contents(memory, "/f");
    EXPECT_TRUE(now == "new" || (now == "old" && !done)) << "k=" << k << " " << now;
    if (!failed) {
      EXPECT_TRUE(done);
      EXPECT_GE(k, 5u);
      break;
    }
    EXPECT_FALSE(done);
  }
}

TEST(Durable, AFailedWriteLeavesNoTempFile) {
  MemoryDisk memory;
  memory.set_capacity(10);
  auto done = write_file_durably(memory, "/f", as_bytes("more than ten bytes"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::Full);
  EXPECT_TRUE(memory.list("/")->empty());
  EXPECT_EQ(memory.used(), 0u);
}

TEST(Durable, LeftoversOfAKilledProcessAreKnownAndRemoved) {
  MemoryDisk disk;
  const Path temp = temp_path_for("/mail.eml");
  EXPECT_TRUE(is_temp_name(temp.filename().native()));
  EXPECT_FALSE(is_temp_name("mail.eml"));
  EXPECT_FALSE(is_temp_name(".mail.eml.tmp"));
  EXPECT_FALSE(is_temp_name(".x.0123456789abcdef0123456789abcdeg.tmp"));
  ASSERT_TRUE(disk.open(temp, OpenOptions::create_new()));
  ASSERT_TRUE(disk.open("/keep.tmp", OpenOptions::create_new()));
  EXPECT_EQ(remove_leftovers(disk, "/").value(), 1u);
  EXPECT_EQ(disk.list("/").value(), std::vector<std::string>{"keep.tmp"});
}

TEST(Durable, ReadsUpToALimit) {
  MemoryDisk disk;
  ASSERT_TRUE(write_file_durably(disk, "/f", as_bytes("12345")));
  EXPECT_EQ(codec::to_string(read_file(disk, "/f", 5).value()), "12345");
  EXPECT_EQ(read_file(disk, "/f", 4).error().code, Errc::Limit);
  EXPECT_EQ(read_file(disk, "/g", 4).error().code, Errc::NotFound);
}

TEST(Durable, MakesFoldersThatSurvive) {
  MemoryDisk disk;
  ASSERT_TRUE(make_directories_durably(disk, "/a/b/c"));
  ASSERT_TRUE(make_directories_durably(disk, "/a/b/c"));
  disk.power_cut();
  EXPECT_EQ(disk.stat("/a/b/c")->kind, Kind::Directory);
  ASSERT_TRUE(write_file_durably(disk, "/f", {}));
  EXPECT_EQ(make_directories_durably(disk, "/f").error().code, Errc::Conflict);
}

TEST(Durable, ARemovedFileStaysRemoved) {
  MemoryDisk disk;
  ASSERT_TRUE(write_file_durably(disk, "/f", as_bytes("x")));
  ASSERT_TRUE(remove_file_durably(disk, "/f"));
  ASSERT_TRUE(remove_file_durably(disk, "/f"));
  disk.power_cut();
  EXPECT_FALSE(exists(disk, "/f").value());
}

TEST(ReserveFile, GivesItsSpaceToAFullDisk) {
  MemoryDisk disk;
  disk.set_capacity(1000);
  ReserveFile reserve(disk, "/reserve", 400);
  EXPECT_FALSE(reserve.held().value());
  ASSERT_TRUE(reserve.take());
  EXPECT_TRUE(reserve.held().value());
  const Bytes mail(700);
  EXPECT_EQ(write_file_durably(disk, "/mail", mail).error().code, Errc::Full);
  EXPECT_TRUE(reserve.give_up().value());
  EXPECT_FALSE(reserve.give_up().value());
  EXPECT_TRUE(write_file_durably(disk, "/mail", mail));
  EXPECT_EQ(reserve.take().error().code, Errc::Full);
  EXPECT_FALSE(reserve.held().value());
  EXPECT_EQ(disk.used(), 700u);
}

TEST(ReserveFile, HoldsRealBlocksOnTheRealDisk) {
  const TempDirectory temp;
  const auto disk = make_posix_disk();
  ReserveFile reserve(*disk, temp.path() / "reserve", 1u << 20);
  ASSERT_TRUE(reserve.take());
  EXPECT_TRUE(reserve.held().value());
  EXPECT_EQ(disk->stat(temp.path() / "reserve")->size, 1u << 20);
}

}  // namespace
}  // namespace booster::disk
