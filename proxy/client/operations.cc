// Operations go up in the order in which the user made them; a window of them is unanswered at once. All of them may be
// sent again: their tickets make them one.
#include "booster/runtime/timer.h"
#include "proxy/client/lane.h"
#include "proxy/client/together.h"

namespace proxy::client {

namespace runtime = booster::runtime;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr auto kFirstLater = seconds(2);    // a mailbox that another program holds locked
constexpr auto kLongestLater = minutes(5);  // over quota: a person has to act

}  // namespace

Task<Result<>> Upward::send_operations(Lane& lane) {
  for (;;) {
    const std::uint64_t journal = store_.operations_changed().count();
    const std::uint64_t room = lane.changed.count();
    if (lane.not_before > loop_.now()) {
      CO_TRY(co_await runtime::sleep_until(lane.not_before));
      continue;
    }
    bool sent = false;
    if (lane.operations.size() < kOperationWindow) {
      const std::size_t limit = kOperationWindow + lane.waiting_for_octets.size();
      CO_TRY_ASSIGN(std::vector<OutgoingOperation> next, co_await store_.operations(lane.sent_to, limit));
      for (OutgoingOperation& outgoing : next) {
        if (lane.not_before > loop_.now() || lane.operations.size() >= kOperationWindow) break;
        lane.sent_to = outgoing.sequence;
        sent = true;
        const sync::Ticket& ticket = outgoing.operation.ticket;
        if (lane.operations.contains(ticket) || lane.waiting_for_octets.contains(ticket)) continue;
        CO_TRY(co_await send_operation(lane, std::move(outgoing)));
      }
    }
    if (!sent) CO_TRY(co_await past_either(store_.operations_changed(), journal, lane.changed, room));
  }
}

Task<Result<>> Upward::send_operation(Lane& lane, OutgoingOperation outgoing) {
  Lane::OpenOperation open;
  open.size = outgoing.operation.size;
  open.digest = outgoing.operation.digest;
  lane.operations[outgoing.operation.ticket] = open;
  const sync::Ticket ticket = outgoing.operation.ticket;
  if (outgoing.operation.octets.empty()) co_return co_await send(lane, std::move(outgoing.operation));
  co_return co_await send_whole(lane, ticket, std::move(outgoing.operation));
}

Task<Result<>> Upward::take_result(Lane& lane, sync::OperationResult result) {
  using Code = sync::OperationResult::Code;
  const auto found = lane.operations.find(result.ticket);
  const bool temporary = result.code == Code::Later || result.code == Code::NeedOctets;
  if (found == lane.operations.end() && temporary) co_return Result<>();
  if (found != lane.operations.end()) {
    const Lane::OpenOperation open = found->second;
    lane.operations.erase(found);
    if (temporary) lane.sent_to = Sequence{};  // all that is undone comes by again; what is under way is passed over
    if (result.code == Code::NeedOctets) {
      lane.waiting_for_octets.insert(result.ticket);
      start_upload(lane, result.ticket, open.digest, open.size, Class::Bodies);
    }
  }
  if (result.code == Code::Later) {
    const auto grown = kFirstLater * (1 << std::min(lane.laters++, 8));
    lane.not_before = loop_.now() + std::min<runtime::Duration>(grown, kLongestLater);
  }
  if (!temporary) {
    lane.laters = 0;
    CO_TRY(co_await store_.operation_result(std::move(result)));
    lane.to_settle.raise();
    tell_queue_changed();
  }
  lane.changed.raise();
  co_return Result<>();
}

}  // namespace proxy::client
