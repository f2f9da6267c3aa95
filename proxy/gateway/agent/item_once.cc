// What a program asks for while it is on its way by policy crosses once: on the Bodies stream that has begun it, or
// else on the Fetch stream alone.                                                                       Source:
// PROTOCOL.md §5
#include <algorithm>

#include "proxy/gateway/agent/device_session.h"

namespace proxy::gateway::agent {

namespace {

constexpr std::size_t kMostFetchedFirst = 1024;  // of wants that are on their way still: a client has fewer

}  // namespace

void ItemFeed::join_bodies() {
  if (urgency_ != Urgency::Interactive) bodies_.feeds.push_back(this);
}

void ItemFeed::leave_bodies() {
  std::erase(bodies_.feeds, this);
}

// Not begun yet: it is ours to bring.
std::optional<ItemFeed::Want> ItemFeed::take_back(const sync::ItemKey& key) {
  const auto found = std::find_if(wants_.begin(), wants_.end(),
                                  [&key](const Want& one) { return !one.elsewhere && one.key() == key; });
  if (found == wants_.end()) return std::nullopt;
  Want want = std::move(*found);
  wants_.erase(found);
  return want;
}

Begun ItemFeed::standing_of(const BegunItems::Place& place, const Want& want) const {
  Begun mail;
  mail.sent = stream_.coded_sent();
  mail.begin = place.begin;
  mail.end = place.end.value_or(mail.sent);
  mail.arrived = want.asked_for.value_or(0);
  mail.twice = bodies_.twice;
  mail.link = link_;
  return mail;
}

// What one stream has begun stands in its window: what comes behind it there could not be read without it. It is in no
// more than the stream's buffers, which are short. What is only planned leaves the plan. Where neither is, the want on
// the Bodies stream comes later than this one.
bool ItemFeed::is_begun_elsewhere(Want& want) {
  const sync::ItemKey key = want.key();
  for (const ItemFeed* const feed : bodies_.feeds) {
    const BegunItems::Place* const place = feed->begun_.find(key);
    if (place == nullptr) continue;
    const Begun mail = feed->standing_of(*place, want);
    if (!is_worth_crossing_twice(mail)) return true;
    bodies_.twice += mail.size();
    return false;
  }
  bool planned = false;
  for (ItemFeed* const feed : bodies_.feeds) {
    const std::optional<Want> taken = feed->take_back(key);
    if (!taken) continue;
    planned = true;
    want.pushed = want.pushed || taken->pushed;
    want.plain = want.plain || taken->plain;
  }
  if (planned) return false;
  if (bodies_.fetched_first.size() >= kMostFetchedFirst) bodies_.fetched_first.clear();
  bodies_.fetched_first.insert(key);
  return false;
}

// A want that was overtaken by the same on a Fetch stream is answered once with the word that it goes there. Asked for
// again it comes: what became of the other is the client's to know.
void ItemFeed::plan(Want want) {
  const sync::ItemKey key = want.key();
  begun_.forget(key);
  if (urgency_ != Urgency::Interactive && !want.raw && !want.plain)
    want.elsewhere = bodies_.fetched_first.erase(key) > 0;
  wants_.push_back(std::move(want));
}

Task<Result<>> ItemFeed::send_elsewhere(const Want& want) {
  sync::ItemElsewhere elsewhere;
  elsewhere.mailbox = want.mailbox;
  elsewhere.uid_validity.value = want.uid_validity;
  elsewhere.uid.value = want.uid;
  const sync::ItemMessage message = std::move(elsewhere);
  const codec::property::Chain chain = sync::encode(message);
  co_return co_await stream_.send(chain);
}

}  // namespace proxy::gateway::agent
