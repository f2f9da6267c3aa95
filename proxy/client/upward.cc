#include "proxy/client/upward.h"

#include "booster/runtime/timer.h"
#include "proxy/client/lane.h"
#include "proxy/client/together.h"
#include "proxy/sync/octets.h"

namespace proxy::client {

namespace runtime = booster::runtime;

namespace {

constexpr auto kAcknowledgeAfter = std::chrono::milliseconds(200);  // several fates share one message
constexpr std::size_t kAcknowledgeAtOnce = 500;                     // 16 bytes each

}  // namespace

Task<Result<>> Upward::serve(SessionLink& link, sync::AccountHandle account) {
  for (;;) {
    const std::uint64_t operations = store_.operations_changed().count();
    const std::uint64_t outbox = store_.outbox_changed().count();
    CO_TRY_ASSIGN(const bool anything, co_await anything_to_send());
    if (anything) break;
    CO_TRY(co_await past_either(store_.operations_changed(), operations, store_.outbox_changed(), outbox));
  }
  CO_TRY_ASSIGN(const std::unique_ptr<MessageStream> stream,
                co_await link.open(account, sync::MailPurpose::Operations, Class::SendSmall, Class::SendSmall));
  const TrafficMeter meter(*stream, traffic_);
  const runtime::Surroundings here = co_await runtime::surroundings();
  runtime::TaskScope uploads(loop_, *here.scope, [](const std::string&, const Error&) {});
  Lane lane(link, account, *stream, uploads);
  Together stories(loop_, *here.scope);
  stories.add("answers", read_answers(lane));
  stories.add("operations", send_operations(lane));
  stories.add("submissions", send_submissions(lane));
  stories.add("decisions", send_decisions(lane));
  stories.add("acknowledgements", send_acknowledgements(lane));
  lane_ = &lane;
  const Result<> end = co_await stories.join();
  lane_ = nullptr;
  uploads.cancel();
  co_await uploads.join();
  co_return end;
}

Task<Result<bool>> Upward::anything_to_send() {
  const Sequence start;
  CO_TRY_ASSIGN(const std::vector<OutgoingOperation> operations, co_await store_.operations(start, 1));
  if (!operations.empty()) co_return true;
  CO_TRY_ASSIGN(const std::vector<OutgoingSubmission> submissions, co_await store_.submissions(1));
  if (!submissions.empty()) co_return true;
  CO_TRY_ASSIGN(const std::vector<sync::Decide> decisions, co_await store_.decisions());
  if (!decisions.empty()) co_return true;
  CO_TRY_ASSIGN(const std::vector<sync::Ticket> tickets, co_await store_.to_acknowledge(1));
  co_return !tickets.empty();
}

Task<Result<>> Upward::send(Lane& lane, sync::OperationMessage message) {
  const codec::property::Chain chain = sync::encode(message);
  co_return co_await lane.stream.send(chain);
}

Task<Result<>> Upward::send_whole(Lane& lane, sync::Ticket ticket, sync::OperationMessage message) {
  CarriedItem item = item_up(ticket);
  const auto encode = [&message] { return sync::encode(message); };
  const codec::property::Chain chain = runtime::timed(lane.stream.cpu_clock(), item.what.cpu, encode);
  codec::content::Block block;
  CO_TRY(sync::get_block(chain, block));
  CO_TRY_ASSIGN(const messaging::Cost cost, co_await lane.stream.send_counted(chain));
  if (block.written == 0) co_return Result<>();  // only named
  item.what.count(block);
  item.what.charge(cost);
  carried_.arrived(std::move(item));
  co_return Result<>();
}

Task<Result<>> Upward::read_answers(Lane& lane) {
  for (;;) {
    CO_TRY_ASSIGN(const codec::property::Chain chain, co_await lane.stream.receive());
    Result<sync::OperationMessage> message = sync::decode_operation(chain);
    if (!message && message.error().code == Errc::Unsupported) continue;
    if (!message) co_return tl::unexpected(std::move(message).error().context("operations stream"));
    if (auto* result = std::get_if<sync::OperationResult>(&*message)) {
      CO_TRY(co_await take_result(lane, std::move(*result)));
    } else if (auto* report = std::get_if<sync::SubmissionReport>(&*message)) {
      CO_TRY(co_await take_report(lane, std::move(*report)));
    } else {
      co_return fail(Errc::Protocol, "operations stream: a message that only a client sends");
    }
  }
}

// Only what is durable here is acknowledged; the gateway may then forget the ticket in its time.
Task<Result<>> Upward::send_acknowledgements(Lane& lane) {
  for (;;) {
    const std::uint64_t seen = lane.to_settle.count();
    CO_TRY_ASSIGN(std::vector<sync::Ticket> tickets, co_await store_.to_acknowledge(kAcknowledgeAtOnce));
    if (tickets.empty()) {
      CO_TRY(co_await lane.to_settle.past(seen));
      CO_TRY(co_await runtime::sleep_for(kAcknowledgeAfter));
      continue;
    }
    sync::Acknowledge acknowledge;
    acknowledge.tickets = tickets;
    CO_TRY(co_await send(lane, std::move(acknowledge)));
    CO_TRY(co_await store_.acknowledged(std::move(tickets)));
  }
}

void Upward::link_changed() {
  if (lane_ != nullptr) lane_->changed.raise();
}

void Upward::tell_queue_changed() {
  events::Event event;
  event.topic = events::Topic::Queue;
  event.account = address_;
  events_.announce(std::move(event));
}

}  // namespace proxy::client
