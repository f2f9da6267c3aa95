// What every Disk does: the real one, the one in memory, and the fault wrapper around either.
#include <gtest/gtest.h>

#include "booster/disk/faults.h"
#include "booster/disk/memory_disk.h"
#include "tests/booster/disk/temp_directory.h"

namespace booster::disk {
namespace {

struct World {
  TempDirectory temp;
  MemoryDisk memory;
  std::unique_ptr<Disk> posix = make_posix_disk();
  Faults faults;
  std::unique_ptr<Disk> faulty = make_faulty_disk(*posix, faults);
};

class DiskConformance : public testing::TestWithParam<std::string> {
 protected:
  Disk& disk() {
    if (GetParam() == "Posix") return *world_.posix;
    if (GetParam() == "Faulty") return *world_.faulty;
    return world_.memory;
  }
  Path root() const { return GetParam() == "Memory" ? Path("/") : world_.temp.path(); }
  Path at(const char* name) const { return root() / name; }

  void put(const char* name, std::string_view text) {
    auto file = disk().open(at(name), OpenOptions::update_or_create());
    ASSERT_TRUE(file) << to_string(file.error());
    ASSERT_TRUE((*file)->truncate(0));
    ASSERT_TRUE((*file)->append(as_bytes(text)));
  }
  std::string get(const char* name) {
    auto file = disk().open(at(name), OpenOptions::read());
    if (!file) return to_string(file.error());
    Bytes bytes(100);
    auto count = (*file)->read_at(0, bytes);
    if (!count) return to_string(count.error());
    bytes.resize(*count);
    return codec::to_string(bytes);
  }

  World world_;
};

template <class T>
Errc code(const Result<T>& result) {
  EXPECT_FALSE(result);
  return result ? Errc::Cancelled : result.error().code;
}

TEST_P(DiskConformance, WritesWhereAskedAndReadsItBack) {
  auto file = disk().open(at("a"), OpenOptions::create_new());
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->write_at(4, as_bytes("data")));
  ASSERT_TRUE((*file)->append(as_bytes("!")));
  ASSERT_TRUE((*file)->sync());
  ASSERT_TRUE((*file)->sync_data());
  EXPECT_EQ(get("a"), std::string("\0\0\0\0data!", 9));
  Bytes bytes(100);
  EXPECT_EQ((*file)->read_at(6, bytes).value(), 3u);
  EXPECT_EQ((*file)->read_at(9, bytes).value(), 0u);
  EXPECT_EQ((*file)->read_at(1000, bytes).value(), 0u);
}

TEST_P(DiskConformance, TruncatesAndReserves) {
  put("a", "0123456789");
  auto file = disk().open(at("a"), OpenOptions::update());
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->truncate(4));
  EXPECT_EQ(get("a"), "0123");
  ASSERT_TRUE((*file)->reserve(8));
  EXPECT_EQ((*file)->stat().value().size, 8u);
  ASSERT_TRUE((*file)->reserve(2));
  EXPECT_EQ((*file)->stat().value().size, 8u);
  ASSERT_TRUE((*file)->truncate(6));
  EXPECT_EQ(get("a"), std::string("0123\0\0", 6));
}

TEST_P(DiskConformance, NewFilesAndFoldersArePrivate) {
  put("a", "x");
  ASSERT_TRUE(disk().make_directory(at("d")));
  EXPECT_EQ(disk().stat(at("a"))->mode, 0600u);
  EXPECT_EQ(disk().stat(at("d"))->mode, 0700u);
  EXPECT_EQ(disk().stat(at("a"))->kind, Kind::File);
  EXPECT_EQ(disk().stat(at("d"))->kind, Kind::Directory);
}

TEST_P(DiskConformance, AReadOnlyFileRefusesWrites) {
  put("a", "x");
  auto file = disk().open(at("a"), OpenOptions::read());
  ASSERT_TRUE(file);
  EXPECT_EQ(code((*file)->write_at(0, as_bytes("y"))), Errc::Io);
  EXPECT_EQ(get("a"), "x");
}

TEST_P(DiskConformance, OpenNeedsTheNameOrMakesIt) {
  EXPECT_EQ(code(disk().open(at("a"), OpenOptions::read())), Errc::NotFound);
  EXPECT_EQ(code(disk().open(at("a"), OpenOptions::update())), Errc::NotFound);
  EXPECT_EQ(code(disk().open(at("no/a"), OpenOptions::create_new())), Errc::NotFound);
  EXPECT_TRUE(disk().open(at("a"), OpenOptions::create_new()));
  EXPECT_EQ(code(disk().open(at("a"), OpenOptions::create_new())), Errc::Conflict);
  EXPECT_EQ(code(disk().open(at("a/b"), OpenOptions::create_new())), Errc::NotFound);
}

TEST_P(DiskConformance, RenameReplaces) {
  put("a", "new");
  put("b", "old");
  ASSERT_TRUE(disk().rename(at("a"), at("b")));
  EXPECT_EQ(get("b"), "new");
  EXPECT_EQ(code(disk().stat(at("a"))), Errc::NotFound);
  EXPECT_EQ(code(disk().rename(at("a"), at("c"))), Errc::NotFound);
}

TEST_P(DiskConformance, LinkDoesNotReplace) {
  put("a", "one");
  put("b", "two");
  EXPECT_EQ(code(disk().link(at("a"), at("b"))), Errc::Conflict);
  ASSERT_TRUE(disk().link(at("a"), at("c")));
  EXPECT_EQ(disk().stat(at("c"))->links, 2u);
  ASSERT_TRUE(disk().unlink(at("a")));
  EXPECT_EQ(get("c"), "one");
  EXPECT_EQ(disk().stat(at("c"))->links, 1u);
}

TEST_P(DiskConformance, AnUnlinkedFileLivesWhileOpen) {
  put("a", "still");
  auto file = disk().open(at("a"), OpenOptions::read());
  ASSERT_TRUE(disk().unlink(at("a")));
  EXPECT_EQ(code(disk().unlink(at("a"))), Errc::NotFound);
  Bytes bytes(5);
  EXPECT_EQ((*file)->read_at(0, bytes).value(), 5u);
  EXPECT_EQ(codec::to_string(bytes), "still");
}

TEST_P(DiskConformance, ListsNamesInOrder) {
  put("b", "");
  put("a", "");
  put(".c", "");
  EXPECT_EQ(disk().list(root()).value(), (std::vector<std::string>{".c", "a", "b"}));
  EXPECT_EQ(code(disk().list(at("no"))), Errc::NotFound);
}

TEST_P(DiskConformance, AFullFolderCannotBeRemoved) {
  ASSERT_TRUE(disk().make_directory(at("d")));
  EXPECT_EQ(code(disk().make_directory(at("d"))), Errc::Conflict);
  put("d/a", "x");
  EXPECT_EQ(code(disk().remove_directory(at("d"))), Errc::Conflict);
  ASSERT_TRUE(disk().unlink(at("d/a")));
  ASSERT_TRUE(disk().remove_directory(at("d")));
  EXPECT_EQ(code(disk().remove_directory(at("d"))), Errc::NotFound);
}

TEST_P(DiskConformance, SyncsADirectoryThatIsThere) {
  EXPECT_TRUE(disk().sync_directory(root()));
  EXPECT_EQ(code(disk().sync_directory(at("no"))), Errc::NotFound);
  put("a", "x");
  EXPECT_EQ(code(disk().sync_directory(at("a"))), Errc::NotFound);
}

TEST_P(DiskConformance, OneHolderPerLock) {
  auto lock = disk().try_lock(at("lock"));
  ASSERT_TRUE(lock);
  EXPECT_EQ(code(disk().try_lock(at("lock"))), Errc::Conflict);
  lock->reset();
  EXPECT_TRUE(disk().try_lock(at("lock")));
}

TEST_P(DiskConformance, KnowsItsFreeSpace) {
  EXPECT_GT(disk().free_space(root()).value(), 0u);
  EXPECT_EQ(code(disk().free_space(at("no"))), Errc::NotFound);
}

TEST_P(DiskConformance, ErrorsNameTheLastComponentOnly) {
  auto missing = disk().open(at("missing.db"), OpenOptions::read());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().what, "open missing.db: No such file or directory");
  EXPECT_EQ(missing.error().sys, ENOENT);
}

INSTANTIATE_TEST_SUITE_P(All, DiskConformance, testing::Values("Posix", "Memory", "Faulty"),
                         [](const auto& spec) { return spec.param; });

}  // namespace
}  // namespace booster::disk
