#include "proxy/flow/interceptor.h"

#include "booster/http/connect_request.h"
#include "booster/net/buffered_reader.h"
#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"
#include "proxy/flow/result.h"
#include "proxy/sync/control.h"

namespace proxy::flow {
namespace {

namespace net = booster::net;
namespace runtime = booster::runtime;

constexpr auto kRequestLimit = std::chrono::seconds(30);  // a program that connects and says nothing
constexpr std::size_t kMaxFlows = 1000;  // below the session's stream limit, so that mail always finds room

struct Asked {
  Kind kind = Kind::Socks5;
  Target target;
  Bytes early;
};

Task<Result<Asked>> read_request(net::Stream& program) {
  net::BufferedReader in(program, booster::http::kMaxConnectHead + 1024);
  RequestParser parser;
  for (;;) {
    const auto step = parser.on_bytes(in.view());
    if (!step) {
      const Bytes answer = parser.error_answer();
      (void)co_await program.write(answer);
      co_return tl::unexpected(step.error());
    }
    in.consume(step->used);
    if (!step->answer.empty()) CO_TRY(co_await program.write(step->answer));
    if (step->target) {
      Asked asked;
      asked.kind = parser.kind();
      asked.target = *step->target;
      asked.early.assign(in.view().begin(), in.view().end());
      co_return asked;
    }
    if (step->used > 0) continue;
    CO_TRY_ASSIGN(const bool more, co_await in.fill());
    if (!more) co_return fail(Errc::Closed, "the program left before it asked");
  }
}

}  // namespace

Task<Result<>> Interceptor::serve(net::Listener& listener) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  auto ended = [](const std::string&, const Error&) {};  // the program was told on its own connection
  runtime::TaskScope programs(loop_, *here.scope, ended);
  Result<> end;
  for (;;) {
    Result<net::StreamPtr> program = co_await listener.accept();
    if (!program) {
      end = tl::unexpected(program.error());
      break;
    }
    if (live_ >= kMaxFlows) continue;
    programs.spawn("flow", serve_program(*std::move(program)));
  }
  programs.cancel();
  co_await programs.join();
  co_return end;
}

Task<Result<>> Interceptor::serve_program(net::StreamPtr program) {
  ++live_;
  Result<Asked> asked = co_await runtime::with_timeout(kRequestLimit, read_request(*program));
  Result<> end = asked ? Result<>() : Result<>(tl::unexpected(asked.error()));
  if (asked) end = co_await carry_flow(*program, asked->kind, asked->target, std::move(asked->early));
  --live_;
  co_return end;
}

Task<Result<>> Interceptor::carry_flow(net::Stream& program, Kind kind, const Target& target, Bytes early) {
  booster::carrier::Mux* mux = muxes_.present_mux();
  Result<> connected = fail(Errc::Unreachable, "no session with the gateway yet");
  std::unique_ptr<booster::carrier::MuxStream> stream;
  if (mux != nullptr) {
    sync::StreamPurpose purpose;
    purpose.lane = sync::Lane::Flow;
    purpose.target = target.to_string();
    const Bytes metadata = sync::encode_purpose(purpose);
    CO_TRY_ASSIGN(stream, co_await mux->open(booster::session::Class::Flow, metadata));
    // A program that speaks first has its first bytes travel with the open.
    if (!early.empty()) CO_TRY(co_await stream->write(early));
    connected = co_await read_flow_result(*stream);
  }
  if (!connected) {
    const Bytes answer = failure_answer(kind, connected.error());
    CO_TRY(co_await program.write(answer));
    CO_TRY(co_await program.finish());
    co_return connected;
  }
  const Bytes answer = success_answer(kind);
  CO_TRY(co_await program.write(answer));
  co_return co_await net::splice(program, *stream);
}

}  // namespace proxy::flow
