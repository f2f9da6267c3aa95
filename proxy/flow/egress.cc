#include "proxy/flow/egress.h"

#include "booster/net/tcp.h"
#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"
#include "proxy/sync/control.h"

namespace proxy::flow {
namespace {

namespace net = booster::net;
namespace runtime = booster::runtime;

constexpr auto kConnectLimit = std::chrono::seconds(30);

}  // namespace

Task<Result<>> Egress::serve(booster::carrier::Mux& mux) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  auto ended = [](const std::string&, const Error&) {};  // a flow's end is its own affair: both its ends have seen it
  runtime::TaskScope flows(loop_, *here.scope, ended);
  Result<> end;
  for (;;) {
    Result<booster::carrier::Incoming> incoming = co_await mux.accept();
    if (!incoming) {
      end = tl::unexpected(incoming.error());
      break;
    }
    ++flows_;
    flows.spawn("flow", serve_flow(*std::move(incoming)));
  }
  flows.cancel();
  co_await flows.join();
  co_return end;
}

Task<Result<>> Egress::serve_flow(booster::carrier::Incoming incoming) {
  const auto purpose = sync::decode_purpose(incoming.metadata);
  if (!purpose || purpose->lane != sync::Lane::Flow) {
    incoming.stream->abort(Error(Errc::Protocol, "not a flow"));
    co_return fail(Errc::Protocol, "not a flow");
  }
  incoming.stream->set_class(booster::session::Class::Flow);
  Result<net::StreamPtr> far = co_await connect_to(purpose->target);
  const Result<> outcome = far ? Result<>() : Result<>(tl::unexpected(far.error()));
  const Bytes answer = encode_flow_result(outcome);
  CO_TRY(co_await incoming.stream->write(answer));
  if (!far) {
    CO_TRY(co_await incoming.stream->finish());
    co_return co_await incoming.stream->delivered();
  }
  co_return co_await net::splice(*incoming.stream, **far);
}

Task<Result<net::StreamPtr>> Egress::connect_to(const std::string& target) {
  CO_TRY_ASSIGN(const net::HostPort both, net::HostPort::parse(target));
  if (!rules_.may_admit(both.host, both.port))
    co_return fail(Errc::Denied, target + " is not in the gateway's flow.allow");
  CO_TRY_ASSIGN(const std::vector<net::Address> resolved,
                co_await runtime::with_timeout(kConnectLimit, net::resolve(both.host, both.port)));
  CO_TRY_ASSIGN(const std::vector<net::Address> admitted, rules_.admit(both.host, both.port, resolved));
  Error last(Errc::Unreachable, "connect to " + target);
  for (const net::Address& address : admitted) {
    Result<net::StreamPtr> stream = co_await runtime::with_timeout(kConnectLimit, net::connect(address));
    if (stream || stream.error().code == Errc::Cancelled) co_return stream;
    last = stream.error();
  }
  co_return tl::unexpected(last);
}

}  // namespace proxy::flow
