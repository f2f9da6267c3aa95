#include <gtest/gtest.h>

#include "booster/disk/durable.h"
#include "booster/disk/faults.h"
#include "booster/disk/memory_disk.h"

namespace booster::disk {
namespace {

std::string contents_or_none(Disk& disk, const Path& path) {
  auto bytes = read_file(disk, path, 1000);
  return bytes ? codec::to_string(*bytes) : std::string("none");
}

TEST(PowerCut, UnsyncedBytesVanishSyncedStay) {
  MemoryDisk disk;
  ASSERT_TRUE(write_file_durably(disk, "/f", as_bytes("kept")));
  auto file = disk.open("/f", OpenOptions::update());
  ASSERT_TRUE((*file)->append(as_bytes(" lost")));
  disk.power_cut();
  EXPECT_EQ(contents_or_none(disk, "/f"), "kept");
  EXPECT_EQ(disk.used(), 4u);
}

TEST(PowerCut, ASyncedFileWithoutASyncedNameIsGone) {
  MemoryDisk disk;
  auto file = disk.open("/f", OpenOptions::create_new());
  ASSERT_TRUE((*file)->append(as_bytes("x")));
  ASSERT_TRUE((*file)->sync());
  disk.power_cut();
  EXPECT_EQ(contents_or_none(disk, "/f"), "none");
}

TEST(PowerCut, ASyncedNameWithoutSyncedBytesIsEmpty) {
  MemoryDisk disk;
  auto file = disk.open("/f", OpenOptions::create_new());
  ASSERT_TRUE((*file)->append(as_bytes("x")));
  ASSERT_TRUE(disk.sync_directory("/"));
  disk.power_cut();
  EXPECT_EQ(contents_or_none(disk, "/f"), "");
}

TEST(PowerCut, RenameAndUnlinkAreUndoneWithoutDirectorySync) {
  MemoryDisk disk;
  ASSERT_TRUE(write_file_durably(disk, "/a", as_bytes("a")));
  ASSERT_TRUE(write_file_durably(disk, "/b", as_bytes("b")));
  ASSERT_TRUE(disk.rename("/a", "/b"));
  disk.power_cut();
  EXPECT_EQ(contents_or_none(disk, "/a"), "a");
  EXPECT_EQ(contents_or_none(disk, "/b"), "b");
  ASSERT_TRUE(disk.unlink("/a"));
  disk.power_cut();
  EXPECT_EQ(contents_or_none(disk, "/a"), "a");
  EXPECT_EQ(disk.stat("/a")->links, 1u);
}

TEST(PowerCut, OpenFilesAreDeadAndLocksFree) {
  MemoryDisk disk;
  auto file = disk.open("/f", OpenOptions::create_new());
  auto lock = disk.try_lock("/lock");
  ASSERT_TRUE(lock);
  disk.power_cut();
  EXPECT_EQ((*file)->append(as_bytes("x")).error().code, Errc::Io);
  auto again = disk.try_lock("/lock");
  ASSERT_TRUE(again);
  lock->reset();
  EXPECT_FALSE(disk.try_lock("/lock"));
}

TEST(Faults, FailTheAskedCallsOnly) {
  MemoryDisk memory;
  Faults faults;
  const auto disk = make_faulty_disk(memory, faults);
  auto file = disk->open("/f", OpenOptions::create_new());
  faults.fail_at(2, ENOSPC, 2);
  EXPECT_TRUE((*file)->append(as_bytes("1")));
  EXPECT_EQ((*file)->append(as_bytes("22")).error().code, Errc::Full);
  EXPECT_EQ((*file)->sync().error().code, Errc::Full);
  EXPECT_TRUE((*file)->append(as_bytes("3")));
  EXPECT_EQ(faults.failures(), 2u);
  EXPECT_EQ(faults.calls(), 4u);
  EXPECT_EQ(contents_or_none(*disk, "/f"), "123");
}

}  // namespace
}  // namespace booster::disk
