// BodyFetcher: brings bodies down: by policy, newest first, on a Bodies stream for each class; what a person waits for
// at once, on a Fetch stream of its own.                                                                Source: sync
// PROTOCOL.md §5
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "booster/runtime/scope.h"
#include "codec/refer/prefix.h"
#include "proxy/client/account_store.h"
#include "proxy/client/events/events.h"
#include "proxy/client/fetching.h"
#include "proxy/client/item_meter.h"
#include "proxy/client/session_link.h"
#include "proxy/client/traffic.h"

namespace proxy::client {

// Asked for and not here yet, by policy: two BDP of 10 Mbit/s at 600 ms, so that the agent never waits for our asking.
// Of a class and of those before it: what is asked for of a later one keeps nothing waiting.
constexpr std::uint64_t kBytesUnderWay = 2u << 20;
constexpr std::size_t kItemsUnderWay = 256;            // small mails: as many as fit one message each way
constexpr std::uint64_t kWorthFinishing = 256 * 1024;  // of one item: to begin its last block anew costs as much
// Nothing of an item for so long: the program is told instead of being kept waiting. Two retries of a lost packet on a
// GEO link and a slow upstream fit.
constexpr auto kFetchStall = std::chrono::seconds(120);
constexpr std::size_t kFetchesAtOnce = 8;  // a program that opens a thread asks for a few at once; the rest queue

class BodyFetcher {
 public:
  BodyFetcher(booster::runtime::Loop& loop, AccountStore& store, events::Events& events, CarriedLog& carried,
              std::string address);
  BodyFetcher(const BodyFetcher&) = delete;
  BodyFetcher& operator=(const BodyFetcher&) = delete;
  ~BodyFetcher();

  // The Bodies streams, each from its first want on, to the end of one. Opens none before something is wanted.
  Task<Result<>> serve_policy(SessionLink& link, sync::AccountHandle account);
  // Brings each fetch_now() on a Fetch stream of its own while it lasts, until cancelled; what is not here then has
  // failed: Unreachable.
  Task<Result<>> serve_fetches(SessionLink& link, sync::AccountHandle account);

  // The sync stream began or ended; it names bodies that come unasked before it stores their rows, then says so.
  void follow_feed(bool serving);
  void announce(std::uint64_t serial, std::vector<BodyKey> keys);
  void announced_are_stored();

  Task<Result<std::shared_ptr<Fetching>>> fetch_now(MailboxId mailbox, LocalUid uid);
  const Traffic& traffic() const { return traffic_; }
  std::uint64_t arrived_unasked() const { return arrived_unasked_; }
  void update_carried();  // all that has come by now is counted

  // What is asked for now.
  struct UnderWay {
    MailboxId mailbox;
    LocalUid uid;
    bool waited_for = false;           // a program waits
    bool coming = false;               // its octets arrive
    bool apart = false;                // an entry of its own: large, waited for, or something was said of it
    std::uint64_t here = 0, left = 0;  // octets
  };
  std::vector<UnderWay> under_way() const;

 private:
  // Again: the digest was wrong, ask once more. Elsewhere: a Bodies stream has begun it.
  enum class Ended : std::uint8_t { Whole, Dropped, Again, Elsewhere };
  struct Asked {
    WantedBody body;            // its offset is where we said that our part ends
    std::int64_t position = 0;  // inside its class
    std::uint64_t bytes = 0;    // still to come when it was asked for
  };
  struct Fetch {
    std::shared_ptr<Fetching> fetching;
    WantedBody body;
  };
  struct BodyLane;     // one Bodies stream: body_lane.h
  struct FetchStream;  // likewise
  // One item on its way in on one stream; what is not whole when it goes has failed for who reads along.
  class Incoming;

  // body_fetcher.cc
  Task<Result<>> ask_by_policy(SessionLink& link, sync::AccountHandle account);
  bool has_room(Class of) const;
  void set_aside(BodyKey key);
  bool is_known(const BodyKey& key) const;
  Task<Result<std::vector<WantedBody>>> choose();
  Task<Result<>> ask_on_lanes(SessionLink& link, sync::AccountHandle account, std::vector<WantedBody> bodies);
  Task<Result<>> ask(MessageStream& stream, const std::vector<WantedBody>& bodies,
                     std::optional<std::uint64_t> asked_for = {});
  // arrivals.cc
  Task<Result<>> want_new(SessionLink& link, sync::AccountHandle account);
  Task<Result<bool>> is_announced(const BodyKey& key);
  void end_announced();
  bool comes_soon(const BodyKey& key) const;
  void arrived(const BodyKey& key, bool whole);
  // body_lanes.cc
  Task<Result<BodyLane*>> lane_of(SessionLink& link, sync::AccountHandle account, Class of);
  Task<void> close_lanes(bool all);
  Task<Result<>> follow_orders();
  Task<Result<>> send_cancels();
  Task<Result<>> read_lane(BodyLane& lane);
  Task<Result<>> read_items(BodyLane& lane);
  Task<Result<>> take_item(BodyLane& lane, sync::ItemMessage message);
  Task<Result<>> take_start(BodyLane& lane, sync::ItemStart start);
  void cancel(BodyLane& lane, const BodyKey& key);
  void settle(BodyLane& lane, const BodyKey& key);
  BodyLane* receiver_of(const BodyKey& key);
  bool overtake(const BodyKey& key);
  // fetch.cc
  std::shared_ptr<Fetching> request(WantedBody body);
  Task<Result<>> request_raised();
  Task<Result<>> fetch_one(SessionLink& link, sync::AccountHandle account, WantedBody body,
                           std::shared_ptr<Fetching> fetching);
  Task<Result<>> fetch_whole(SessionLink& link, sync::AccountHandle account, WantedBody body,
                             std::shared_ptr<Fetching> fetching);
  Task<Result<Ended>> fetch_on_stream(SessionLink& link, sync::AccountHandle account, WantedBody body,
                                      std::shared_ptr<Fetching> fetching, bool may_wait);
  Task<Result<Ended>> carry_fetch(FetchStream& on, WantedBody body, std::shared_ptr<Fetching> fetching, bool may_wait);
  Task<Result<Ended>> read_fetched(FetchStream& on, const BodyKey& key, std::uint64_t offset,
                                   std::shared_ptr<Fetching> fetching);
  std::shared_ptr<Fetching> begin_again(const WantedBody& body, Fetching& wrong);
  void fail_fetches();
  // fetch_once.cc
  BodyLane* lane_that_brings(const BodyKey& key) const;
  bool is_fetched(const BodyKey& key, const Fetching* by) const;
  Task<Result<bool>> wait_for_bodies(const BodyKey& key, std::shared_ptr<Fetching> fetching, bool begun);
  void leave_place();
  BodyLane* announced_lane(const BodyKey& key) const;
  void taken_over(const BodyKey& key);
  void cancel_policy_want(const BodyKey& key);
  // receive.cc
  Task<Result<>> start_item(Incoming& item, sync::ItemStart start, std::uint64_t asked_offset,
                            std::shared_ptr<Fetching> fetching);
  Task<Result<>> take_references(BodyLane& lane, sync::ItemReferences references);
  struct Referred {  // what an item is coded against
    Bytes octets;
    std::vector<sync::ItemKey> missing;
    booster::runtime::Duration cpu{};
  };
  Task<Result<>> append_references(std::vector<sync::ItemKey> keys, codec::refer::Extent extent,
                                   booster::runtime::CpuClock clock, Referred& referred);
  Task<Result<>> take_block(Incoming& item, sync::ItemBlock block, ItemMeter& items);
  Task<Result<>> take_repeating_block(BodyLane& lane, sync::ItemBlock block);
  Task<Result<std::vector<sync::ItemKey>>> missing_of(const std::vector<sync::ItemKey>& sources);
  void begin_repeating(BodyLane& lane, std::vector<sync::ItemKey> sources);
  Task<Result<>> begin_missing(BodyLane& lane, std::vector<sync::ItemKey> missing);
  Task<Result<Ended>> end_item(Incoming& item, sync::DigestFront digest, ItemMeter& items);
  Task<Result<>> take_failed(sync::ItemFailed failed);

  booster::runtime::Loop& loop_;
  AccountStore& store_;
  events::Events& events_;
  CarriedLog& carried_;
  std::string address_;
  std::map<Class, std::unique_ptr<BodyLane>> lanes_;
  queue::BodyOrders orders_;  // as of orders_seen_
  std::optional<std::uint64_t> orders_seen_;
  std::uint64_t evictions_told_ = 0;                        // up to which the agent knows what is here
  std::optional<Class> left_out_;                           // the first class for which there was no room
  std::map<BodyKey, std::shared_ptr<Fetching>> receiving_;  // octets are coming in, on whatever stream
  std::set<BodyKey> beginning_;                             // the store is asked where they go
  std::map<BodyKey, bool> announced_;                       // come unasked; true: their rows are stored
  bool feed_serving_ = false;
  std::uint64_t last_serial_ = 0;     // of WantNew
  std::map<BodyKey, Fetch> fetches_;  // by fetch_now(), not over yet
  std::deque<std::pair<WantedBody, std::shared_ptr<Fetching>>> requests_;
  std::set<BodyKey> wrong_once_;            // their digest was wrong: one more try
  std::set<BodyKey> set_aside_;             // not to be had now
  booster::runtime::TimePoint again_at_{};  // those are asked for again
  booster::runtime::Duration aside_for_{};
  std::uint64_t arrived_unasked_ = 0;
  bool serving_fetches_ = false;
  std::size_t fetching_now_ = 0;
  std::vector<std::unique_ptr<FetchStream>> resting_;  // nothing is under way on them; the last one used stands last
  Traffic traffic_;
  events::Signal asked_;    // by fetch_now(), or one has ended
  events::Signal settled_;  // there is room for more wants
  events::Signal told_;     // by the feed, of what comes unasked
};

}  // namespace proxy::client
