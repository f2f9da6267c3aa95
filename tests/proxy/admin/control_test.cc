#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "booster/runtime/offload.h"
#include "proxy/admin/control_client.h"
#include "proxy/admin/control_server.h"
#include "tests/support/coro_test.h"

namespace proxy::admin {
namespace {

namespace runtime = booster::runtime;

Task<Result<Json>> echo(Request request) {
  CO_TRY(co_await runtime::sleep_for(std::chrono::milliseconds(1)));
  Json reply;
  reply["path"] = request.path;
  reply["query"] = request.query;
  reply["body"] = request.body;
  co_return reply;
}

Task<Result<Json>> refuse(Request) {
  co_return fail(Errc::NotFound, "no such ticket");
}

Task<Result<>> quietly(ControlServer& server) {
  (void)co_await server.serve();
  co_return Result<>();
}

CORO_TEST_REAL(ControlServer, AnswersRequestsAndErrorsAsJson) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("packetboat-control-" + std::to_string(::getpid()));
  auto server = ControlServer::open(loop, path);
  CO_ASSERT_OK(server);
  (*server)->get("/v1/echo", [](Request request) { return echo(std::move(request)); });
  (*server)->post("/v1/echo", [](Request request) { return echo(std::move(request)); });
  (*server)->post("/v1/refuse", [](Request request) { return refuse(std::move(request)); });
  runtime::TaskScope scope(loop, co_await runtime::current_cancel());
  scope.spawn("control", quietly(**server));

  auto get = [&path] { return control_get(path, "/v1/echo?account=a%40b&n=1"); };
  const Result<Json> got = co_await runtime::offload(get);
  CO_ASSERT_OK(got);
  EXPECT_EQ((*got)["query"]["account"], "a@b");
  auto post = [&path] { return control_post(path, "/v1/echo", Json{{"ticket", "abc"}}); };
  const Result<Json> posted = co_await runtime::offload(post);
  CO_ASSERT_OK(posted);
  EXPECT_EQ((*posted)["body"]["ticket"], "abc");
  auto refused_call = [&path] { return control_post(path, "/v1/refuse", Json::object()); };
  const Result<Json> refused = co_await runtime::offload(refused_call);
  CO_ASSERT_TRUE(!refused);
  EXPECT_EQ(refused.error().code, Errc::NotFound);
  EXPECT_EQ(refused.error().what, "no such ticket");
  auto unknown_call = [&path] { return control_get(path, "/etc/passwd"); };
  const Result<Json> unknown = co_await runtime::offload(unknown_call);
  EXPECT_FALSE(unknown);
  auto large_call = [&path] { return control_post(path, "/v1/echo", Json(std::string(kMaxBody + 1, 'x'))); };
  const Result<Json> large = co_await runtime::offload(large_call);
  EXPECT_FALSE(large);

  EXPECT_FALSE(ControlServer::open(loop, path)) << "a second daemon on the same socket";
  scope.cancel();
  co_await scope.join();
}

Task<Result<std::string>> say(Request request) {
  if (request.query.contains("no")) co_return fail(Errc::Denied, "not you");
  co_return std::string("packetboat_up 1\n# EOF\n");
}

// The whole answer, head and body.
std::string raw_get(const std::string& path, const std::string& target) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), name.sun_path);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string answer;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0) {
    const std::string request = "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    (void)::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    char buffer[4096];
    for (ssize_t count = 0; (count = ::recv(fd, buffer, sizeof buffer, 0)) > 0;) {
      answer.append(buffer, static_cast<std::size_t>(count));
    }
  }
  ::close(fd);
  return answer;
}

CORO_TEST_REAL(ControlServer, AnswersTextAsItsType) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("packetboat-control-text-" + std::to_string(::getpid()));
  auto server = ControlServer::open(loop, path);
  CO_ASSERT_OK(server);
  (*server)->get_text("/metrics", "application/openmetrics-text",
                      [](Request request) { return say(std::move(request)); });
  runtime::TaskScope scope(loop, co_await runtime::current_cancel());
  scope.spawn("control", quietly(**server));
  auto get = [&path] { return raw_get(path, "/metrics"); };
  const std::string got = co_await runtime::offload(get);
  EXPECT_NE(got.find("Content-Type: application/openmetrics-text\r\n"), std::string::npos) << got;
  EXPECT_TRUE(got.ends_with("\r\n\r\npacketboat_up 1\n# EOF\n")) << got;
  auto refused = [&path] { return raw_get(path, "/metrics?no=1"); };
  const std::string no = co_await runtime::offload(refused);
  EXPECT_TRUE(no.starts_with("HTTP/1.1 403")) << no;
  EXPECT_NE(no.find("Content-Type: application/json\r\n"), std::string::npos) << no;
  scope.cancel();
  co_await scope.join();
}

TEST(ControlClient, SaysThatNoDaemonAnswers) {
  const Result<Json> reply = control_get("/no/such/socket", "/v1/status");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::Unreachable);
  EXPECT_NE(reply.error().what.find("/no/such/socket"), std::string::npos);
}

}  // namespace
}  // namespace proxy::admin
