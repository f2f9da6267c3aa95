#include "tests/proxy/gateway/dispatcher/world.h"

namespace proxy::gateway::dispatcher {
namespace {

CORO_TEST(Device, ACodeEnrolsOnceAndTheReplayIsRefusedWithTheReason) {
  Gateway gateway(loop, co_await runtime::current_cancel());
  gateway.settings.allow_without_device = false;
  CO_ASSERT_OK(co_await gateway.up());
  const auto client = gateway.client();
  const auto thief = gateway.client();
  const std::vector<std::string> users{"alice@example.org"};
  const auto pairing = co_await gateway.front->pair(users);
  CO_ASSERT_OK(pairing);
  EXPECT_NE(pairing->url().find("packetboat://gateway.example:443/?pin="), std::string::npos);
  const auto before = co_await client->login(1, "alice@example.org", "a");
  CO_ASSERT_OK(before);
  EXPECT_EQ(before->code, Code::NoService);  // not enrolled yet
  const auto enrolled = co_await client->enrol(pairing->code);
  CO_ASSERT_OK(enrolled);
  EXPECT_TRUE(enrolled->ok) << enrolled->text;
  EXPECT_EQ(enrolled->addresses, users);
  EXPECT_EQ(crypto::Certificate::from_der(enrolled->certificate)->pin(), client->device_pin);
  const auto replay = co_await thief->enrol(pairing->code);
  CO_ASSERT_OK(replay);
  EXPECT_FALSE(replay->ok);
  EXPECT_NE(replay->text.find("used"), std::string::npos) << replay->text;
  const auto after = co_await client->login(1, "alice@example.org", "a");
  CO_ASSERT_OK(after);
  EXPECT_EQ(after->code, Code::Ok);
  co_await client->end();
  co_await thief->end();
  co_await gateway.end();
}

CORO_TEST(Device, GuessingCodesIsThrottled) {
  Gateway gateway(loop, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await gateway.up());
  const auto client = gateway.client();
  const runtime::TimePoint start = loop.now();
  for (int i = 0; i < 6; ++i) {
    const auto result = co_await client->enrol("AAAAAAAAAAAAAAA" + std::string(1, static_cast<char>('A' + i)));
    CO_ASSERT_OK(result);
    EXPECT_FALSE(result->ok);
  }
  EXPECT_GE(loop.now() - start, std::chrono::seconds(44));
  co_await client->end();
  co_await gateway.end();
}

// Proof 7, and CVE-2020-24386 and CVE-2019-3814 in our words: a key proves its own users and no others.
CORO_TEST(Device, AnotherUsersDeviceKeyDoesNotAttachToALiveAgent) {
  Gateway gateway(loop, co_await runtime::current_cancel());
  gateway.settings.allow_without_device = false;
  CO_ASSERT_OK(co_await gateway.up());
  const auto alice = gateway.client();
  const auto bob = gateway.client();
  CO_ASSERT_OK(co_await gateway.enrol(*alice, "alice@example.org"));
  CO_ASSERT_OK(co_await gateway.enrol(*bob, "bob@example.org"));
  const auto first = co_await alice->login(1, "alice@example.org", "a");
  CO_ASSERT_OK(first);
  CO_ASSERT_TRUE(first->code == Code::Ok);
  const auto by_key = co_await bob->login(1, "alice@example.org", "");
  CO_ASSERT_OK(by_key);
  EXPECT_EQ(by_key->code, Code::NoService);
  const auto by_password = co_await bob->login(2, "alice@example.org", "a");
  CO_ASSERT_OK(by_password);
  EXPECT_EQ(by_password->code, Code::NoService);
  // Its own address with another's login name: the enrolment says nothing of that name.
  sync::LoginRequest request;
  request.account = {3};
  request.address = "bob@example.org";
  request.user = "alice@example.org";
  bob->send(std::move(request));
  const auto by_name = co_await bob->next<sync::LoginResult>();
  CO_ASSERT_OK(by_name);
  EXPECT_EQ(by_name->code, Code::Refused);
  const auto own_key = co_await alice->login(2, "alice@example.org", "");
  CO_ASSERT_OK(own_key);
  EXPECT_EQ(own_key->code, Code::Ok);  // the agent lives and the key is enrolled for this very user
  EXPECT_EQ(gateway.agent_of("alice@example.org").devices, 2U);
  co_await alice->end();
  co_await bob->end();
  co_await gateway.end();
}

CORO_TEST(Device, AMasterUserServesEnrolledDevicesOfItsDomainOnly) {
  Gateway gateway(loop, co_await runtime::current_cancel());
  gateway.settings.domains[0].master =
      MasterSettings{"packetboat", gateway.folder / "master", MasterForm::AuthorizationId};
  CO_ASSERT_OK(co_await gateway.up());
  const auto alice = gateway.client();
  CO_ASSERT_OK(co_await gateway.enrol(*alice, "alice@example.org"));
  const auto own = co_await alice->login(1, "alice@example.org", "");
  CO_ASSERT_OK(own);
  EXPECT_EQ(own->code, Code::Ok) << own->text;
  const auto other = co_await alice->login(2, "bob@example.org", "");
  CO_ASSERT_OK(other);
  EXPECT_NE(other->code, Code::Ok);
  EXPECT_EQ(gateway.front->status().counters.impersonations, 1U);
  co_await alice->end();
  co_await gateway.end();
}

// T19: the right is looked at again at delivery, not only when the device came.
CORO_TEST(Device, ARevokedDevicesStreamsEndAtOnceWithTheReason) {
  Gateway gateway(loop, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await gateway.up());
  const auto alice = gateway.client();
  const auto other = gateway.client();
  CO_ASSERT_OK(co_await gateway.enrol(*alice, "alice@example.org"));
  CO_ASSERT_OK(co_await alice->login(1, "alice@example.org", "a"));
  CO_ASSERT_OK(co_await other->login(1, "alice@example.org", "a"));
  const auto revoked = co_await gateway.front->revoke(alice->device_pin.hex().substr(0, 8));
  CO_ASSERT_OK(revoked);
  while (!alice->last_end) CO_ASSERT_OK(co_await alice->change.wait());
  EXPECT_EQ(alice->last_end->code, Errc::Denied);
  EXPECT_NE(alice->last_end->what.find("revoked"), std::string::npos);
  EXPECT_EQ(gateway.agent_of("alice@example.org").devices, 1U);
  while (!alice->tunnel->last_error() || alice->tunnel->last_error()->code != Errc::Denied)
    CO_ASSERT_OK(co_await alice->tunnel->changed().wait());
  EXPECT_NE(alice->tunnel->last_error()->what.find("revoked"), std::string::npos);
  {
    const auto stream = co_await other->open(1);
    CO_ASSERT_OK(stream);
    EXPECT_TRUE(co_await TestClient::line(**stream));
  }
  co_await alice->end();
  co_await other->end();
  co_await gateway.end();
}

CORO_TEST(Device, FlowsNeedAnEnrolledDevice) {
  Gateway gateway(loop, co_await runtime::current_cancel());
  CO_ASSERT_OK(co_await gateway.up());
  const auto client = gateway.client();
  CO_ASSERT_OK(co_await client->connected());
  sync::StreamPurpose purpose;
  purpose.lane = sync::Lane::Flow;
  purpose.target = "192.0.2.1:80";
  {
    const auto stream = co_await client->mux->open(booster::session::Class::Flow, sync::encode_purpose(purpose));
    CO_ASSERT_OK(stream);
    const auto answer = co_await TestClient::line(**stream);
    CO_ASSERT_TRUE(!answer);
    EXPECT_EQ(answer.error().code, Errc::Denied);
  }
  co_await client->end();
  co_await gateway.end();
}

TEST(GatewayIdentity, IsMadeOnceAndAForeignCertificateIsNotTaken) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / ("identity-" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  const auto disk = booster::disk::make_posix_disk();
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto first = GatewayIdentity::load_or_make(*disk, folder, "gateway.example", now);
  ASSERT_TRUE(first) << codec::to_string(first.error());
  const auto second = GatewayIdentity::load_or_make(*disk, folder, "gateway.example", now);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->pin(), second->pin());
  EXPECT_EQ(disk->stat(folder / "gateway.key")->mode, 0600U);
  std::filesystem::remove(folder / "gateway.key");
  EXPECT_FALSE(GatewayIdentity::load_or_make(*disk, folder, "gateway.example", now));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace proxy::gateway::dispatcher
