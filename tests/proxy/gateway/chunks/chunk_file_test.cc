#include "proxy/gateway/chunks/chunk_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/codec/repeat/mails.h"

namespace proxy::gateway::chunks {
namespace {

using codec::repeat::mail_with;
using codec::repeat::noise;
using codec::repeat::outline_of;
using codec::repeat::repeats_in;

class Chunks : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() / ("chunk_file_test." + std::to_string(getpid()));
    TearDown();
  }
  void TearDown() override {
    for (const char* const part : {"", "-wal", "-shm", ".lock", "-lock"})
      std::filesystem::remove(path_.string() + part);
  }
  ChunkFile open() {
    auto file = ChunkFile::open(path_);
    EXPECT_TRUE(file) << (file ? "" : file.error().what);
    return *std::move(file);
  }
  static sync::ItemKey key(const std::string& mailbox, std::uint32_t uid) { return {mailbox, {9}, {uid}}; }

  std::filesystem::path path_;
};

std::vector<sync::ItemKey> holders(const Found& found) {
  std::vector<sync::ItemKey> keys;
  for (const auto& [source, holder] : found.holders) keys.push_back(holder.key);
  return keys;
}

TEST_F(Chunks, WhatIsHeldIsFoundAfterARestart) {
  const Bytes file = noise(300'000, 1);
  codec::refer::Traits plain;
  plain.message_id = "1@x";
  plain.by_user = true;
  const codec::refer::Traits traits = codec::refer::sealed(plain, 5);
  std::uint64_t key_before = 0;
  {
    ChunkFile chunks = open();
    key_before = chunks.key();
    ASSERT_TRUE(chunks.add(key("INBOX", 4), outline_of(mail_with("a mail", file), chunks.key()), traits));
    ASSERT_TRUE(chunks.add(key("INBOX", 4), outline_of(mail_with("a mail", file), chunks.key()), traits));
  }
  ChunkFile chunks = open();
  EXPECT_EQ(chunks.key(), key_before);
  EXPECT_TRUE(*chunks.knows(key("INBOX", 4)));
  EXPECT_FALSE(*chunks.knows(key("INBOX", 5)));
  const auto item = outline_of(mail_with("another", file, 72), chunks.key());
  const auto found = chunks.find(item);
  ASSERT_TRUE(found);
  EXPECT_EQ(holders(*found), std::vector{key("INBOX", 4)});
  EXPECT_EQ(found->holders.begin()->second.traits.message_id, traits.message_id);
  EXPECT_TRUE(found->holders.begin()->second.traits.by_user);
  const auto repeats = repeats_in(item, found->matches);
  ASSERT_EQ(repeats.size(), 1U);
  EXPECT_GT(repeats.front().length + 64, file.size());
}

TEST_F(Chunks, ItIsUnderAHundredthOfTheMail) {
  const std::size_t mails = 40;
  std::uintmax_t octets = 0;
  {
    ChunkFile chunks = open();
    for (std::uint32_t uid = 1; uid <= mails; ++uid) {
      const Bytes mail = mail_with("m", noise(250'000, uid));
      octets += mail.size();
      ASSERT_TRUE(chunks.add(key("INBOX", uid), outline_of(mail, chunks.key()), {}));
    }
  }
  EXPECT_LT(std::filesystem::file_size(path_), octets / 100);
}

TEST_F(Chunks, WhatIsGoneIsForgotten) {
  const Bytes file = noise(100'000, 1);
  ChunkFile chunks = open();
  for (const std::uint32_t uid : {1U, 2U, 3U})
    ASSERT_TRUE(chunks.add(key("INBOX", uid), outline_of(mail_with("m", file), chunks.key()), {}));
  ASSERT_TRUE(chunks.add(key("Old", 1), outline_of(mail_with("m", file), chunks.key()), {}));
  const auto item = outline_of(mail_with("m", file), chunks.key());
  ASSERT_TRUE(chunks.forget({key("INBOX", 2), key("INBOX", 77)}));
  EXPECT_EQ(holders(*chunks.find(item)), (std::vector{key("INBOX", 1), key("INBOX", 3), key("Old", 1)}));
  ASSERT_TRUE(chunks.keep_only("INBOX", {9}, {3, 4}));
  EXPECT_EQ(holders(*chunks.find(item)), (std::vector{key("INBOX", 3), key("Old", 1)}));
  ASSERT_TRUE(chunks.keep_only("INBOX", {10}, {3, 4}));  // another UIDVALIDITY: other mails
  EXPECT_EQ(holders(*chunks.find(item)), std::vector{key("Old", 1)});
}

// What is forgotten leaves the file once it is much of it.
TEST_F(Chunks, RowsOfWhatIsGoneArePurged) {
  ChunkFile chunks = open();
  for (const std::uint32_t uid : {1U, 2U})
    ASSERT_TRUE(chunks.add(key("INBOX", uid), outline_of(noise(60'000'000, uid), chunks.key()), {}));
  const std::uint64_t both = chunks.chunks();
  ASSERT_TRUE(chunks.forget({key("INBOX", 1)}));
  EXPECT_LT(chunks.chunks(), both * 2 / 3);
  EXPECT_GT(chunks.chunks(), both / 3);
}

TEST_F(Chunks, ABrokenFileIsBegunAnew) {
  const Bytes file = noise(100'000, 1);
  { ASSERT_TRUE(open().add(key("INBOX", 1), outline_of(mail_with("m", file), 1), {})); }
  std::ofstream(path_, std::ios::binary | std::ios::trunc) << std::string(9000, 'x');
  ChunkFile chunks = open();
  EXPECT_FALSE(*chunks.knows(key("INBOX", 1)));
  EXPECT_TRUE(chunks.add(key("INBOX", 1), outline_of(mail_with("m", file), chunks.key()), {}));
}

}  // namespace
}  // namespace proxy::gateway::chunks
