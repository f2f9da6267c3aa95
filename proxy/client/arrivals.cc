// Bodies of mail that arrives: the agent sends them unasked, behind their rows on the sync stream, so that they are
// here a round trip sooner.                                                                 Source: sync PROTOCOL.md §5
#include "booster/runtime/timer.h"
#include "proxy/client/body_lane.h"

namespace proxy::client {

namespace runtime = booster::runtime;

namespace {

// The row comes on a stream that goes before ours; two retries of a lost packet on a GEO link fit.
constexpr auto kRowLimit = std::chrono::seconds(30);

}  // namespace

// While a person's orders stand, nothing comes unasked: they say what may come.
Task<Result<>> BodyFetcher::want_new(SessionLink& link, sync::AccountHandle account) {
  const std::uint64_t most = store_.wants_new_bodies() && orders_.size() == 0 ? kWorthFinishing : 0;
  const auto open = lanes_.find(Class::Bodies);
  const std::uint64_t told = open == lanes_.end() ? 0 : open->second->takes_new;
  const std::uint64_t evictions = store_.bodies_evicted().count();
  if (most == told && (most == 0 || evictions == evictions_told_)) co_return Result<>();
  evictions_told_ = evictions;
  CO_TRY_ASSIGN(BodyLane* const lane, co_await lane_of(link, account, Class::Bodies));
  lane->takes_new = most;
  sync::WantNew want;
  want.serial = ++last_serial_;
  want.most = most;
  if (most != 0) {
    if (told == 0) {
      CO_TRY_ASSIGN(want.held, co_await store_.held_bodies());
    }
    CO_TRY_ASSIGN(want.here, co_await store_.held_ranges());
  }
  if (lane->first_serial == 0) lane->first_serial = want.serial;
  const sync::ItemMessage message = std::move(want);
  const codec::property::Chain chain = sync::encode(message);
  co_return co_await lane->stream->send(chain);
}

// A person's orders hold for what comes unasked too: its stream ends, and what may come is asked for in their order.
void BodyFetcher::end_announced() {
  const auto open = lanes_.find(Class::Bodies);
  if (!announced_.empty() && open != lanes_.end()) open->second->interrupted = true;
}

void BodyFetcher::follow_feed(bool serving) {
  feed_serving_ = serving;
  told_.raise();
}

// What was announced for a stream that is gone does not come.
void BodyFetcher::announce(std::uint64_t serial, std::vector<BodyKey> keys) {
  const auto open = lanes_.find(Class::Bodies);
  if (open == lanes_.end() || open->second->first_serial == 0 || serial < open->second->first_serial) return;
  for (BodyKey& key : keys) announced_[std::move(key)] = false;
}

void BodyFetcher::announced_are_stored() {
  for (auto& [key, stored] : announced_) stored = true;
  told_.raise();
}

// Waits for the row of what comes unasked. false: no row will come.
Task<Result<bool>> BodyFetcher::is_announced(const BodyKey& key) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  const runtime::TimePoint until = loop_.now() + kRowLimit;
  for (;;) {
    const auto found = announced_.find(key);
    if (found != announced_.end() && found->second) co_return true;
    if (!feed_serving_ || loop_.now() >= until) co_return false;
    (void)co_await runtime::with_timeout(until - loop_.now(), told_.past(told_.count()));
    if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "bodies");
  }
}

// On its way, with nothing before it on its stream: a stream of its own would bring it no sooner.
bool BodyFetcher::comes_soon(const BodyKey& key) const {
  const auto open = lanes_.find(Class::Bodies);
  return announced_.contains(key) && open != lanes_.end() && open->second->under_way.empty();
}

// Whole or not: whoever wants it still asks for it.
void BodyFetcher::arrived(const BodyKey& key, bool whole) {
  if (announced_.erase(key) == 0) return;
  if (whole) ++arrived_unasked_;
  asked_.raise();
  settled_.raise();
}

}  // namespace proxy::client
