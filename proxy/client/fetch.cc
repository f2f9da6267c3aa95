// Fetch: one message that a person waits for, on a stream that is its own meanwhile, read by the caller while it
// arrives.
#include "booster/runtime/timer.h"
#include "proxy/client/body_lane.h"
#include "proxy/client/together.h"

namespace proxy::client {

namespace runtime = booster::runtime;

namespace {

// No program fetches for so long: the streams end, and the agent frees their windows.
constexpr auto kFetchRest = std::chrono::minutes(1);

}  // namespace

Task<Result<std::shared_ptr<Fetching>>> BodyFetcher::fetch_now(MailboxId mailbox, LocalUid uid) {
  CO_TRY_ASSIGN(std::optional<WantedBody> body, co_await store_.wanted_body(mailbox, uid));
  if (!body) co_return fail(Errc::NotFound, "the message is here, or not at the server");
  if (!serving_fetches_) co_return fail(Errc::Unreachable, "off-line");
  const BodyKey key = key_of(*body);
  if (const auto known = fetches_.find(key); known != fetches_.end()) co_return known->second.fetching;
  if (const auto coming = receiving_.find(key); coming != receiving_.end() && !overtake(key)) co_return coming->second;
  co_return request(*std::move(body));
}

std::shared_ptr<Fetching> BodyFetcher::request(WantedBody body) {
  auto fetching = std::make_shared<Fetching>(key_of(body));
  fetches_[key_of(body)] = Fetch{fetching, body};
  requests_.emplace_back(std::move(body), fetching);
  asked_.raise();
  return fetching;
}

// What faces raised in the replica, without asking us.
Task<Result<>> BodyFetcher::request_raised() {
  CO_TRY_ASSIGN(std::vector<WantedBody> wanted, co_await store_.wanted_bodies(fetches_.size() + 2 * kFetchesAtOnce));
  for (WantedBody& body : wanted) {
    const BodyKey key = key_of(body);
    if (!body.raised || fetches_.contains(key) || comes_soon(key)) continue;
    if (receiving_.contains(key) && !overtake(key)) continue;
    (void)request(std::move(body));
  }
  co_return Result<>();
}

Task<Result<>> BodyFetcher::serve_fetches(SessionLink& link, sync::AccountHandle account) {
  const runtime::Surroundings here = co_await runtime::surroundings();
  runtime::TaskScope fetches(loop_, *here.scope, [](const std::string&, const Error&) {});
  serving_fetches_ = true;
  fetching_now_ = 0;
  Result<> going;
  while (going) {
    const std::uint64_t raised = store_.bodies_wanted().count();
    going = co_await request_raised();
    if (!going) break;
    const std::uint64_t seen = asked_.count();
    while (!requests_.empty() && fetching_now_ < kFetchesAtOnce) {
      auto [body, fetching] = std::move(requests_.front());
      requests_.pop_front();
      ++fetching_now_;
      fetches.spawn("fetch", fetch_one(link, account, std::move(body), std::move(fetching)));
    }
    if (resting_.empty()) {
      going = co_await past_either(asked_, seen, store_.bodies_wanted(), raised);
      continue;
    }
    going = co_await runtime::with_timeout(kFetchRest, past_either(asked_, seen, store_.bodies_wanted(), raised));
    if (going || going.error().code != Errc::Timeout) continue;
    resting_.clear();
    going = {};
  }
  serving_fetches_ = false;
  fetches.cancel();
  co_await fetches.join();
  resting_.clear();
  fail_fetches();
  co_return going;
}

void BodyFetcher::fail_fetches() {
  for (auto& [body, fetching] : requests_) fetching->fail_with(Error(Errc::Unreachable, "off-line"));
  requests_.clear();
  for (auto& [key, fetch] : fetches_) fetch.fetching->fail_with(Error(Errc::Unreachable, "off-line"));
  fetches_.clear();
}

Task<Result<>> BodyFetcher::fetch_one(SessionLink& link, sync::AccountHandle account, WantedBody body,
                                      std::shared_ptr<Fetching> fetching) {
  const BodyKey key = key_of(body);
  const MailboxId mailbox = body.mailbox;
  const LocalUid uid = body.uid;
  Result<> end = co_await fetch_whole(link, account, std::move(body), std::move(fetching));
  if (!end) {
    cancel_policy_want(key);  // the agent may have taken it out of what it brings there
    const bool told = end.error().code == Errc::NotFound || end.error().code == Errc::Corrupt;
    const auto latest = fetches_.find(key);
    if (latest != fetches_.end())
      latest->second.fetching->fail_with(told ? end.error() : Error(Errc::Unreachable, end.error().what));
  }
  const runtime::Surroundings here = co_await runtime::surroundings();
  // Not to be had: asked for again when a person wants it again. A lost session leaves the wish.
  if (!end && !here.scope->cancelled() && !link.mux().closed())
    (void)co_await store_.drop_wish(mailbox, uid, end.error());
  fetches_.erase(key);
  --fetching_now_;
  asked_.raise();
  settled_.raise();  // a policy may want what was fetched in part
  co_return end;
}

// On a stream of its own, unless a Bodies stream has begun it: then from there. Whatever became of that, what is
// lacking is asked for here.
Task<Result<>> BodyFetcher::fetch_whole(SessionLink& link, sync::AccountHandle account, WantedBody body,
                                        std::shared_ptr<Fetching> fetching) {
  const BodyKey key = key_of(body);
  bool begun = false;
  for (;;) {
    if (begun) leave_place();
    const Result<bool> waited = co_await wait_for_bodies(key, fetching, begun);
    if (begun) ++fetching_now_;
    if (!waited) co_return tl::unexpected(waited.error());
    if (fetching->done()) co_return Result<>();
    if (fetching->failed()) co_return tl::unexpected(*fetching->failed());
    if (*waited) {  // more of it may be here meanwhile
      CO_TRY_ASSIGN(std::optional<WantedBody> now, co_await store_.wanted_body(body.mailbox, body.uid));
      if (!now) co_return fail(Errc::NotFound, "the message is here");
      body = *std::move(now);
      if (wrong_once_.contains(key) && fetching->size()) fetching = begin_again(body, *fetching);
    }
    CO_TRY_ASSIGN(const Ended ended, co_await fetch_on_stream(link, account, body, fetching, !begun));
    if (ended != Ended::Elsewhere) co_return Result<>();
    if (std::exchange(begun, true)) co_return fail(Errc::Protocol, "fetch: not asked for on another stream");
  }
}

// A program that reads mail after mail finds the window of the last one. A stream that rested may have ended with its
// agent: then, once, on a new one.
Task<Result<BodyFetcher::Ended>> BodyFetcher::fetch_on_stream(SessionLink& link, sync::AccountHandle account,
                                                              WantedBody body, std::shared_ptr<Fetching> fetching,
                                                              bool may_wait) {
  for (;;) {
    std::unique_ptr<FetchStream> on;
    const bool rested = !resting_.empty();
    if (rested) {
      on = std::move(resting_.back());
      resting_.pop_back();
    } else {
      CO_TRY_ASSIGN(std::unique_ptr<MessageStream> opened,
                    co_await link.open(account, sync::MailPurpose::Fetch, Class::Interactive, Class::Interactive));
      on = std::make_unique<FetchStream>(*this, std::move(opened));
    }
    Result<Ended> carried = co_await carry_fetch(*on, body, fetching, may_wait);
    on->meter.update();
    if (carried) resting_.push_back(std::move(on));
    const bool again =
        !carried && rested && carried.error().code != Errc::Cancelled && !fetching->over() && !fetching->size();
    if (!again) co_return carried;
  }
}

// Who read along has seen wrong octets and is told; who asks from now on joins the second try.
std::shared_ptr<Fetching> BodyFetcher::begin_again(const WantedBody& body, Fetching& wrong) {
  wrong.fail_with(Error(Errc::Corrupt, "the message arrived with a wrong digest"));
  auto fetching = std::make_shared<Fetching>(key_of(body));
  fetches_[key_of(body)] = Fetch{fetching, body};
  return fetching;
}

// A wrong digest is asked for once more, from the beginning.
Task<Result<BodyFetcher::Ended>> BodyFetcher::carry_fetch(FetchStream& on, WantedBody body,
                                                          std::shared_ptr<Fetching> fetching, bool may_wait) {
  const BodyKey key = key_of(body);
  for (;;) {
    std::vector<WantedBody> wanted;
    wanted.push_back(body);
    std::optional<std::uint64_t> asked_for;
    const BodyLane* const lane = may_wait ? lane_that_brings(key) : nullptr;
    if (lane != nullptr) asked_for = lane->stream->coded_received();
    CO_TRY(co_await ask(*on.stream, wanted, asked_for));
    CO_TRY_ASSIGN(const Ended ended, co_await read_fetched(on, key, body.offset, fetching));
    if (ended == Ended::Whole || ended == Ended::Elsewhere) co_return ended;
    const bool comes = receiving_.contains(key) || beginning_.contains(key);
    if (ended == Ended::Dropped && !comes && !fetching->over())
      co_return fail(Errc::NotFound, "the message is not to be had");
    // The Bodies stream had begun it when our stream came to it.
    if (ended == Ended::Dropped) {
      CO_TRY(co_await runtime::with_timeout(kFetchStall, fetching->wait_over()));
      co_return ended;
    }
    fetching = begin_again(body, *fetching);
    body.offset = 0;
    body.running = {};
  }
}

Task<Result<BodyFetcher::Ended>> BodyFetcher::read_fetched(FetchStream& on, const BodyKey& key, std::uint64_t offset,
                                                           std::shared_ptr<Fetching> fetching) {
  Incoming item(*this);
  for (;;) {
    CO_TRY_ASSIGN(const codec::property::Chain chain,
                  co_await runtime::with_timeout(kFetchStall, on.stream->receive()));
    CO_TRY_ASSIGN(sync::ItemMessage message, sync::decode_item(chain));
    if (auto* start = std::get_if<sync::ItemStart>(&message)) {
      if (BodyKey{start->mailbox, start->uid_validity, start->uid} != key)
        co_return fail(Errc::Protocol, "fetch: another item than was asked for");
      taken_over(key);
      CO_TRY(co_await start_item(item, std::move(*start), offset, fetching));
      if (item.sink() != nullptr) on.items.begin(key);
    } else if (auto* block = std::get_if<sync::ItemBlock>(&message)) {
      CO_TRY(co_await take_block(item, std::move(*block), on.items));
    } else if (const auto* end = std::get_if<sync::ItemEnd>(&message)) {
      co_return co_await end_item(item, end->digest, on.items);
    } else if (auto* failed = std::get_if<sync::ItemFailed>(&message)) {
      const std::string text = failed->text;
      const bool gone = failed->gone;
      taken_over(key);
      CO_TRY(co_await take_failed(std::move(*failed)));
      on.items.came_to_nothing();
      item.end(Error(gone ? Errc::NotFound : Errc::Unreachable, text));
      fetching->fail_with(Error(gone ? Errc::NotFound : Errc::Unreachable, text));
      co_return Ended::Dropped;
    } else if (std::holds_alternative<sync::ItemElsewhere>(message)) {
      co_return Ended::Elsewhere;
    } else {
      co_return fail(Errc::Protocol, "fetch: a message that only a client sends");
    }
  }
}

}  // namespace proxy::client
