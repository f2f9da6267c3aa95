// Asks a proxy for a tunnel.
#pragma once
#include <chrono>

#include "booster/http/connect_answer.h"
#include "booster/http/web_proxy.h"
#include "booster/net/stream.h"

namespace booster::http {

using net::Task;

constexpr auto kAnswerLimit = std::chrono::seconds(30);  // the proxy's own connect: three lost SYNs on a GEO link

// CONNECT over `wire`. Where the answer is one of 2xx, `wire` is the connection to `target`.   Source: RFC 9110 §9.3.6
//   Errors  Timeout, Closed: no answer · Protocol: no plain host · Protocol, Limit: no HTTP proxy · those of the
//   stream. All say which proxy
Task<Result<ConnectAnswer>> ask_for_tunnel(net::Stream& wire, const WebProxy& proxy, const net::HostPort& target);

// Ok for 2xx; else what it means to who reads the log.
//   Errors  Denied: credentials are wanted, or these are refused, or the target is · Unreachable: the proxy does not
//   get
//           there · Timeout: it waited in vain · Unsupported: it asks for a scheme other than Basic, or serves no
//           CONNECT
Result<> judge(const ConnectAnswer& answer, const WebProxy& proxy, const net::HostPort& target);

// Other credentials are wanted: to show the same ones again gets their owner locked out.
bool refuses_credentials(const ConnectAnswer& answer, const WebProxy& proxy);

}  // namespace booster::http
