// The doors: TLS, real sockets, who may come in.
#include "proxy/client/faces/face.h"

#include <unistd.h>

#include "tests/proxy/client/faces/transcript.h"

using namespace support;
namespace tls = booster::tls;
namespace crypto = booster::crypto;

namespace {

struct TlsPair {
  tls::Context server;
  tls::Context client;
};

TlsPair make_contexts() {
  crypto::PrivateKey key = crypto::PrivateKey::generate();
  crypto::CertificateSpec spec;
  spec.common_name = "face.test";
  spec.dns_names = {"face.test"};
  spec.not_before = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - std::chrono::hours(1);
  spec.not_after = spec.not_before + std::chrono::hours(24);
  crypto::Certificate certificate = *crypto::make_self_signed(key, spec);
  tls::ClientOptions client;
  client.by_pin = tls::VerifyByPin{certificate.pin()};
  std::vector<crypto::Certificate> chain;
  chain.push_back(std::move(certificate));
  tls::ServerOptions server{.identity = {std::move(chain), std::move(key)}};
  return {*tls::Context::server(std::move(server)), *tls::Context::client(std::move(client))};
}

}  // namespace

CORO_TEST(FaceTls, StartTlsComesBeforeAnyLoginWhereItIsRequired) {
  const TlsPair contexts = make_contexts();
  FaceWorld world(loop);
  world.settings.tls = contexts.server;
  world.settings.require_tls = true;
  Program program(world, &faces::serve_imap_session);
  const std::string greeting = co_await program.until("* OK");
  EXPECT_TRUE(has(greeting, "STARTTLS LOGINDISABLED")) << greeting;
  EXPECT_TRUE(has(co_await program.log_in(), "a NO [PRIVACYREQUIRED]"));
  EXPECT_TRUE(has(co_await program.ask("b STARTTLS"), "b OK"));
  CO_ASSERT_OK(co_await program.start_tls(contexts.client));
  const std::string again = co_await program.ask("c CAPABILITY");
  EXPECT_TRUE(has(again, "AUTH=PLAIN")) << again;
  EXPECT_FALSE(has(again, "STARTTLS")) << again;
  EXPECT_TRUE(has(co_await program.log_in(), "a OK"));
  EXPECT_TRUE(has(co_await program.ask("d LOGOUT"), "d OK"));
  co_await end(world);
}

CORO_TEST(FaceTls, WhatFollowsStartTlsInTheOpenIsNeverObeyed) {
  const TlsPair contexts = make_contexts();
  FaceWorld world(loop);
  world.settings.tls = contexts.server;
  Program program(world, &faces::serve_imap_session);
  (void)co_await program.until("* OK");
  (void)co_await program.say("a STARTTLS\r\nb LOGIN user secret\r\n");
  const std::string answer = co_await program.until("b ");
  EXPECT_TRUE(has(answer, "<closed>")) << answer;
  EXPECT_FALSE(has(answer, "b OK")) << answer;
  Program mail(world, &faces::serve_submission_session);
  (void)co_await mail.until("220 ");
  (void)co_await mail.say("EHLO a\r\n");
  (void)co_await mail.until("250 ");
  (void)co_await mail.say("STARTTLS\r\nRSET\r\n");
  EXPECT_TRUE(has(co_await mail.until("250 "), "<closed>"));
  co_await end(world);
}

CORO_TEST(FaceTls, ImplicitTlsSpeaksNothingInTheOpen) {
  const TlsPair contexts = make_contexts();
  FaceWorld world(loop);
  world.settings.tls = contexts.server;
  world.settings.implicit_tls = world.settings.require_tls = true;
  Program program(world, &faces::serve_submission_session);
  CO_ASSERT_OK(co_await program.start_tls(contexts.client));
  EXPECT_TRUE(has(co_await program.until("220 "), "220"));
  Program open(world, &faces::serve_imap_session);
  (void)co_await open.say("a LOGIN user secret\r\n");
  const std::string answer = co_await open.until("a ");
  EXPECT_FALSE(has(answer, "OK")) << answer;
  co_await end(world);
}

CORO_TEST_REAL(FaceDoor, ServesUpToItsLimitAndTurnsTheRestAway) {
  FaceWorld world(loop);
  world.settings.max_connections = 1;
  world.settings.only_uid = getuid();
  const auto any = booster::net::Address::ip("127.0.0.1", 0);
  auto door = booster::net::Listener::open(loop, *any);
  CO_ASSERT_OK(door);
  world.sessions.spawn("imap", faces::serve_imap(**door, world.settings, world.accounts, world.doorkeeper));
  const booster::net::Address address = (*door)->local();
  auto first = co_await booster::net::connect(address);
  CO_ASSERT_OK(first);
  Program one(std::move(*first));
  EXPECT_TRUE(has(co_await one.until("* OK"), "ready"));
  auto second = co_await booster::net::connect(address);
  CO_ASSERT_OK(second);
  Program two(std::move(*second));
  EXPECT_EQ(co_await two.read_line(), "* BYE Too many connections\r\n");
  EXPECT_EQ(co_await two.read_line(), "");
  EXPECT_TRUE(has(co_await one.log_in(), "a OK"));
  (void)co_await one.ask("b LOGOUT");
  one.close();
  two.close();
  co_await end(world);
}
