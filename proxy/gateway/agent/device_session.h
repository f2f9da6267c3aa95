// DeviceSession: one attached device. What it holds of each mailbox, what it lacks, and the streams that bring it.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "booster/runtime/scope.h"
#include "codec/repeat/code.h"
#include "proxy/gateway/agent/begun_items.h"
#include "proxy/gateway/agent/crossing_twice.h"
#include "proxy/gateway/agent/held_mails.h"
#include "proxy/gateway/agent/held_set.h"
#include "proxy/gateway/agent/mails.h"
#include "proxy/gateway/agent/operations_host.h"
#include "proxy/gateway/chunks/chunk_index.h"
#include "proxy/gateway/chunks/lately.h"
#include "proxy/messaging/carried.h"
#include "proxy/messaging/coding.h"
#include "proxy/sync/control.h"
#include "proxy/sync/items.h"
#include "proxy/sync/range_digest.h"

namespace proxy::gateway::agent {

using messaging::MessageStream;

// What device sessions share of their agent.
struct Shared {
  runtime::Loop& loop;
  Upstream& upstream;
  Mailboxes& mailboxes;
  Mails& mails;
  bool sent_by_server = false;
  std::uint64_t rounds_begun = 0;
  std::uint64_t rounds_done = 0;
  std::uint64_t folders_version = 1;
  std::uint64_t overviews_sent = 0;
  std::uint64_t bodies_sent = 0;
  bool round_wanted = false;
  runtime::Notify wake_watcher;
  runtime::Notify first_round;  // rounds_done is not 0 any more
  messaging::MixingPermits* mixing = nullptr;
  std::string authserv_id;
  std::uint64_t chunk_key = 0;  // the user's: chunk ids are never said
  chunks::ChunkIndex* chunks = nullptr;
  messaging::Carried down;
  messaging::Carried up;
  runtime::Notify& counted;  // something was added to these, and nothing follows at once
  std::int64_t wall_seconds() const {
    return std::chrono::duration_cast<std::chrono::seconds>(loop.wall_now().time_since_epoch()).count();
  }
};

// Sealed. What is left out of content: codec/refer/traits.h.
Task<codec::refer::Traits> traits_of(MailPtr mail, const Shared& shared, std::string mailbox,
                                     codec::refer::Content content);
// nullopt: its size is none that is looked at, or there is no index.
Task<std::optional<codec::repeat::Outline>> outline_of(MailPtr mail, const Shared& shared);

// A mail, from the mail server.   Errors  NotFound: it does not give it now
Task<Result<MailPtr>> held_mail(Shared& shared, sync::ItemKey key, Urgency urgency);

// Appends the content of a mail, from the mail server. False: it does not give it now, or there is no room.
Task<Result<bool>> append_held(Shared& shared, sync::ItemKey key, codec::refer::Extent extent, Urgency urgency,
                               Bytes& prefix);

using Downlink = std::optional<messaging::BitsPerSecond>;  // how fast the device's link is; nullopt: not known

// What the device holds of one mailbox.
struct Held {
  enum class State : std::uint8_t {
    Live,         // it has what `sent_next` and the sets below say
    Base,         // it has what its vector says; not compared yet
    Descending,   // being compared, range by range
    Rematching,   // is told what the server calls its messages now
    AwaitVector,  // was told; its new vector must come
  };
  State state = State::Live;
  sync::MailboxVector base;
  bool trusted = true;          // its modification sequence may be used (its digest was not found wrong)
  std::uint32_t sent_next = 1;  // its skeleton is whole below
  std::set<std::uint32_t> dirty, gone, missing;  // to be told: other flags, not there any more, absent below sent_next
  bool announced = false;                        // MailboxSynced stands behind all of it
  bool caught_up = false;             // it did once: what is new from now on arrives while the device watches
  std::vector<sync::Entry> snapshot;  // what the descent compares
  std::unique_ptr<sync::RangeDescent> descent;
  bool asked = false;  // one question at a time
  std::uint32_t rematch_next = 1;
  imap::SequenceSet overviews;  // UIDs whose overview it has, gaps between messages included
};

class ItemFeed;

// The bodies that the device takes unasked: said on a Bodies stream, followed by the sync stream.
struct StandingWant {
  ItemFeed* feed = nullptr;  // nullptr: none
  std::uint64_t serial = 0;
  std::uint64_t most = 0;  // octets of one
};

// The Bodies streams of the device, and what Fetch streams were asked for before their wants came: it is not brought
// twice.
struct BodyStreams {
  std::vector<ItemFeed*> feeds;
  std::set<sync::ItemKey> fetched_first;
  std::uint64_t twice = 0;  // octets that crossed on two streams all the same: nobody waits for ever
};

// The sync stream: pulls from the agent's pictures what the device lacks, as fast as the link takes it.
class SyncFeed {
 public:
  SyncFeed(Shared& shared, StandingWant& standing, const Downlink& link, net::StreamPtr stream)
      : shared_(shared),
        standing_(standing),
        link_(link),
        coding_(shared.mixing),
        alone_(shared.mixing),
        stream_(std::move(stream)) {
    stream_.charge_mixing_to(shared.mixing);
  }

  Task<Result<>> serve();  // reads and feeds until the stream ends
  void on_change(const Mailbox& mailbox, const Change& change);
  void on_new_validity(const Mailbox& mailbox);
  void on_gone(std::uint32_t mailbox);
  void tell(std::string text, bool trouble);
  void wake() { changed_.notify_all(); }

 private:
  struct Asked {
    std::uint64_t token;
    std::uint64_t round;
  };
  // sync_feed.cc
  Task<Result<>> read();
  Result<> take(sync::UpMessage message);
  void take_vectors(sync::Vectors vectors);
  Task<Result<>> feed();
  Task<Result<bool>> step();  // false: nothing to send now
  Task<Result<>> send(sync::FeedMessage message);
  Task<Result<>> send_alone(sync::Overviews overview);
  bool settled(const Mailbox& mailbox) const;
  bool all_settled() const;
  bool same_as_base(const Mailbox& mailbox, const Held& held) const;
  bool perhaps_known(const Mailbox& mailbox) const;
  // feed_delta.cc
  Task<Result<bool>> step_mailbox(std::uint32_t number);
  Task<Result<bool>> step_live(std::uint32_t number);
  Task<Result<>> resolve(std::uint32_t number);
  void begin_descent(const Mailbox& mailbox, Held& held);
  Task<Result<bool>> step_descent(std::uint32_t number);
  Task<Result<>> step_rematch(std::uint32_t number);
  Task<Result<>> send_skeleton(std::uint32_t number, std::vector<std::uint32_t> uids, bool in_order);
  void push_bodies(const Mailbox& mailbox, Held& held, sync::Skeleton& skeleton);
  Task<Result<>> send_flags(std::uint32_t number);
  Task<Result<>> send_gone(std::uint32_t number);
  // feed_overviews.cc
  std::uint32_t next_overview(const Mailbox& mailbox, const Held& held) const;
  Task<Result<bool>> step_overviews(std::uint32_t number);
  struct Batch {
    sync::Overviews overviews;
    std::size_t octets = 0;
    bool live = false;  // one that came just now: it goes alone
  };
  Task<Result<>> add_overview(std::uint32_t number, std::uint32_t uid, Batch& batch);

  Shared& shared_;
  StandingWant& standing_;
  const Downlink& link_;
  messaging::CodingChoice coding_;
  messaging::CodingChoice alone_;  // of what shares no window
  MessageStream stream_;
  std::map<std::uint32_t, Held> held_;
  std::map<std::string, sync::MailboxVector> early_;  // vectors of mailboxes that are not listed yet
  std::deque<sync::Notice> notices_;
  std::deque<Asked> asked_;
  bool greeted_ = false;  // Vectors came
  bool broken_ = false;   // the stream to the device is
  bool previews_ = true;  // the device has use for them: not every body follows
  Bytes folders_digest_;
  std::uint64_t folders_sent_ = 0;
  std::uint64_t first_folders_round_ = 1;  // the folders are told once this round is done
  std::size_t overview_turn_ = 0;
  runtime::Notify changed_;
};

// Bodies and Fetch streams: wants up, items in blocks down.
class ItemFeed {
 public:
  ItemFeed(Shared& shared, StandingWant& standing, BodyStreams& bodies, HeldMails& held, HeldSet& here,
           const Downlink& link, net::StreamPtr stream, Urgency urgency)
      : shared_(shared),
        standing_(standing),
        bodies_(bodies),
        held_(held),
        here_(here),
        link_(link),
        coding_(shared.mixing),
        alone_(shared.mixing),
        stream_(std::move(stream)),
        urgency_(urgency) {
    stream_.charge_mixing_to(shared.mixing);
    join_bodies();
  }
  ItemFeed(const ItemFeed&) = delete;
  ItemFeed& operator=(const ItemFeed&) = delete;
  ~ItemFeed();
  Task<Result<>> serve();
  // Sends these before what the device asked for.
  void push(const std::string& mailbox, sync::UidValidity uid_validity, const std::vector<sync::ServerUid>& uids);
  // The device holds it: it is looked at when nobody waits.
  void learn_of(sync::ItemKey held);

 private:
  struct Want {
    std::string mailbox;
    std::uint32_t uid_validity;
    std::uint32_t uid;
    std::uint64_t offset = 0;
    sync::ContentDigest running{};
    bool plain = false;                           // without references: those were not there
    bool raw = false;                             // its digest differed: without references, unwrapping and compression
    bool pushed = false;                          // it came just now, whatever the mail server's clock says
    std::optional<std::uint64_t> asked_for = {};  // on a Fetch stream: as WantItems
    bool elsewhere = false;                       // on a Bodies stream: a Fetch stream brings it
    sync::ItemKey key() const { return {mailbox, {uid_validity}, {uid}}; }
  };
  // item_once.cc
  void join_bodies();
  void leave_bodies();
  std::optional<Want> take_back(const sync::ItemKey& key);
  bool is_begun_elsewhere(Want& want);
  Begun standing_of(const BegunItems::Place& place, const Want& want) const;
  void plan(Want want);
  Task<Result<>> send_elsewhere(const Want& want);
  // item_feed.cc
  Task<Result<>> read();
  Result<> take(sync::ItemMessage message);
  Task<Result<>> feed();
  Task<Result<>> pack();
  Task<Result<>> change();
  Task<Result<>> await_wants();
  Task<Result<>> send_item(Want want);
  // item_alone.cc
  struct Prefix {
    std::optional<codec::property::Chain> head;  // nullopt: no references
    Bytes octets;
    std::uint64_t mails = 0;
  };
  // item_repeats.cc
  struct Repeats {
    codec::repeat::ItemRepeats of;
    std::vector<sync::ItemKey> sources;
  };
  // `live`: what it may refer to is chosen by what it is; nullptr: it is history.
  Task<Result<Repeats>> repeats_of(MailPtr mail, const codec::refer::Traits* live);
  void count(const Repeats& repeats);
  Task<Result<>> gone_out(sync::ItemKey key, MailPtr mail, Repeats repeats, std::optional<codec::refer::Traits> traits);
  Task<Result<>> send_alone(const Want& want, MailPtr mail, const codec::property::Chain& start, std::uint64_t offset);
  Task<Result<Prefix>> prefix_of(sync::ItemKey item, HeldMails::Choice chosen,
                                 const std::vector<sync::ItemKey>& sources);
  Task<Result<bool>> append_reference(sync::ItemKey key, codec::refer::Extent extent, Bytes& octets);
  Task<Result<>> learn();
  Task<Result<>> send_blocks(MailPtr mail, std::uint64_t offset, Repeats* repeats, bool raw = false);
  Task<Result<>> send_raw(MailPtr mail, const codec::property::Chain& start, std::uint64_t offset);
  void count();
  Task<Result<>> send_failed(const Want& want, const Error& error);

  Shared& shared_;
  StandingWant& standing_;
  BodyStreams& bodies_;
  HeldMails& held_;
  HeldSet& here_;
  const Downlink& link_;
  messaging::CodingChoice coding_;
  messaging::CodingChoice alone_;  // of what shares no window
  messaging::Load load_ = messaging::Load::Trickle;
  MessageStream stream_;
  Urgency urgency_;
  std::deque<Want> wants_;
  BegunItems begun_;
  std::pair<std::string, std::uint32_t> place_;  // mailbox and validity that were said last
  std::deque<sync::ItemKey> to_learn_;           // held by the device, not looked at yet
  chunks::Lately lately_;                        // of the items with an outline
  std::size_t history_seen_ = 0;                 // mails that are not live and were looked at all the same
  messaging::Cost counted_;                      // of the stream, that is in shared_.down
  bool finished_ = false;                        // it asks for nothing more
  runtime::Notify changed_;
};

inline void ignore_errors(const std::string&, const Error&) {}  // a device that leaves is no news

class DeviceSession {
 public:
  DeviceSession(runtime::Loop& loop, runtime::CancelScope& parent, Shared& shared, OperationsAccess& access,
                OperationsHost* host, DeviceSessionId id)
      : shared_(shared), access_(access), host_(host), id_(id), tasks_(loop, parent, ignore_errors) {}

  void give_stream(sync::MailPurpose purpose, net::StreamPtr stream);
  void set_link(messaging::BitsPerSecond rate) { link_ = rate; }
  SyncFeed* feed() { return feed_.get(); }
  void learn(sync::ItemKey held);  // what it made at the server itself
  Task<void> end();

 private:
  Task<Result<>> serve_sync();
  Task<Result<>> serve_items(net::StreamPtr stream, Urgency urgency);

  Shared& shared_;
  OperationsAccess& access_;
  OperationsHost* host_;
  DeviceSessionId id_;
  StandingWant standing_;
  BodyStreams bodies_;
  HeldMails held_;
  HeldSet here_;
  Downlink link_;
  std::unique_ptr<SyncFeed> feed_;
  runtime::TaskScope tasks_;
};

}  // namespace proxy::gateway::agent
