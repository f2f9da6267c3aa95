// The client as a whole, without a gateway: its replicas are kept within their limit, and tidy.
#include "proxy/client/client.h"

#include <fstream>

#include "booster/runtime/timer.h"
#include "tests/proxy/client/replica/world.h"

namespace proxy::client {
namespace {

namespace runtime = booster::runtime;
using booster::crypto::Secret;

class NoNetwork final : public booster::carrier::Dialer {
 public:
  Task<Result<std::unique_ptr<booster::carrier::Carrier>>> dial() override {
    co_return fail(Errc::Unreachable, "no network");
  }
};

Task<Result<>> bring(replica::Replica& replica, std::uint32_t uid, char what) {
  const Bytes octets(100 + uid, static_cast<std::byte>(what));
  const sync::UidValidity validity{7};
  const sync::ServerUid server_uid{uid};
  CO_TRY_ASSIGN(auto sink, co_await replica.begin_body("INBOX", validity, server_uid, 0, octets.size()));
  CO_TRY(co_await sink->write(octets));
  co_return co_await sink->finish(sync::front_of(booster::crypto::sha256(octets).bytes));
}

Task<Result<>> fill(replica::Replica& replica) {
  std::vector<sync::Folder> one;
  one.push_back(replica::folder(1, "INBOX"));
  const sync::FeedMessage list = replica::folders(std::move(one));
  CO_TRY(co_await replica.apply(list));
  const sync::FeedMessage mails = replica::skeleton(1, replica::run(1, 3));
  CO_TRY(co_await replica.apply(mails));
  CO_TRY(co_await bring(replica, 1, 'a'));
  CO_TRY(co_await bring(replica, 2, 'b'));
  co_return co_await bring(replica, 3, 'c');
}

Task<Result<>> append_unsent(replica::Replica& replica) {
  CO_TRY_ASSIGN(auto writer, co_await replica.begin_content(300));
  const Bytes octets(300, std::byte{'u'});
  CO_TRY(co_await writer->write(octets));
  CO_TRY_ASSIGN(const replica::Content content, co_await writer->finish());
  const replica::Flags none;
  CO_TRY(co_await replica.append("INBOX", content, none, 1'700'000'500, std::int16_t(0)));
  co_return Result<>();
}

std::filesystem::path content_path(const std::filesystem::path& account, const Bytes& octets) {
  const std::string hex = codec::to_hex(booster::crypto::sha256(octets).bytes);
  return account / "bodies" / hex.substr(0, 2) / hex.substr(2, 2) / hex;
}

CORO_TEST(Client, UpkeepEvictsAboveTheLimitAndSweepsWhatNobodyRefersTo) {
  booster::disk::TempDirectory temp{booster::disk::TempDirectory::quick()};
  const std::shared_ptr<booster::disk::Disk> disk = booster::disk::make_posix_disk();
  const auto secrets = booster::platform::make_sealed_file_store(*disk, temp.path());
  const auto accounts = Accounts::open(*disk, temp.path(), *secrets);
  CO_ASSERT_OK(accounts);
  const auto account = co_await (*accounts)->add("alice@example.org", "", Secret::of_text("one"));
  CO_ASSERT_OK(account);
  const std::filesystem::path home = (*accounts)->directory(account->number);
  const Bytes stray(50, std::byte{'s'});
  const std::filesystem::path orphan = content_path(home, stray);
  std::filesystem::create_directories(orphan.parent_path());
  std::ofstream(orphan) << std::string(50, 's');

  NoNetwork network;
  booster::carrier::TunnelClient tunnel(loop, network, booster::carrier::ClientOptions());
  ClientSettings settings;
  settings.size_limit = 400;
  settings.watch_network = false;
  Client client(loop, tunnel, **accounts, disk, settings);
  CO_ASSERT_OK(co_await client.open());
  replica::Replica& replica = *client.find("alice@example.org")->replica;
  CO_ASSERT_OK(co_await fill(replica));
  CO_ASSERT_OK(co_await append_unsent(replica));
  EXPECT_EQ((co_await replica.progress()).value().content_bytes, 101U + 102 + 103 + 300);
  {
    const runtime::Surroundings here = co_await runtime::surroundings();
    runtime::TaskScope tasks(loop, *here.scope, [](const std::string&, const Error&) {});
    tasks.spawn("client", client.run());
    CO_ASSERT_OK(co_await runtime::sleep_for(std::chrono::minutes(1)));
    EXPECT_LE((co_await replica.progress()).value().content_bytes, 400U);
    CO_ASSERT_OK(co_await runtime::sleep_for(std::chrono::hours(3)));  // the sweep goes slice by slice
    EXPECT_FALSE(std::filesystem::exists(orphan));
    tasks.cancel();
    co_await tasks.join();
  }
  const Bytes unsent(300, std::byte{'u'});
  EXPECT_TRUE(std::filesystem::exists(content_path(home, unsent))) << "what is unsent is never taken";
}

}  // namespace
}  // namespace proxy::client
