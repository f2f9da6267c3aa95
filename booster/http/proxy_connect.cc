#include "booster/http/proxy_connect.h"

#include <algorithm>

#include "booster/http/connect_request.h"
#include "booster/runtime/timer.h"

namespace booster::http {
namespace {

constexpr int kMethodNotAllowed = 405;
constexpr int kAuthenticationRequired = 407;
constexpr int kNotImplemented = 501;
constexpr int kGatewayTimeout = 504;

std::string name_of(const WebProxy& proxy) {
  return "proxy " + proxy.to_string();
}

bool is_basic(const Challenge& challenge) {
  return std::ranges::equal(challenge.scheme, std::string_view("basic"), {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

// 407, RFC 9110 §15.5.8
Error unauthorized(const ConnectAnswer& answer, const WebProxy& proxy) {
  const auto challenge = std::ranges::find_if(answer.challenges, is_basic);
  if (challenge == answer.challenges.end()) {
    std::string schemes;
    for (const Challenge& each : answer.challenges) schemes += (schemes.empty() ? "" : ", ") + each.scheme;
    return Error(Errc::Unsupported, name_of(proxy) + ": asks for " + (schemes.empty() ? "no scheme" : schemes) +
                                        " authentication: only Basic is spoken");
  }
  const std::string realm = challenge->realm.empty() ? "" : " for realm \"" + challenge->realm + "\"";
  if (proxy.credentials.empty())
    return Error(Errc::Denied, name_of(proxy) + ": wants a user name and password" + realm +
                                   ": set proxy.user and proxy.password_file, or https_proxy=http://user:password@…");
  return Error(Errc::Denied, name_of(proxy) + ": refuses the user name or password" + realm);
}

Task<Result<ConnectAnswer>> exchange(net::Stream& wire, const WebProxy& proxy, const net::HostPort& target) {
  const crypto::Secret request = write_connect_request(target, proxy.credentials);
  CO_TRY(co_await wire.write(request.reveal()));
  ConnectAnswerParser parser;
  Bytes piece(4096);
  for (;;) {
    CO_TRY_ASSIGN(const std::size_t count, co_await wire.read(piece));
    if (count == 0) co_return fail(Errc::Closed, "it hung up without an answer");
    CO_TRY_ASSIGN(const std::size_t used, parser.on_bytes(ByteView(piece).first(count)));
    if (!parser.answer()) continue;
    // In a tunnel we speak first. (Behind a refusal there is a page for people.)
    if (used < count && parser.answer()->status < 300)
      co_return fail(Errc::Protocol, "octets behind its answer that nobody asked for");
    co_return *parser.answer();
  }
}

}  // namespace

Task<Result<ConnectAnswer>> ask_for_tunnel(net::Stream& wire, const WebProxy& proxy, const net::HostPort& target) {
  if (!is_plain_host(target.host)) co_return fail(Errc::Protocol, "the gateway's name is no host name");
  Result<ConnectAnswer> answer = co_await runtime::with_timeout(kAnswerLimit, exchange(wire, proxy, target));
  if (answer) co_return answer;
  Error error = answer.error();
  if (error.code == Errc::Timeout) error.what = "no answer to CONNECT within 30 s";
  co_return tl::unexpected(std::move(error).context(name_of(proxy)));
}

Result<> judge(const ConnectAnswer& answer, const WebProxy& proxy, const net::HostPort& target) {
  const int status = answer.status;
  if (status / 100 == 2) return {};
  if (status == kAuthenticationRequired) return tl::unexpected(unauthorized(answer, proxy));
  const std::string said = ": " + std::to_string(status) + (answer.reason.empty() ? "" : " ") + answer.reason;
  const std::string to = target.to_string();
  if (status == kMethodNotAllowed || status == kNotImplemented)
    return fail(Errc::Unsupported, name_of(proxy) + ": serves no CONNECT" + said);
  if (status == kGatewayTimeout) return fail(Errc::Timeout, name_of(proxy) + ": gets no answer from " + to + said);
  if (status >= 500) return fail(Errc::Unreachable, name_of(proxy) + ": does not reach " + to + said);
  if (status >= 400) return fail(Errc::Denied, name_of(proxy) + ": does not let us connect to " + to + said);
  return fail(Errc::Protocol, name_of(proxy) + ": an answer that CONNECT does not have" + said);
}

bool refuses_credentials(const ConnectAnswer& answer, const WebProxy& proxy) {
  return answer.status == kAuthenticationRequired && !proxy.credentials.empty();
}

}  // namespace booster::http
