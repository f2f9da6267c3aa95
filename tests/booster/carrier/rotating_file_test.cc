#include "booster/carrier/rotating_file.h"

#include <gtest/gtest.h>

#include "booster/disk/faults.h"
#include "booster/disk/memory_disk.h"

namespace booster::carrier {
namespace {

std::string content(disk::Disk& disk, const char* path) {
  const auto file = disk.open(path, disk::OpenOptions::read());
  if (!file) return "(none)";
  std::string text((*file)->stat()->size, '\0');
  EXPECT_TRUE((*file)->read_at(0, std::as_writable_bytes(std::span(text))));
  return text;
}

TEST(RotatingFile, EachFileBeginsWithTheHeaderAndOnlyTheLastTwoStay) {
  disk::MemoryDisk disk;
  const auto file = RotatingFile::open(disk, "/t", 40, "head\n");
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->append("one one one\n"));
  EXPECT_EQ(content(disk, "/t"), "head\none one one\n");
  EXPECT_EQ(content(disk, "/t.1"), "(none)");
  ASSERT_TRUE((*file)->append("two two two\n"));
  ASSERT_TRUE((*file)->append("x\n"));
  EXPECT_EQ(content(disk, "/t.1"), "head\none one one\n");
  EXPECT_EQ(content(disk, "/t"), "head\ntwo two two\nx\n");
  ASSERT_TRUE((*file)->append("three three\n"));
  EXPECT_EQ(content(disk, "/t.1"), "head\ntwo two two\nx\n");
  EXPECT_EQ(disk.list("/")->size(), 2U);
}

TEST(RotatingFile, StaysWithinItsLimit) {
  disk::MemoryDisk disk;
  const auto file = RotatingFile::open(disk, "/t", 1000, "head\n");
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE((*file)->append(std::string(static_cast<std::size_t>(1 + i % 97), 'x') + "\n"));
    EXPECT_LE(content(disk, "/t").size(), 500U);
    EXPECT_LE(disk.used(), 1000U);
  }
}

TEST(RotatingFile, WhatWasThereIsPutAside) {
  disk::MemoryDisk disk;
  (void)(*RotatingFile::open(disk, "/t", 1000, "head\n"))->append("before\n");
  (void)(*RotatingFile::open(disk, "/t", 1000, "head\n"))->append("after\n");
  EXPECT_EQ(content(disk, "/t.1"), "head\nbefore\n");
  EXPECT_EQ(content(disk, "/t"), "head\nafter\n");
}

TEST(RotatingFile, SomebodysFileIsLeftAlone) {
  for (const char* taken : {"/t", "/t.1"}) {
    disk::MemoryDisk disk;
    ASSERT_TRUE((*disk.open(taken, disk::OpenOptions::create_new()))->append(as_bytes("a letter")));
    const auto file = RotatingFile::open(disk, "/t", 1000, "head\n");
    ASSERT_FALSE(file) << taken;
    EXPECT_EQ(file.error().code, Errc::Conflict) << taken;
    EXPECT_EQ(content(disk, taken), "a letter");
  }
  disk::MemoryDisk disk;
  ASSERT_TRUE(disk.make_directory("/t"));
  EXPECT_FALSE(RotatingFile::open(disk, "/t", 1000, "head\n"));
}

TEST(RotatingFile, EveryFailureOfTheDiskIsTold) {
  std::uint64_t k = 1;
  for (;; ++k) {
    disk::MemoryDisk memory;
    disk::Faults faults;
    const std::unique_ptr<disk::Disk> disk = disk::make_faulty_disk(memory, faults);
    faults.fail_at(k, ENOSPC);
    auto file = RotatingFile::open(*disk, "/t", 40, "head\n");
    bool failed = !file;
    for (const char* line : {"one one one\n", "two two two\n"}) failed = failed || !(*file)->append(line);
    if (faults.failures() == 0) break;
    EXPECT_TRUE(failed) << k;
  }
  EXPECT_GT(k, 6U);  // rename, create and header twice, two lines
}

}  // namespace
}  // namespace booster::carrier
