// A mail that a program asks for while it is on its way by policy crosses once. The agent knows which stream it is on:
// it answers with the mail, which no Bodies stream brings then, or with the word that one has begun it. Source: sync
// PROTOCOL.md §5
#include "booster/runtime/timer.h"
#include "proxy/client/body_lane.h"
#include "proxy/client/together.h"

namespace proxy::client {

// Was asked to; nullptr: none.
BodyFetcher::BodyLane* BodyFetcher::lane_that_brings(const BodyKey& key) const {
  for (const auto& [of, lane] : lanes_) {
    if (lane->under_way.contains(key)) return lane.get();
  }
  return announced_lane(key);
}

// A fetch brings it, whatever stream it is on.
bool BodyFetcher::is_fetched(const BodyKey& key, const Fetching* by) const {
  const auto found = fetches_.find(key);
  return found != fetches_.end() && found->second.fetching.get() == by;
}

// While its octets come in on a Bodies stream, or (`begun`) are said to come there. false: they did not, nor were they.
//   Errors  those of the wait
Task<Result<bool>> BodyFetcher::wait_for_bodies(const BodyKey& key, std::shared_ptr<Fetching> fetching, bool begun) {
  for (bool waited = begun;; waited = true) {
    const std::uint64_t asked = asked_.count();
    const std::uint64_t settled = settled_.count();
    const bool arrives = receiving_.contains(key) || beginning_.contains(key);
    if (fetching->over() || !(arrives || (begun && lane_that_brings(key) != nullptr))) co_return waited;
    Result<> told = co_await booster::runtime::with_timeout(kFetchStall, past_either(asked_, asked, settled_, settled));
    if (!told && told.error().code != Errc::Timeout) co_return tl::unexpected(std::move(told).error());
    if (!told && !receiving_.contains(key)) co_return true;
  }
}

// What waits for a Bodies stream keeps nobody else from being fetched.
void BodyFetcher::leave_place() {
  --fetching_now_;
  ++traffic_.awaited;
  asked_.raise();
}

BodyFetcher::BodyLane* BodyFetcher::announced_lane(const BodyKey& key) const {
  const auto open = lanes_.find(Class::Bodies);
  return announced_.contains(key) && open != lanes_.end() ? open->second.get() : nullptr;
}

// Our own stream brings it, or says why not: no other does, or only later than anybody waits.
void BodyFetcher::taken_over(const BodyKey& key) {
  BodyLane* const lane = lane_that_brings(key);
  if (lane == nullptr) return;
  lane->cancelled[key] = {};
  settle(*lane, key);
  announced_.erase(key);
}

// Nobody waits for it any more, and whether the agent still brings it by policy is not known: asked for anew if wanted.
void BodyFetcher::cancel_policy_want(const BodyKey& key) {
  if (receiving_.contains(key)) return;
  for (auto& [of, lane] : lanes_) cancel(*lane, key);
  if (BodyLane* const lane = announced_lane(key)) {
    lane->cancelled[key] = {};
    lane->to_cancel.push_back(key);
    settled_.raise();
  }
  announced_.erase(key);
}

}  // namespace proxy::client
