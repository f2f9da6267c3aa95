#include "booster/crypto/sealed_file.h"

#include <gtest/gtest.h>

#include "booster/disk/durable.h"
#include "booster/disk/faults.h"
#include "booster/disk/memory_disk.h"

namespace booster::crypto {
namespace {

TEST(SealedFile, KeepsItsContentsThroughAPowerCut) {
  disk::MemoryDisk disk;
  SealedFile file(disk, "/s", "/k");
  EXPECT_FALSE(file.read().value().has_value());
  ASSERT_TRUE(file.write(Secret::of_text("one")));
  ASSERT_TRUE(file.write(Secret::of_text("two")));
  disk.power_cut();
  EXPECT_EQ(file.read().value()->reveal_text(), "two");
  EXPECT_EQ(disk.stat("/s")->mode, 0600u);
  EXPECT_EQ(disk.stat("/k")->mode, 0600u);
  ASSERT_TRUE(file.remove());
  EXPECT_FALSE(file.read().value().has_value());
}

TEST(SealedFile, ALostKeyIsToldNotReplaced) {
  disk::MemoryDisk disk;
  SealedFile file(disk, "/s", "/k");
  ASSERT_TRUE(file.write(Secret::of_text("one")));
  ASSERT_TRUE(disk.unlink("/k"));
  EXPECT_EQ(file.read().error().code, Errc::NotFound);
  EXPECT_EQ(file.write(Secret::of_text("two")).error().code, Errc::NotFound);
}

TEST(SealedFile, AnotherKeyOrAnotherNameIsCorrupt) {
  disk::MemoryDisk disk;
  SealedFile file(disk, "/s", "/k");
  ASSERT_TRUE(file.write(Secret::of_text("one")));
  ASSERT_TRUE(disk.rename("/s", "/t"));
  EXPECT_EQ(SealedFile(disk, "/t", "/k").read().error().code, Errc::Corrupt);
  ASSERT_TRUE(disk.rename("/t", "/s"));
  ASSERT_TRUE(disk::write_file_durably(disk, "/k", as_bytes("short")));
  EXPECT_EQ(file.read().error().code, Errc::Corrupt);
  ASSERT_TRUE(disk::write_file_durably(disk, "/k", Bytes(33)));
  EXPECT_EQ(file.read().error().code, Errc::Corrupt);
}

TEST(SealedFile, AFailingDiskLeavesOldOrNew) {
  for (std::uint64_t k = 1;; ++k) {
    disk::MemoryDisk memory;
    disk::Faults faults;
    const auto disk = disk::make_faulty_disk(memory, faults);
    SealedFile file(*disk, "/s", "/k");
    faults.fail_at(k);
    const bool first = file.write(Secret::of_text("old")).has_value();
    const bool second = file.write(Secret::of_text("new")).has_value();
    const bool hit = faults.failures() > 0;
    faults.clear();
    memory.power_cut();
    const auto now = file.read();
    ASSERT_TRUE(now) << k;
    EXPECT_TRUE(!second || (*now)->reveal_text() == "new") << k;
    EXPECT_TRUE(!first || now->has_value()) << k;
    if (!hit) break;
  }
}

}  // namespace
}  // namespace booster::crypto
