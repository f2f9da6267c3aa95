#include "booster/platform/secret_store.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

#include "booster/disk/durable.h"
#include "booster/disk/memory_disk.h"

namespace booster::platform {
namespace {

using crypto::Secret;

class SealedStoreTest : public testing::Test {
 protected:
  disk::MemoryDisk disk_;
  std::unique_ptr<SecretStore> store_ = make_sealed_file_store(disk_, "/state");
};

TEST_F(SealedStoreTest, KeepsReplacesAndForgets) {
  EXPECT_FALSE(store_->get("a").value().has_value());
  ASSERT_TRUE(store_->put("a", Secret::of_text("one")));
  ASSERT_TRUE(store_->put("b", Secret::of_text("two")));
  ASSERT_TRUE(store_->put("a", Secret::of_text("three")));
  disk_.power_cut();
  const auto again = make_sealed_file_store(disk_, "/state");
  EXPECT_EQ(again->get("a").value()->reveal_text(), "three");
  EXPECT_EQ(again->get("b").value()->reveal_text(), "two");
  ASSERT_TRUE(again->remove("a"));
  ASSERT_TRUE(again->remove("a"));
  EXPECT_FALSE(again->get("a").value().has_value());
  EXPECT_EQ(again->get("b").value()->reveal_text(), "two");
}

TEST_F(SealedStoreTest, NothingIsReadableInItsFile) {
  ASSERT_TRUE(store_->put("account/alice", Secret::of_text("hunter2hunter2")));
  const auto bytes = disk::read_file(disk_, "/state/secrets.sealed", 10'000);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(as_text(*bytes).find("hunter2"), std::string_view::npos);
  EXPECT_EQ(as_text(*bytes).find("alice"), std::string_view::npos);
  EXPECT_EQ(disk_.stat("/state/secrets.sealed")->mode, 0600u);
}

TEST_F(SealedStoreTest, SaysAloudWhoCanReadIt) {
  EXPECT_NE(store_->description().find("whoever can read this user's files"), std::string::npos);
}

TEST_F(SealedStoreTest, RefusesNamesAndSizesOutOfBounds) {
  EXPECT_EQ(store_->put("", Secret()).error().code, Errc::Limit);
  EXPECT_EQ(store_->put("a b", Secret()).error().code, Errc::Limit);
  EXPECT_EQ(store_->get(std::string(201, 'a')).error().code, Errc::Limit);
  EXPECT_EQ(store_->put("a", Secret::random(65'537)).error().code, Errc::Limit);
}

class Headless : public testing::Test {
 protected:
  void SetUp() override {
    ::unsetenv("DBUS_SESSION_BUS_ADDRESS");
    ::unsetenv("XDG_RUNTIME_DIR");
  }
};

TEST_F(Headless, TheKeyringIsUnreachableAtOnce) {
  EXPECT_EQ(make_keyring_store().error().code, Errc::Unreachable);
}

TEST_F(Headless, ADeadBusAddressIsUnreachableToo) {
  ::setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
  EXPECT_EQ(make_keyring_store().error().code, Errc::Unreachable);
}

// Takes kKeyringProbe of real time: GLib's clock is not ours.
TEST_F(Headless, ABusThatNeverAnswersIsGivenUp) {
  const int door = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  const std::string name = "packetboat-test-" + std::to_string(::getpid());  // abstract: leaves no file
  name.copy(at.sun_path + 1, sizeof at.sun_path - 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  ASSERT_EQ(::bind(door, reinterpret_cast<sockaddr*>(&at), size), 0);
  ASSERT_EQ(::listen(door, 1), 0);
  ::setenv("DBUS_SESSION_BUS_ADDRESS", ("unix:abstract=" + name).c_str(), 1);
  EXPECT_EQ(make_keyring_store().error().code, Errc::Unreachable);
  ::close(door);
}

TEST_F(Headless, AutoTakesTheSealedFile) {
  disk::MemoryDisk disk;
  auto store = make_secret_store(SecretStoreChoice::Auto, disk, "/state");
  ASSERT_TRUE(store);
  EXPECT_NE((*store)->description().find("sealed file"), std::string::npos);
  EXPECT_EQ(make_secret_store(SecretStoreChoice::Keyring, disk, "/state").error().code, Errc::Unreachable);
}

}  // namespace
}  // namespace booster::platform
