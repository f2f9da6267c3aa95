#include "booster/http/proxy_connect.h"

#include "booster/net/memory_stream.h"
#include "tests/support/coro_test.h"

namespace booster::http {
namespace {

const net::HostPort kGateway{"gateway.example.org", 443};

WebProxyPtr proxy_with(std::string_view user) {
  return *make_proxy({"proxy.test", 3128}, user, crypto::Secret::of_text("hunter2"));
}

// Reads the request, says `answer`, and hangs up if told to.
Task<Result<>> answer_once(net::Stream& wire, std::string answer, bool hang_up) {
  Bytes request(4096);
  CO_TRY(co_await wire.read(request));
  CO_TRY(co_await wire.write(as_bytes(answer)));
  if (hang_up) CO_TRY(co_await wire.finish());
  co_return Result<>();
}

Task<Result<>> ask(runtime::Loop& loop, std::string answer, const WebProxy& proxy, bool hang_up = true) {
  net::MemoryPair wires = net::make_memory_pair(loop);
  runtime::TaskScope tasks(loop, co_await runtime::current_cancel(), [](const std::string&, const Error&) {});
  tasks.spawn("proxy", answer_once(*wires.server, std::move(answer), hang_up));
  const Result<ConnectAnswer> said = co_await ask_for_tunnel(*wires.client, proxy, kGateway);
  tasks.cancel();
  co_await tasks.join();
  if (!said) co_return tl::unexpected(said.error());
  co_return judge(*said, proxy, kGateway);
}

CORO_TEST(ProxyConnect, TheAnswerSaysWhatToDoNext) {
  struct Case {
    std::string answer;
    Errc code;
    std::string_view words;
  };
  const Case cases[] = {
      {"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"office\"\r\n\r\n", Errc::Denied, "realm \"office\""},
      {"HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\nProxy-Authenticate: Negotiate\r\n\r\n", Errc::Unsupported,
       "NTLM, Negotiate"},
      {"HTTP/1.1 403 Forbidden\r\n\r\n", Errc::Denied, "gateway.example.org:443: 403 Forbidden"},
      {"HTTP/1.1 405 No\r\n\r\n", Errc::Unsupported, "serves no CONNECT"},
      {"HTTP/1.1 502 Bad Gateway\r\n\r\n", Errc::Unreachable, "502 Bad Gateway"},
      {"HTTP/1.1 504 Late\r\n\r\n", Errc::Timeout, "504 Late"},
      {"HTTP/1.1 302 Found\r\nLocation: /portal\r\n\r\n", Errc::Protocol, "302 Found"},
      {"SSH-2.0-x\r\n", Errc::Protocol, "no HTTP"},
      {"HTTP/1.1 200 OK\r\n\r\n220 mail", Errc::Protocol, "nobody asked for"},
      {"", Errc::Closed, "without an answer"},
      {"HTTP/1.1 200 O", Errc::Closed, "without an answer"},
  };
  const WebProxyPtr proxy = proxy_with("");
  for (const Case& each : cases) {
    const Result<> verdict = co_await ask(loop, each.answer, *proxy);
    EXPECT_FALSE(verdict) << each.answer;
    if (verdict) continue;
    EXPECT_EQ(verdict.error().code, each.code) << each.answer;
    EXPECT_TRUE(verdict.error().what.starts_with("proxy proxy.test:3128: ")) << verdict.error().what;
    EXPECT_NE(verdict.error().what.find(each.words), std::string::npos) << verdict.error().what;
  }
  CO_ASSERT_OK(co_await ask(loop, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", *proxy));
}

CORO_TEST(ProxyConnect, RefusedCredentialsAreToldApartFromNoneAndNotShown) {
  const std::string refusal = "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"r\"\r\n\r\n";
  const WebProxyPtr nobody = proxy_with("");
  const WebProxyPtr somebody = proxy_with("me");
  const Result<> without = co_await ask(loop, refusal, *nobody);
  const Result<> with = co_await ask(loop, refusal, *somebody);
  CO_ASSERT_TRUE(!without && !with);
  EXPECT_NE(without.error().what.find("proxy.password_file"), std::string::npos) << without.error().what;
  EXPECT_NE(with.error().what.find("refuses"), std::string::npos) << with.error().what;
  EXPECT_EQ(with.error().what.find("hunter2"), std::string::npos);
  EXPECT_EQ(with.error().what.find(somebody->credentials.reveal_text()), std::string::npos);
  ConnectAnswer answer;
  answer.status = 407;
  EXPECT_TRUE(refuses_credentials(answer, *somebody));
  EXPECT_FALSE(refuses_credentials(answer, *nobody));
}

CORO_TEST(ProxyConnect, WhoNeverAnswersIsGivenUp) {
  const runtime::TimePoint start = loop.now();
  const WebProxyPtr proxy = proxy_with("");
  const Result<> verdict = co_await ask(loop, "HTTP/1.1 100 Continue\r\n\r\n", *proxy, false);
  CO_ASSERT_TRUE(!verdict);
  EXPECT_EQ(verdict.error().code, Errc::Timeout);
  EXPECT_EQ(verdict.error().what, "proxy proxy.test:3128: no answer to CONNECT within 30 s");
  EXPECT_EQ(loop.now() - start, runtime::Duration(kAnswerLimit));
}

}  // namespace
}  // namespace booster::http
