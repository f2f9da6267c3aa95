// ConnectProxy: a small HTTP proxy on loopback that serves CONNECT, and asks for Basic credentials if it was given any.
#pragma once
#include "booster/http/connect_request.h"
#include "booster/http/web_proxy.h"
#include "booster/net/buffered_reader.h"
#include "booster/net/tcp.h"
#include "booster/runtime/scope.h"

namespace booster::carrier {

class ConnectProxy {
 public:
  ConnectProxy(runtime::Loop& loop, runtime::CancelScope& scope)
      : loop_(loop),
        door_(*net::Listener::open(loop, *net::Address::parse("127.0.0.1:0"))),
        tasks_(loop, scope, [](const std::string&, const Error&) {}) {
    tasks_.spawn("proxy", serve());
  }
  runtime::Task<void> end() {
    tasks_.cancel();
    co_await tasks_.join();
    door_.reset();
  }
  http::WebProxyPtr as(std::string_view user, std::string_view password) const {
    return *http::make_proxy({"127.0.0.1", door_->local().port()}, user, crypto::Secret::of_text(password));
  }
  std::string place() const { return door_->local().to_string(); }

  std::string wanted;              // Proxy-Authorization; empty: everybody may
  std::vector<std::string> asked;  // for which targets, in order
  int refused = 0;
  int tunnels = 0;

 private:
  runtime::Task<Result<>> serve() {
    for (;;) {
      CO_TRY_ASSIGN(net::StreamPtr wire, co_await door_->accept());
      tasks_.spawn("proxied", serve_one(std::move(wire)));
    }
  }
  runtime::Task<Result<>> serve_one(net::StreamPtr wire) {
    net::BufferedReader in(*wire, http::kMaxConnectHead);
    std::optional<http::ConnectRequest> request;
    while (!request) {
      CO_TRY_ASSIGN(const bool more, co_await in.fill());
      if (!more) co_return Result<>();
      CO_TRY_ASSIGN(request, http::parse_connect_request(in.view()));
    }
    asked.push_back(request->target.to_string());
    const std::string_view head = as_text(in.view().first(request->used));
    if (!wanted.empty() && head.find("\r\nProxy-Authorization: " + wanted + "\r\n") == std::string_view::npos) {
      ++refused;
      co_return co_await say(*wire,
                             "HTTP/1.1 407 Proxy Authentication Required\r\n"
                             "Proxy-Authenticate: Basic realm=\"office\"\r\nContent-Length: 4\r\n\r\nno.\n");
    }
    Result<net::StreamPtr> far =
        co_await net::dial(request->target.host, request->target.port, std::chrono::seconds(5));
    if (!far) co_return co_await say(*wire, "HTTP/1.1 502 Bad Gateway\r\n\r\n");
    CO_TRY(co_await wire->write(as_bytes("HTTP/1.1 200 Connection established\r\n\r\n")));
    ++tunnels;
    co_return co_await net::splice(*wire, **far);
  }
  static runtime::Task<Result<>> say(net::Stream& wire, std::string_view text) {
    CO_TRY(co_await wire.write(as_bytes(text)));
    co_return co_await wire.finish();
  }

  runtime::Loop& loop_;
  std::unique_ptr<net::Listener> door_;
  runtime::TaskScope tasks_;
};

}  // namespace booster::carrier
