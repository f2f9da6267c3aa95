#include "booster/tls/tls_stream.h"

#include "booster/net/memory_stream.h"
#include "tests/booster/tls/identities.h"
#include "tests/support/coro_test.h"

namespace booster::tls {
namespace {

struct Ends {
  std::unique_ptr<TlsStream> client;
  std::unique_ptr<TlsStream> server;
  Error client_error;
  Error server_error;
};

Task<Result<>> accept_into(const Context& context, std::unique_ptr<net::Stream> wire, Ends& ends) {
  auto server = co_await TlsStream::accept(context, std::move(wire));
  if (server) {
    ends.server = *std::move(server);
  } else {
    ends.server_error = server.error();
  }
  co_return Result<>();
}

Task<void> connect_pair(runtime::Loop& loop, const Context& client, const Context& server, Ends& ends) {
  net::MemoryPair wires = net::make_memory_pair(loop);
  runtime::TaskScope scope(loop, co_await runtime::current_cancel());
  scope.spawn("accept", accept_into(server, std::move(wires.server), ends));
  auto connected = co_await TlsStream::connect(client, std::move(wires.client), "mail.test");
  if (connected) {
    ends.client = *std::move(connected);
  } else {
    ends.client_error = connected.error();
  }
  co_await scope.join();
}

ServerOptions server_options(Identity identity, bool ask) {
  ServerOptions options{.identity = std::move(identity), .ask_for_certificate = ask, .oldest = Version::Tls13};
  return options;
}

CORO_TEST(TlsStream, APinnedServerIsTrustedAndBothEndsExportTheSameKeys) {
  Identity identity = make_identity("mail.test");
  ClientOptions options;
  options.by_pin = VerifyByPin{identity.chain.front().pin()};
  options.identity = make_identity("device");
  const crypto::Digest device = options.identity->chain.front().pin();
  const Context server = *Context::server(server_options(std::move(identity), true));
  const Context client = *Context::client(std::move(options));
  Ends ends;
  co_await connect_pair(loop, client, server, ends);
  CO_ASSERT_TRUE(ends.client && ends.server);
  EXPECT_EQ(ends.client->exporter("EXPORTER-test", {}, 32), ends.server->exporter("EXPORTER-test", {}, 32));
  EXPECT_NE(ends.client->exporter("EXPORTER-test", {}, 32), ends.client->exporter("EXPORTER-other", {}, 32));
  CO_ASSERT_TRUE(ends.server->peer_certificate().has_value());
  EXPECT_EQ(ends.server->peer_certificate()->pin(), device);
  CO_ASSERT_OK(co_await ends.client->write(as_bytes("hello")));
  Bytes text(5);
  CO_ASSERT_OK(co_await net::read_exactly(*ends.server, text));
  EXPECT_EQ(as_text(text), "hello");
  CO_ASSERT_OK(co_await ends.client->finish());
  EXPECT_EQ(*co_await ends.server->read(text), 0U);
}

CORO_TEST(TlsStream, AWrongPinIsRefusedByName) {
  ClientOptions options;
  options.by_pin = VerifyByPin{make_identity("other").chain.front().pin()};
  const Context server = *Context::server(server_options(make_identity("mail.test"), false));
  const Context client = *Context::client(std::move(options));
  Ends ends;
  co_await connect_pair(loop, client, server, ends);
  EXPECT_FALSE(ends.client);
  EXPECT_EQ(ends.client_error.code, Errc::Denied);
  EXPECT_NE(ends.client_error.what.find("mail.test"), std::string::npos);
}

CORO_TEST(TlsStream, AnUnknownAuthorityIsRefusedWithHostAndCause) {
  ClientOptions options;
  options.by_name = VerifyByName{};
  const Context server = *Context::server(server_options(make_identity("mail.test"), false));
  const Context client = *Context::client(std::move(options));
  Ends ends;
  co_await connect_pair(loop, client, server, ends);
  EXPECT_FALSE(ends.client);
  EXPECT_EQ(ends.client_error.code, Errc::Denied);
  EXPECT_NE(ends.client_error.what.find("mail.test"), std::string::npos);
  EXPECT_NE(ends.client_error.what.find("self-signed"), std::string::npos) << ends.client_error.what;
}

CORO_TEST(TlsStream, ACutIsNotAnEnd) {
  Identity identity = make_identity("mail.test");
  ClientOptions options;
  options.by_pin = VerifyByPin{identity.chain.front().pin()};
  const Context server = *Context::server(server_options(std::move(identity), false));
  const Context client = *Context::client(std::move(options));
  Ends ends;
  co_await connect_pair(loop, client, server, ends);
  CO_ASSERT_TRUE(ends.client && ends.server);
  ends.server->close();
  Bytes text(5);
  const Result<std::size_t> end = co_await ends.client->read(text);
  CO_ASSERT_TRUE(!end);
  EXPECT_EQ(end.error().code, Errc::Closed);
}

}  // namespace
}  // namespace booster::tls
