#include "proxy/gateway/dispatcher/worker_pool.h"

namespace proxy::gateway::dispatcher {
namespace {

namespace runtime = booster::runtime;
using codec::property::Chain;

}  // namespace

WorkerConnection::WorkerConnection(runtime::Loop& loop, booster::net::StreamPtr wire, int process_id)
    : wire_(std::move(wire)),
      pid_(process_id),
      mux_(loop, booster::session::Role::Client, worker::worker_limits()),
      control_(mux_.control()),
      link_(*control_) {}

Result<> WorkerConnection::send(const worker::Message& message) {
  if (lost_) return fail(Errc::Closed, "the worker is gone");
  Result<> queued = link_.send(worker::encode(message));
  if (!queued && queued.error().code == Errc::Full) mux_.close(queued.error());  // it hangs: killed, started anew
  return queued;
}

Task<Result<LoginOutcome>> WorkerConnection::call(worker::Message message, std::uint64_t number) {
  const Result<> sent = send(message);
  if (!sent) (void)calls_.complete(number, tl::unexpected(sent.error()));
  co_return co_await calls_.wait(number);
}

Task<Result<LoginOutcome>> WorkerConnection::assign(AgentId agent, AgentSpec spec) {
  const std::uint64_t number = calls_.begin();
  worker::Assign message{worker::CallId{number}, agent, std::move(spec)};
  co_return co_await call(worker::Message(std::move(message)), number);
}

Task<Result<LoginOutcome>> WorkerConnection::verify(AgentSpec spec, AgentId renews) {
  const std::uint64_t number = calls_.begin();
  worker::Verify message{worker::CallId{number}, std::move(spec), renews};
  co_return co_await call(worker::Message(std::move(message)), number);
}

Task<Result<LoginOutcome>> WorkerConnection::attach(AgentId agent, DeviceSessionId session, std::string device,
                                                    std::string address) {
  const std::uint64_t number = calls_.begin();
  worker::Attach message{worker::CallId{number}, agent, session, std::move(device), std::move(address)};
  co_return co_await call(worker::Message(std::move(message)), number);
}

void WorkerConnection::tell_link(AgentId agent, DeviceSessionId session, booster::session::BitsPerSecond rate) {
  (void)send(worker::Link{agent, session, rate});
}

void WorkerConnection::detach(AgentId agent, DeviceSessionId session) {
  (void)send(worker::Detach{agent, session});
}

void WorkerConnection::release(AgentId agent) {
  (void)send(worker::Release{agent});
}

void WorkerConnection::end(const Error& why) {
  lost_ = true;
  if (!mux_.closed()) mux_.close(why);
  calls_.fail_all(Error(Errc::Closed, why.what));
}

Task<Result<>> WorkerSlot::end_with(Task<Result<>> part) {
  Task<Result<>> own = std::move(part);
  const Result<> result = co_await std::move(own);
  if (!result && end_) end_ = tl::unexpected(result.error());
  parts_->cancel();
  co_return Result<>();
}

Task<Result<>> WorkerSlot::use_child(booster::net::StreamPtr wire, int pid) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  connection_ = std::make_shared<WorkerConnection>(loop_, std::move(wire), pid);
  runtime::TaskScope parts(loop_, *here.scope);
  parts_ = &parts;
  end_ = Result<>();
  parts.spawn("carry", end_with(connection_->mux_.carry(*connection_->wire_)));
  parts.spawn("writer", end_with(connection_->link_.write_all()));
  parts.spawn("reader", end_with(read_messages()));
  listener_.on_worker_up(connection_);
  co_await parts.join();
  parts_ = nullptr;
  connection_->wire_->close();
  co_return end_;
}

void WorkerSlot::on_child_gone(const Error& why) {
  const WorkerPtr gone = std::move(connection_);
  connection_ = nullptr;
  if (gone == nullptr) return;
  gone->end(why);
  listener_.on_worker_lost(gone, why);
}

Task<Result<>> WorkerSlot::read_messages() {
  for (;;) {
    CO_TRY_ASSIGN(const Chain chain, co_await connection_->link_.next());
    CO_TRY_ASSIGN(worker::Message message, worker::decode_message(chain));
    if (auto* outcome = std::get_if<worker::Outcome>(&message)) {
      (void)connection_->calls_.complete(outcome->call.value, std::move(outcome->outcome));
    } else if (const auto* told = std::get_if<worker::AgentStatus>(&message)) {
      listener_.on_agent_status(connection_, *told);
    } else if (const auto* ended = std::get_if<worker::AgentEnded>(&message)) {
      listener_.on_agent_ended(connection_, *ended);
    } else {
      co_return fail(Errc::Protocol, "a front's message from the worker");
    }
  }
}

WorkerPool::WorkerPool(runtime::Loop& loop, Launcher& launcher, std::size_t workers, WorkerListener& listener)
    : loop_(loop), launcher_(launcher) {
  for (std::size_t i = 0; i < std::max<std::size_t>(workers, 1); ++i)
    slots_.push_back(std::make_unique<WorkerSlot>(loop, listener));
}

Task<Result<>> WorkerPool::run() {
  const runtime::Surroundings here = co_await runtime::surroundings();
  auto ignore = [](const std::string&, const Error&) {};
  runtime::TaskScope tasks(loop_, *here.scope, ignore);
  for (const auto& slot : slots_)
    tasks.spawn("worker", supervise(loop_, launcher_, ChildKind::Worker, slot->status, *slot));
  co_await tasks.join();
  co_return fail(Errc::Cancelled, "workers");
}

std::vector<WorkerPtr> WorkerPool::live() const {
  std::vector<WorkerPtr> found;
  for (const auto& slot : slots_)
    if (slot->connection() != nullptr && !slot->connection()->lost()) found.push_back(slot->connection());
  return found;
}

std::vector<ProcessStatus> WorkerPool::status() const {
  std::vector<ProcessStatus> rows;
  for (const auto& slot : slots_) rows.push_back(slot->status);
  return rows;
}

}  // namespace proxy::gateway::dispatcher
