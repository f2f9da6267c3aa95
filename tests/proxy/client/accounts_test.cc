#include "proxy/client/accounts.h"

#include <filesystem>

#include "booster/crypto/random.h"
#include "tests/support/coro_test.h"

namespace proxy::client {
namespace {

using booster::crypto::Secret;

struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("accounts-" + codec::to_hex(booster::crypto::random_bytes(8)));
  ~Folder() { std::filesystem::remove_all(path); }
};

CORO_TEST(Accounts, AreKeptWithTheirPasswordsAndTakenAway) {
  Folder folder;
  const auto disk = booster::disk::make_posix_disk();
  const auto secrets = booster::platform::make_sealed_file_store(*disk, folder.path);
  std::string face;
  {
    auto accounts = Accounts::open(*disk, folder.path, *secrets);
    CO_ASSERT_OK(accounts);
    const auto added = co_await (*accounts)->add("alice@EXAMPLE.org", "", Secret::of_text("one"));
    CO_ASSERT_OK(added);
    EXPECT_EQ(added->address, "alice@example.org");
    const auto again = co_await (*accounts)->add("alice@example.org", "", Secret::of_text("two"));
    CO_ASSERT_TRUE(!again);
    EXPECT_EQ(again.error().code, Errc::Conflict);
    face = (*accounts)->face_password(added->number)->reveal_text();
    EXPECT_EQ(face.size(), 26U) << "128 bits in base32";
    CO_ASSERT_OK(co_await (*accounts)->set_password(added->number, Secret::of_text("three")));
    EXPECT_TRUE(std::filesystem::exists((*accounts)->directory(added->number)));
  }
  auto accounts = Accounts::open(*disk, folder.path, *secrets);
  CO_ASSERT_OK(accounts);
  CO_ASSERT_TRUE((*accounts)->list().size() == 1);
  const Account* const found = (*accounts)->find("alice@example.ORG");
  CO_ASSERT_TRUE(found != nullptr);
  const std::uint32_t number = found->number;
  EXPECT_EQ((*accounts)->face_password(number)->reveal_text(), face);
  const auto password = co_await (*accounts)->password(number);
  CO_ASSERT_OK(password);
  CO_ASSERT_TRUE(password->has_value());
  EXPECT_EQ((*password)->reveal_text(), "three");
  CO_ASSERT_OK(co_await (*accounts)->remove(number));
  EXPECT_FALSE(std::filesystem::exists((*accounts)->directory(number)));
  EXPECT_TRUE((*accounts)->list().empty());
  const auto next = co_await (*accounts)->add("alice@example.org", "", Secret::of_text("four"));
  CO_ASSERT_OK(next);
  EXPECT_NE(next->number, number) << "a number is never used again";
}

}  // namespace
}  // namespace proxy::client
