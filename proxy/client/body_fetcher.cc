#include "proxy/client/body_fetcher.h"

#include <algorithm>

#include "booster/runtime/timer.h"
#include "proxy/client/body_lane.h"
#include "proxy/client/together.h"

namespace proxy::client {

namespace runtime = booster::runtime;

namespace {

// What could not be read is asked for again after the first; after each that changes nothing it takes twice as long.
constexpr runtime::Duration kFirstAside = std::chrono::seconds(5);
constexpr runtime::Duration kLastAside = std::chrono::minutes(10);

}  // namespace

BodyFetcher::BodyFetcher(runtime::Loop& loop, AccountStore& store, events::Events& events, CarriedLog& carried,
                         std::string address)
    : loop_(loop), store_(store), events_(events), carried_(carried), address_(std::move(address)) {}

BodyFetcher::~BodyFetcher() = default;

Task<Result<>> BodyFetcher::serve_policy(SessionLink& link, sync::AccountHandle account) {
  set_aside_.clear();
  aside_for_ = kFirstAside;
  left_out_.reset();
  Result<> end = co_await ask_by_policy(link, account);
  co_await close_lanes(true);
  co_return end;
}

// So many bytes are kept under way, topped up when half of them are here.
Task<Result<>> BodyFetcher::ask_by_policy(SessionLink& link, sync::AccountHandle account) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  for (;;) {
    const std::uint64_t wanted = store_.bodies_wanted().count();
    const std::uint64_t settled = settled_.count();
    for (auto& [of, lane] : lanes_) {
      if (lane->ended) co_return *lane->ended;
    }
    CO_TRY(co_await follow_orders());
    co_await close_lanes(false);
    CO_TRY(co_await send_cancels());
    CO_TRY(co_await want_new(link, account));
    if (has_room(orders_.first()) || (left_out_ && has_room(*left_out_))) {
      CO_TRY_ASSIGN(std::vector<WantedBody> chosen, co_await choose());
      if (!chosen.empty()) {
        CO_TRY(co_await ask_on_lanes(link, account, std::move(chosen)));
        continue;
      }
    }
    const runtime::Duration rest = set_aside_.empty() ? kLastAside : again_at_ - loop_.now();
    if (rest <= runtime::Duration::zero()) {
      set_aside_.clear();
      aside_for_ = std::min(aside_for_ * 2, kLastAside);
      continue;
    }
    (void)co_await runtime::with_timeout(rest, past_either(store_.bodies_wanted(), wanted, settled_, settled));
    if (here.scope->cancelled()) co_return fail(Errc::Cancelled, "bodies");
  }
}

// Half of what may be under way of this class and those before it is here.
bool BodyFetcher::has_room(Class of) const {
  std::uint64_t bytes = 0;
  std::size_t items = 0;
  for (const auto& [its, lane] : lanes_) {
    if (its > of) break;
    bytes += lane->bytes;
    items += lane->under_way.size();
  }
  return bytes <= kBytesUnderWay / 2 && items <= kItemsUnderWay / 2;
}

bool BodyFetcher::is_known(const BodyKey& key) const {
  const bool asked = std::any_of(lanes_.begin(), lanes_.end(),
                                 [&key](const auto& lane) { return lane.second->under_way.contains(key); });
  return asked || announced_.contains(key) || set_aside_.contains(key) || fetches_.contains(key) ||
         receiving_.contains(key);
}

// The next bodies by policy that are not on their way already.
Task<Result<std::vector<WantedBody>>> BodyFetcher::choose() {
  std::size_t known = announced_.size() + set_aside_.size() + fetches_.size() + receiving_.size();
  for (const auto& [of, lane] : lanes_) known += lane->under_way.size();
  CO_TRY_ASSIGN(std::vector<WantedBody> wanted, co_await store_.wanted_bodies(known + kItemsUnderWay));
  std::vector<WantedBody> chosen;
  left_out_.reset();
  std::uint64_t bytes = 0;
  std::size_t items = 0;
  auto counted = lanes_.begin();
  for (WantedBody& body : wanted) {
    if (body.raised && serving_fetches_) continue;  // on a stream of its own
    for (; counted != lanes_.end() && counted->first <= body.of; ++counted) {
      bytes += counted->second->bytes;
      items += counted->second->under_way.size();
    }
    if (is_known(key_of(body))) continue;
    if (bytes >= kBytesUnderWay || items >= kItemsUnderWay) {
      left_out_ = body.of;
      break;
    }
    bytes += body.size - std::min(body.size, body.offset);
    ++items;
    chosen.push_back(std::move(body));
  }
  co_return chosen;
}

// They stand class by class.
Task<Result<>> BodyFetcher::ask_on_lanes(SessionLink& link, sync::AccountHandle account,
                                         std::vector<WantedBody> bodies) {
  bool overtaken = false;
  for (std::size_t at = 0; at < bodies.size();) {
    const Class of = bodies[at].of;
    CO_TRY_ASSIGN(BodyLane* const lane, co_await lane_of(link, account, of));
    std::vector<WantedBody> together;
    for (; at < bodies.size() && bodies[at].of == of; ++at) {
      Asked asked;
      asked.body = bodies[at];
      asked.position = orders_.rank(asked.body.mailbox, asked.body.uid, asked.body.size).position;
      asked.bytes = asked.body.size - std::min(asked.body.size, asked.body.offset);
      lane->bytes += asked.bytes;
      lane->cancelled.erase(key_of(asked.body));
      lane->under_way[key_of(asked.body)] = std::move(asked);
      together.push_back(std::move(bodies[at]));
    }
    CO_TRY(co_await ask(*lane->stream, together));
    for (const auto& [its, other] : lanes_) overtaken = overtaken || (its > of && other->item.active());
  }
  if (overtaken) asked_.raise();  // a program may wait for what this goes before
  co_return Result<>();
}

// Not to be had now. The first of several sets the time at which all are asked for again.
void BodyFetcher::set_aside(BodyKey key) {
  if (set_aside_.empty()) again_at_ = loop_.now() + aside_for_;
  set_aside_.insert(std::move(key));
}

// What is asked for, for people.
std::vector<BodyFetcher::UnderWay> BodyFetcher::under_way() const {
  std::vector<UnderWay> all;
  const auto add = [this, &all](const WantedBody& body, bool waited_for) {
    UnderWay& one = all.emplace_back();
    one.mailbox = body.mailbox;
    one.uid = body.uid;
    one.waited_for = waited_for;
    one.apart = waited_for || body.size > queue::kLargeBody || orders_.find(body.mailbox, body.uid) != nullptr;
    one.here = std::min(body.size, body.offset);
    one.left = body.size - one.here;
    const auto coming = receiving_.find(key_of(body));
    if (coming == receiving_.end() || !coming->second->size()) return;
    one.coming = true;
    one.here = coming->second->available();
    one.left = *coming->second->size() - one.here;
  };
  for (const auto& [key, fetch] : fetches_) add(fetch.body, true);
  for (const auto& [of, lane] : lanes_) {
    for (const auto& [key, asked] : lane->under_way) {
      if (!fetches_.contains(key)) add(asked.body, asked.body.raised);
    }
  }
  return all;
}

void BodyFetcher::update_carried() {
  for (auto& [of, lane] : lanes_) lane->items.update();
  for (const auto& stream : resting_) stream->items.update();
}

// One message for what stands together in one mailbox; only its first may be here in part, or asked for raw.
Task<Result<>> BodyFetcher::ask(MessageStream& stream, const std::vector<WantedBody>& bodies,
                                std::optional<std::uint64_t> asked_for) {
  for (std::size_t at = 0; at < bodies.size();) {
    sync::WantItems want;
    want.mailbox = bodies[at].server_mailbox;
    want.uid_validity = bodies[at].uid_validity;
    want.offset = bodies[at].offset;
    want.running = bodies[at].running;
    want.raw = wrong_once_.contains(key_of(bodies[at]));
    want.asked_for = asked_for;
    do {
      want.uids.push_back(bodies[at].server_uid);
      ++at;
    } while (at < bodies.size() && bodies[at].offset == 0 && !wrong_once_.contains(key_of(bodies[at])) &&
             bodies[at].server_mailbox == want.mailbox && bodies[at].uid_validity == want.uid_validity);
    const sync::ItemMessage message = std::move(want);
    const codec::property::Chain chain = sync::encode(message);
    CO_TRY(co_await stream.batch(chain));
  }
  co_return co_await stream.flush();
}

}  // namespace proxy::client
