#include "proxy/client/enrol.h"

#include "proxy/client/dialers.h"

#include "booster/runtime/timer.h"
#include "proxy/client/session_router.h"
#include "proxy/client/together.h"

namespace proxy::client {

namespace crypto = booster::crypto;
namespace runtime = booster::runtime;
namespace carrier = booster::carrier;

namespace {

constexpr auto kEnrolLimit = std::chrono::seconds(60);  // a person waits; TLS and two messages at 20 kbit/s take 4 s
constexpr auto kLastWords = std::chrono::seconds(5);    // of a link that breaks just then; the answer is here

// Ends as soon as the tunnel's first try has failed: a wrong pin or address is told, not tried for ever.
Task<Result<>> first_failure(carrier::TunnelClient& tunnel) {
  while (!tunnel.last_error()) CO_TRY(co_await tunnel.changed().wait());
  co_return tl::unexpected(*tunnel.last_error());
}

// The gateway must hear that this session is over: else it keeps it for a client that comes back.
Task<Result<>> leave(carrier::TunnelClient& tunnel) {
  if (tunnel.mux() != nullptr && !tunnel.mux()->closed()) tunnel.mux()->close(Error(Errc::Closed, "enrolled"));
  while (tunnel.state() == carrier::LinkState::Up) CO_TRY(co_await tunnel.changed().wait());
  co_return Result<>();
}

Task<Result<>> ask_for(carrier::TunnelClient& tunnel, SessionRouter& router, sync::EnrolRequest request,
                       std::optional<sync::EnrolResult>& into) {
  CO_TRY_ASSIGN(into, co_await router.enrol(std::move(request)));
  (void)co_await runtime::with_timeout(kLastWords, leave(tunnel));
  co_return Result<>();
}

Task<Result<>> run_all(runtime::Loop& loop, carrier::TunnelClient& tunnel, SessionRouter& router,
                       sync::EnrolRequest request, std::optional<sync::EnrolResult>& into) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  Together stories(loop, *here.scope);
  stories.add("tunnel", tunnel.run(router));
  stories.add("failure", first_failure(tunnel));
  stories.add("enrolment", ask_for(tunnel, router, std::move(request), into));
  co_return co_await stories.join();
}

}  // namespace

Task<Result<DeviceIdentity>> enrol(runtime::Loop& loop, carrier::Dialer& dialer, GatewayAddress gateway,
                                   std::string code, std::string device) {
  crypto::PrivateKey key = crypto::PrivateKey::generate();
  sync::EnrolRequest request;
  request.code = std::move(code);
  request.device = device;
  request.request = crypto::make_request(key, device.substr(0, 64));
  carrier::ClientOptions options;
  options.agent = "packetboat";
  options.device = std::move(device);
  carrier::TunnelClient tunnel(loop, dialer, std::move(options));
  SessionRouter router(loop);
  std::optional<sync::EnrolResult> answer;
  const Result<> end =
      co_await runtime::with_timeout(kEnrolLimit, run_all(loop, tunnel, router, std::move(request), answer));
  if (!answer && !end) co_return tl::unexpected(Error(end.error()).context("pair with " + gateway.host));
  if (!answer) co_return fail(Errc::Unreachable, "pair with " + gateway.host + ": no answer");
  if (!answer->ok) co_return fail(Errc::Denied, "pair with " + gateway.host + ": " + answer->text);
  CO_TRY_ASSIGN(crypto::Certificate certificate, crypto::Certificate::from_der(answer->certificate));
  if (certificate.pin() != key.public_key().pin())
    co_return fail(Errc::Protocol, "pair with " + gateway.host + ": a certificate of another key");
  co_return DeviceIdentity(std::move(gateway), std::move(key), std::move(certificate), std::move(answer->addresses));
}

Task<Result<DeviceIdentity>> enrol(runtime::Loop& loop, PairingUrl url, std::string device) {
  CO_TRY_ASSIGN(const std::unique_ptr<carrier::Dialer> made,
                make_dialer(loop, nullptr, url.gateway, Carriers::Both, std::make_shared<carrier::NetworkMemory>()));
  carrier::Dialer& dialer = *made;
  co_return co_await enrol(loop, dialer, url.gateway, std::move(url.code), std::move(device));
}

}  // namespace proxy::client
