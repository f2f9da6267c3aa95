#include "proxy/flow/flow_worker.h"

#include <cstdio>

#include "booster/platform/harden.h"
#include "booster/runtime/scope.h"

namespace proxy::flow {
namespace {

namespace runtime = booster::runtime;

Task<Result<>> carry_then_cancel(booster::carrier::Mux& mux, booster::net::Stream& wire, runtime::TaskScope& parts) {
  (void)co_await mux.carry(wire);
  parts.cancel();
  co_return Result<>();
}

int fail_with(const Error& error) {
  std::fprintf(stderr, "packetboat flow-worker: %s\n", codec::to_string(error).c_str());
  return 1;
}

}  // namespace

booster::session::Limits flow_worker_limits() {
  booster::session::Limits limits;
  // Each frame that tells of credit or of what arrived wakes the other process.
  limits.stream_window = std::uint64_t{1} << 20;
  limits.ack_bytes = std::size_t{256} << 10;
  limits.session_window = std::uint64_t{64} << 20;
  limits.streams = 16384;
  limits.receive_budget = std::size_t{64} << 20;
  limits.send_budget = std::size_t{64} << 20;
  limits.keepalive = std::chrono::seconds(30);
  return limits;
}

Task<Result<>> serve_flow_worker(runtime::Loop& loop, booster::net::StreamPtr wire, EgressRules rules) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  const booster::net::StreamPtr own = std::move(wire);
  booster::carrier::Mux mux(loop, booster::session::Role::Gateway, flow_worker_limits());
  Egress egress(loop, std::move(rules));
  auto ignore = [](const std::string&, const Error&) {};
  runtime::TaskScope parts(loop, *here.scope, ignore);
  parts.spawn("carry", carry_then_cancel(mux, *own, parts));
  parts.spawn("egress", egress.serve(mux));
  co_await parts.join();
  if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "flow worker");
  co_return Result<>();
}

int flow_worker_main(const std::vector<std::string>& rules) {
  constexpr int kFront = 3;
  const Result<> hardened = booster::platform::harden_process();
  if (!hardened) return fail_with(hardened.error());
  std::vector<EgressRule> parsed;
  for (const std::string& text : rules) {
    Result<EgressRule> rule = EgressRule::parse(text);
    if (!rule) return fail_with(rule.error());
    parsed.push_back(*std::move(rule));
  }
  runtime::Loop loop;
  Result<booster::net::StreamPtr> wire = booster::net::adopt_fd(loop, kFront);
  if (!wire) return fail_with(wire.error());
  const Result<> end = loop.run(serve_flow_worker(loop, *std::move(wire), EgressRules(std::move(parsed))));
  return end || end.error().code == Errc::Cancelled ? 0 : fail_with(end.error());
}

}  // namespace proxy::flow
