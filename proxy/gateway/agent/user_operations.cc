#include "proxy/gateway/agent/user_operations.h"

#include <deque>

#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"
#include "proxy/gateway/agent/upload.h"
#include "proxy/sync/octets.h"

namespace proxy::gateway::agent {

namespace {

constexpr std::size_t kWaitingOperations = 64;  // of one stream; the client's own window is 16
constexpr auto kSweep = std::chrono::hours(1);
constexpr auto kDeferredExpunge = std::chrono::minutes(5);

}  // namespace

// One operations stream: what its reader has taken in and its worker has still to do.
struct UserOperations::Lane {
  explicit Lane(net::StreamPtr wire) : stream(std::move(wire)) {}
  messaging::MessageStream stream;
  SubmissionWatch watch;
  std::deque<sync::Operation> waiting;
  runtime::Notify more, fewer;
};

UserOperations::UserOperations(runtime::Loop& loop, TicketFile file, connector::SubmissionDialer& dialer,
                               UserOperationsSettings settings, AskServer* ask)
    : loop_(loop),
      tickets_(std::move(file)),
      operations_(loop, tickets_, settings.sent_by_server),
      sent_copy_(tickets_),
      submissions_(loop, tickets_, operations_, dialer, ask == nullptr && settings.sent_by_server ? &sent_copy_ : ask,
                   settings.submission) {}

Result<std::unique_ptr<UserOperations>> UserOperations::open(runtime::Loop& loop, disk::Disk& disk,
                                                             connector::SubmissionDialer& dialer,
                                                             UserOperationsSettings settings, AskServer* ask) {
  TRY_ASSIGN(TicketFile file, TicketFile::open(disk, settings.state_dir, settings.stem, settings.sql));
  return std::unique_ptr<UserOperations>(new UserOperations(loop, std::move(file), dialer, std::move(settings), ask));
}

Task<Result<>> UserOperations::serve_operations(OperationsAccess& agent, DeviceSessionId device,
                                                net::StreamPtr stream) {
  Lane lane(std::move(stream));
  submissions_.watch(lane.watch);
  runtime::CancelScope& scope = co_await runtime::current_cancel();
  runtime::TaskScope tasks(loop_, scope, [](const std::string&, const Error&) {});
  tasks.spawn("submission reports", send_reports(lane));
  tasks.spawn("operations", work(agent, device, lane));
  Result<> end = co_await read_messages(agent, lane);
  tasks.cancel();
  co_await tasks.join();
  submissions_.unwatch(lane.watch);
  lane.stream.close();
  if (!end && end.error().code == Errc::Closed) co_return Result<>();
  co_return end;
}

Task<Result<>> UserOperations::read_messages(OperationsAccess& agent, Lane& lane) {
  for (;;) {
    CO_TRY_ASSIGN(const messaging::Chain chain, co_await lane.stream.receive());
    messaging::Carried carried;
    const auto decode = [&chain] { return sync::decode_operation(chain); };
    auto message = runtime::timed(lane.stream.cpu_clock(), carried.cpu, decode);
    codec::content::Block block;
    if (message && sync::get_block(chain, block) && block.written > 0) {
      carried.items = 1;
      carried.count(block);
      carried.charge(lane.stream.cost_received() - lane.stream.cost_before_last());
      agent.came_up(carried);
    }
    if (!message && message.error().code == Errc::Unsupported) continue;  // a newer client's
    if (!message) co_return tl::unexpected(message.error());
    CO_TRY(co_await take(lane, std::move(*message)));
  }
}

Task<Result<>> UserOperations::take(Lane& lane, sync::OperationMessage message) {
  if (auto* operation = std::get_if<sync::Operation>(&message)) {
    while (lane.waiting.size() >= kWaitingOperations) CO_TRY(co_await lane.fewer.wait());
    lane.waiting.push_back(std::move(*operation));
    lane.more.notify_all();
  } else if (auto* submission = std::get_if<sync::Submission>(&message)) {
    const Ticket ticket = submission->ticket;
    if (lane.watch.tickets.size() < kWatched) lane.watch.tickets.insert(ticket);
    auto report = co_await submissions_.accept(std::move(*submission));
    if (!report) {
      // Nothing was taken, and the client keeps it: it comes again.
      sync::SubmissionReport trouble;
      trouble.ticket = ticket;
      trouble.state = SubmissionState::Receiving;
      trouble.text = codec::to_string(report.error());
      report = std::move(trouble);
    }
    const sync::OperationMessage answer(std::move(*report));
    CO_TRY(co_await lane.stream.send(sync::encode(answer)));
  } else if (auto* acknowledge = std::get_if<sync::Acknowledge>(&message)) {
    for (const Ticket& ticket : acknowledge->tickets) lane.watch.tickets.erase(ticket);
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(loop_.wall_now().time_since_epoch()).count();
    auto job = [tickets = std::move(acknowledge->tickets), now](TicketFile& file) {
      return file.acknowledge(tickets, now);
    };
    (void)co_await tickets_.run(std::move(job));  // not written down: the tickets are kept longer, no more
  } else if (const auto* decision = std::get_if<sync::Decide>(&message)) {
    if (lane.watch.tickets.size() < kWatched) lane.watch.tickets.insert(decision->ticket);
    auto report = co_await submissions_.decide(*decision);
    if (report && *report) {
      const sync::OperationMessage answer(std::move(**report));
      CO_TRY(co_await lane.stream.send(sync::encode(answer)));
    }
  } else {
    co_return fail(Errc::Protocol, "operations: a message of the agent's own kind");
  }
  co_return Result<>();
}

Task<Result<>> UserOperations::work(OperationsAccess& agent, DeviceSessionId device, Lane& lane) {
  for (;;) {
    while (lane.waiting.empty()) CO_TRY(co_await lane.more.wait());
    sync::Operation operation = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    lane.fewer.notify_all();
    const bool appends = operation.kind == sync::OperationKind::Append;
    const std::string mailbox = operation.mailbox;
    sync::OperationResult result = co_await operations_.execute(agent, std::move(operation));
    if (appends && result.made.size() == 1 && result.made.front().value != 0)
      agent.made_by(device, {mailbox, result.target_validity, result.made.front()});
    const sync::OperationMessage answer(std::move(result));
    CO_TRY(co_await lane.stream.send(sync::encode(answer)));
  }
}

Task<Result<>> UserOperations::send_reports(Lane& lane) {
  for (;;) {
    while (lane.watch.changed.empty()) CO_TRY(co_await lane.watch.woken.wait());
    const Ticket ticket = *lane.watch.changed.begin();
    lane.watch.changed.erase(lane.watch.changed.begin());
    auto report = co_await submissions_.report(ticket);
    if (!report || !*report) continue;
    const sync::OperationMessage answer(std::move(**report));
    CO_TRY(co_await lane.stream.send(sync::encode(answer)));
  }
}

Task<Result<>> UserOperations::serve_upload(OperationsAccess& agent, DeviceSessionId, net::StreamPtr stream) {
  Upload upload(agent, tickets_, referring_uploads_, std::move(stream));
  co_return co_await upload.serve();
}

Task<Result<>> UserOperations::serve_background(OperationsAccess& agent) {
  runtime::CancelScope& scope = co_await runtime::current_cancel();
  runtime::TaskScope tasks(loop_, scope, [](const std::string&, const Error&) {});
  tasks.spawn("sweep", sweep_now_and_then(agent));
  Result<> end = co_await submissions_.serve(agent);
  tasks.cancel();
  co_await tasks.join();
  co_return end;
}

Task<Result<>> UserOperations::sweep_now_and_then(OperationsAccess& agent) {
  runtime::TimePoint next_sweep = loop_.now();
  for (;;) {
    if (loop_.now() >= next_sweep) {
      const auto now = std::chrono::duration_cast<std::chrono::seconds>(loop_.wall_now().time_since_epoch()).count();
      auto job = [now](TicketFile& file) { return file.sweep(now); };
      (void)co_await tickets_.run(std::move(job));
      next_sweep = loop_.now() + kSweep;
    }
    CO_TRY(co_await runtime::sleep_for(kDeferredExpunge));
    (void)co_await operations_.expunge_deferred(agent);
  }
}

}  // namespace proxy::gateway::agent
