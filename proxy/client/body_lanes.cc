// The Bodies streams: one for each class of which something is wanted. What a person moves, holds or cancels leaves its
// stream: not begun by telling the agent, half here by ending the stream. It goes on at the octet where it was.
#include "proxy/client/body_lane.h"

namespace proxy::client {

namespace runtime = booster::runtime;

Task<Result<BodyFetcher::BodyLane*>> BodyFetcher::lane_of(SessionLink& link, sync::AccountHandle account, Class of) {
  if (const auto found = lanes_.find(of); found != lanes_.end()) co_return found->second.get();
  CO_TRY_ASSIGN(std::unique_ptr<MessageStream> stream,
                co_await link.open(account, sync::MailPurpose::Bodies, Class::Interactive, of));
  const runtime::Surroundings here = co_await runtime::surroundings();
  auto lane = std::make_unique<BodyLane>(*this, *here.scope, of, std::move(stream));
  BodyLane* const opened = lane.get();
  lanes_[of] = std::move(lane);
  opened->reader.spawn("items", read_lane(*opened));
  co_return opened;
}

// Those that are interrupted, or all. What they were asked for is wanted as before.
Task<void> BodyFetcher::close_lanes(bool all) {
  for (auto at = lanes_.begin(); at != lanes_.end();) {
    if (!all && !at->second->interrupted) {
      ++at;
      continue;
    }
    const std::unique_ptr<BodyLane> closing = std::move(at->second);
    if (closing->rank == Class::Bodies) announced_.clear();
    at = lanes_.erase(at);
    closing->reader.cancel();
    co_await closing->reader.join();
    asked_.raise();  // a fetch may have waited for it to let go
  }
}

// A change of the order finds each item under way where it was asked for; whatever stands elsewhere now leaves. For
// what is held or cancelled the stream ends: of what the gateway has sent off already nothing more comes.
Task<Result<>> BodyFetcher::follow_orders() {
  const std::uint64_t now = store_.body_orders_changed().count();
  if (orders_seen_ == now) co_return Result<>();
  CO_TRY_ASSIGN(orders_, co_await store_.body_orders());
  orders_seen_ = now;
  end_announced();
  for (auto& [of, lane] : lanes_) {
    std::vector<BodyKey> leaving;
    for (const auto& [key, asked] : lane->under_way) {
      if (asked.body.raised) continue;
      const queue::BodyRank rank = orders_.rank(asked.body.mailbox, asked.body.uid, asked.body.size);
      if (rank.comes() && rank.of == of && rank.position == asked.position) continue;
      const bool begun = lane->receives(key);
      if (!rank.comes() || (begun && rank.of != of && lane->still_to_come() > kWorthFinishing)) {
        lane->interrupted = true;
      } else if (!begun) {
        leaving.push_back(key);
      }
    }
    for (const BodyKey& key : leaving) cancel(*lane, key);
  }
  co_return Result<>();
}

Task<Result<>> BodyFetcher::send_cancels() {
  for (auto& [of, lane] : lanes_) {
    bool any = false;
    while (!lane->to_cancel.empty()) {
      sync::CancelItems cancel;
      cancel.mailbox = lane->to_cancel.front().mailbox;
      cancel.uid_validity = lane->to_cancel.front().uid_validity;
      while (!lane->to_cancel.empty() && lane->to_cancel.front().mailbox == cancel.mailbox &&
             lane->to_cancel.front().uid_validity == cancel.uid_validity) {
        cancel.uids.push_back(lane->to_cancel.front().uid);
        lane->to_cancel.pop_front();
      }
      const sync::ItemMessage message = std::move(cancel);
      const codec::property::Chain chain = sync::encode(message);
      CO_TRY(co_await lane->stream->batch(chain));
      any = true;
    }
    if (any) CO_TRY(co_await lane->stream->flush());
  }
  co_return Result<>();
}

Task<Result<>> BodyFetcher::read_lane(BodyLane& lane) {
  Result<> end = co_await read_items(lane);
  lane.ended = std::move(end);
  settled_.raise();
  co_return Result<>();
}

Task<Result<>> BodyFetcher::read_items(BodyLane& lane) {
  for (;;) {
    CO_TRY_ASSIGN(const codec::property::Chain chain, co_await lane.stream->receive());
    lane.meter.update();
    Result<sync::ItemMessage> message = sync::decode_item(chain);
    if (!message && message.error().code == Errc::Unsupported) continue;
    if (!message) co_return tl::unexpected(std::move(message).error().context("bodies stream"));
    CO_TRY(co_await take_item(lane, *std::move(message)));
  }
}

Task<Result<>> BodyFetcher::take_item(BodyLane& lane, sync::ItemMessage message) {
  Incoming& item = lane.item;
  if (auto* start = std::get_if<sync::ItemStart>(&message)) co_return co_await take_start(lane, std::move(*start));
  if (auto* references = std::get_if<sync::ItemReferences>(&message))
    co_return co_await take_references(lane, std::move(*references));
  if (auto* block = std::get_if<sync::ItemBlock>(&message))
    co_return co_await take_repeating_block(lane, std::move(*block));
  if (const auto* end = std::get_if<sync::ItemEnd>(&message)) {
    const BodyKey key = item.key();
    CO_TRY_ASSIGN(const Ended ended, co_await end_item(item, end->digest, lane.items));
    settle(lane, key);
    arrived(key, ended == Ended::Whole);
    co_return Result<>();
  }
  if (auto* failed = std::get_if<sync::ItemFailed>(&message)) {
    const BodyKey key{failed->mailbox, failed->uid_validity, failed->uid};
    if (lane.receives(key)) {
      item.end(Error(Errc::NotFound, failed->text));
      lane.items.came_to_nothing();
    }
    CO_TRY(co_await take_failed(std::move(*failed)));
    settle(lane, key);
    arrived(key, false);
    co_return Result<>();
  }
  if (const auto* elsewhere = std::get_if<sync::ItemElsewhere>(&message)) {
    settle(lane, BodyKey{elsewhere->mailbox, elsewhere->uid_validity, elsewhere->uid});
    co_return Result<>();
  }
  co_return fail(Errc::Protocol, "bodies: a message that only a client sends");
}

// A small one that was cancelled too late is taken: its octets have crossed the link.
Task<Result<>> BodyFetcher::take_start(BodyLane& lane, sync::ItemStart start) {
  if (lane.item.active()) co_return fail(Errc::Protocol, "bodies: an item begins inside another");
  if (start.mailbox.empty()) {  // of the one before
    start.mailbox = lane.item.key().mailbox;
    start.uid_validity = lane.item.key().uid_validity;
  }
  const BodyKey key{start.mailbox, start.uid_validity, start.uid};
  const std::uint64_t left = start.size - std::min(start.size, start.offset);
  lane.size = start.size;
  std::optional<std::uint64_t> offset;
  if (const auto asked = lane.under_way.find(key); asked != lane.under_way.end()) {
    offset = asked->second.body.offset;
  } else if (const auto late = lane.cancelled.find(key); late != lane.cancelled.end()) {
    if (left <= kWorthFinishing) offset = late->second.body.offset;
    lane.cancelled.erase(late);
  } else {
    CO_TRY_ASSIGN(const bool announced, co_await is_announced(key));
    if (announced) offset = 0;
  }
  if (offset) {
    const auto waited = fetches_.find(key);
    std::shared_ptr<Fetching> fetching;
    if (waited != fetches_.end()) fetching = waited->second.fetching;
    CO_TRY(co_await start_item(lane.item, std::move(start), *offset, std::move(fetching)));
    if (lane.item.sink() != nullptr) lane.items.begin(key);
  } else {
    lane.item.begin_passing_over(key);
  }
  if (lane.item.sink() == nullptr && left > kWorthFinishing) {
    lane.interrupted = true;
    settled_.raise();
  }
  co_return Result<>();
}

void BodyFetcher::cancel(BodyLane& lane, const BodyKey& key) {
  const auto asked = lane.under_way.find(key);
  if (asked == lane.under_way.end()) return;
  lane.cancelled[key] = asked->second;
  lane.to_cancel.push_back(key);
  settle(lane, key);
}

void BodyFetcher::settle(BodyLane& lane, const BodyKey& key) {
  const auto asked = lane.under_way.find(key);
  if (asked == lane.under_way.end()) return;
  lane.bytes -= asked->second.bytes;
  lane.under_way.erase(asked);
  settled_.raise();
}

BodyFetcher::BodyLane* BodyFetcher::receiver_of(const BodyKey& key) {
  for (auto& [of, lane] : lanes_) {
    if (lane->receives(key) && lane->item.sink() != nullptr) return lane.get();
  }
  return nullptr;
}

// A program waits for what comes in by policy while something else goes before it: taken off its stream. false: it is
// as fast there.
bool BodyFetcher::overtake(const BodyKey& key) {
  BodyLane* const lane = receiver_of(key);
  if (lane == nullptr || lane->still_to_come() <= kWorthFinishing) return false;
  bool behind = false;
  for (const auto& [of, other] : lanes_) behind = behind || (of < lane->rank && !other->under_way.empty());
  if (!behind) return false;
  lane->interrupted = true;
  settled_.raise();
  return true;
}

}  // namespace proxy::client
