#include "proxy/gateway/worker/worker.h"

#include <cstdio>

#include "booster/net/tcp.h"
#include "booster/platform/harden.h"

namespace proxy::gateway::worker {
namespace {

namespace carrier = booster::carrier;
namespace runtime = booster::runtime;
using codec::property::Chain;

// One connection to the front.
class Service final : public AgentEvents {
 public:
  Service(runtime::Loop& loop, booster::net::StreamPtr wire, AgentHost& host)
      : loop_(loop),
        wire_(std::move(wire)),
        host_(host),
        mux_(loop, booster::session::Role::Gateway, worker_limits()),
        control_(mux_.control()),
        link_(*control_) {}

  Task<Result<>> run();

  void on_status(const AgentStatus& status) override { send(status); }
  void on_ended(AgentId agent, const LoginOutcome& outcome) override { send(AgentEnded{agent, outcome}); }

 private:
  Task<Result<>> end_with(Task<Result<>> part);
  Task<Result<>> read_messages();
  Task<Result<>> accept_streams();
  Task<Result<>> serve_assign(Assign message);
  Task<Result<>> serve_verify(Verify message);
  Task<Result<>> serve_attach(Attach message);
  Task<Result<>> serve_detach(Detach message);
  Task<Result<>> serve_release(Release message);

  struct Handler;
  void send(const Message& message) {
    const Result<> queued = link_.send(encode(message));
    if (!queued) mux_.close(queued.error());  // the front reads nothing: it is as good as gone
  }
  void answer(CallId call, LoginOutcome outcome) { send(Outcome{call, std::move(outcome)}); }

  runtime::Loop& loop_;
  booster::net::StreamPtr wire_;
  AgentHost& host_;
  carrier::Mux mux_;
  std::unique_ptr<carrier::MuxStream> control_;
  ChainLink link_;
  runtime::TaskScope* parts_ = nullptr;
  runtime::TaskScope* calls_ = nullptr;
  Result<> end_;
};

struct Service::Handler {
  Service& service;
  Result<> operator()(Assign& message) const { return spawn("assign", service.serve_assign(std::move(message))); }
  Result<> operator()(Verify& message) const { return spawn("verify", service.serve_verify(std::move(message))); }
  Result<> operator()(Attach& message) const { return spawn("attach", service.serve_attach(std::move(message))); }
  Result<> operator()(Link& message) const {
    service.host_.set_link(message.agent, message.session, message.rate);
    return {};
  }
  Result<> operator()(Detach& message) const { return spawn("detach", service.serve_detach(message)); }
  Result<> operator()(Release& message) const { return spawn("release", service.serve_release(message)); }
  template <class T>
  Result<> operator()(T&) const {
    return fail(Errc::Protocol, "a worker's message from the front");
  }
  Result<> spawn(const char* name, Task<Result<>> task) const {
    service.calls_->spawn(name, std::move(task));
    return {};
  }
};

// The first part that ends, ends all.
Task<Result<>> Service::end_with(Task<Result<>> part) {
  Task<Result<>> own = std::move(part);
  const Result<> result = co_await std::move(own);
  if (!result && end_) end_ = tl::unexpected(result.error());
  parts_->cancel();
  co_return Result<>();
}

Task<Result<>> Service::run() {
  const runtime::Surroundings here = co_await runtime::surroundings();
  auto ignore = [](const std::string&, const Error&) {};
  runtime::TaskScope parts(loop_, *here.scope, ignore);
  runtime::TaskScope calls(loop_, *here.scope, ignore);
  parts_ = &parts;
  calls_ = &calls;
  parts.spawn("agents", end_with(host_.run(*this)));
  parts.spawn("carry", end_with(mux_.carry(*wire_)));
  parts.spawn("control writer", end_with(link_.write_all()));
  parts.spawn("control reader", end_with(read_messages()));
  parts.spawn("streams", end_with(accept_streams()));
  co_await parts.join();
  calls.cancel();
  co_await calls.join();
  parts_ = calls_ = nullptr;
  if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "worker");
  if (!end_ && end_.error().code == Errc::Closed) co_return Result<>();
  co_return end_;
}

Task<Result<>> Service::read_messages() {
  for (;;) {
    CO_TRY_ASSIGN(const Chain chain, co_await link_.next());
    CO_TRY_ASSIGN(Message message, decode_message(chain));
    CO_TRY(std::visit(Handler{*this}, message));
  }
}

Task<Result<>> Service::accept_streams() {
  for (;;) {
    CO_TRY_ASSIGN(carrier::Incoming incoming, co_await mux_.accept());
    const Result<StreamTicket> ticket = decode_ticket(incoming.metadata);
    if (!ticket) {
      incoming.stream->abort(ticket.error());
      continue;
    }
    incoming.stream->set_class(incoming.of);
    host_.give_stream(ticket->agent, ticket->session, ticket->purpose, std::move(incoming.stream));
  }
}

Task<Result<>> Service::serve_assign(Assign message) {
  LoginOutcome outcome = co_await host_.start(message.agent, std::move(message.spec));
  answer(message.call, std::move(outcome));
  co_return Result<>();
}

Task<Result<>> Service::serve_verify(Verify message) {
  LoginOutcome outcome = co_await host_.verify(std::move(message.spec), message.renews);
  answer(message.call, std::move(outcome));
  co_return Result<>();
}

Task<Result<>> Service::serve_attach(Attach message) {
  const Result<> attached =
      co_await host_.attach(message.agent, message.session, std::move(message.device), std::move(message.address));
  LoginOutcome outcome;
  outcome.code = attached ? sync::LoginResult::Code::Ok : sync::LoginResult::Code::Failed;
  if (!attached) outcome.text = attached.error().what;
  answer(message.call, std::move(outcome));
  co_return Result<>();
}

Task<Result<>> Service::serve_detach(Detach message) {
  co_await host_.detach(message.agent, message.session);
  co_return Result<>();
}

Task<Result<>> Service::serve_release(Release message) {
  co_await host_.release(message.agent);
  LoginOutcome outcome;
  outcome.code = sync::LoginResult::Code::Ok;
  outcome.text = "released";
  send(AgentEnded{message.agent, std::move(outcome)});
  co_return Result<>();
}

}  // namespace

Task<Result<>> serve_worker(runtime::Loop& loop, booster::net::StreamPtr wire, AgentHost& host) {
  Service service(loop, std::move(wire), host);
  co_return co_await service.run();
}

int worker_main(AgentHost& host, runtime::Loop& loop) {
  constexpr int kFront = 3;
  const Result<> hardened = booster::platform::harden_process();
  Result<booster::net::StreamPtr> wire = booster::net::adopt_fd(loop, kFront);
  if (!hardened || !wire) {
    std::fprintf(stderr, "packetboat worker: %s\n",
                 codec::to_string(hardened ? wire.error() : hardened.error()).c_str());
    return 1;
  }
  const Result<> end = loop.run(serve_worker(loop, *std::move(wire), host));
  if (end || end.error().code == Errc::Cancelled) return 0;
  std::fprintf(stderr, "packetboat worker: %s\n", codec::to_string(end.error()).c_str());
  return 1;
}

}  // namespace proxy::gateway::worker
