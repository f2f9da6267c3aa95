// What the replica tells of mailboxes and messages.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codec/convert/overview.h"
#include "proxy/queue/body_order.h"
#include "proxy/queue/types.h"
#include "proxy/sync/types.h"

namespace proxy::client::replica {

using queue::Class;
using queue::LocalUid;
using queue::MailboxId;
using sync::Flags;

struct UidRange {  // inclusive; also of message numbers
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  bool operator==(const UidRange&) const = default;
};
using UidRanges = std::vector<UidRange>;  // closed, rising, apart

struct MailboxInfo {
  MailboxId id;
  std::string name;      // UTF-8
  char delimiter = '/';  // 0: flat
  bool selectable = true;
  bool no_inferiors = false;
  bool subscribed = false;
  bool read_only = false;
  bool local_only = false;  // "Recovered": not at the server
  bool whole = false;       // its first skeleton is here
  std::string special_use;  // "\\Sent" …
  std::vector<std::string> permanent_keywords;
  bool any_keyword = true;
};

struct MailboxCounts {
  std::uint32_t messages = 0, unseen = 0, deleted = 0;
  std::uint32_t uid_validity = 0;  // the ledger's, not the server's
  LocalUid uid_next;
  std::uint64_t highest_mod_seq = 0;
  std::uint64_t size = 0;
  bool whole = false;
  std::uint32_t overviews_missing = 0, bodies_missing = 0;
};

struct MessageRow {
  std::uint32_t number = 0;  // in the view it was asked of
  LocalUid uid;
  Flags flags;
  std::uint64_t mod_seq = 0;
  std::int64_t date = 0;  // INTERNALDATE, seconds since 1970
  std::int16_t zone_minutes = 0;
  std::uint64_t size = 0;
  bool body_here = false;
  std::shared_ptr<const codec::convert::Overview> overview;  // when asked for, and known
};
constexpr std::size_t kRowBatch = 256;

struct RowQuery {
  UidRanges set;
  bool by_uid = true;               // else `set` holds message numbers of the view
  std::uint64_t changed_since = 0;  // only rows with a larger mod_seq
  bool overview = false;
};

// In the order to tell: the expunged (each number counted after those before it), the new count, then flags.
struct Changes {
  std::vector<std::uint32_t> expunged;
  std::vector<LocalUid> expunged_uids;  // beside `expunged`
  std::optional<std::uint32_t> exists;
  std::vector<MessageRow> flags;
  bool more = false;  // ask again
};

enum class StoreMode : std::uint8_t { Replace, Add, Remove };

struct Stored {
  UidRanges modified;         // left alone because of UNCHANGEDSINCE
  std::uint64_t mod_seq = 0;  // highest of what was changed; 0: nothing was
};
struct Copied {
  std::uint32_t uid_validity = 0;  // of the target
  UidRanges from, to;              // the n-th of one is the n-th of the other; empty: nothing was copied
};
struct Appended {
  std::uint32_t uid_validity = 0;
  LocalUid uid;
};

// Octets in a content file.
struct Content {
  sync::ContentDigest digest{};
  std::uint64_t size = 0;
};

enum class BodyPolicy : std::uint8_t { All, Recent, OnDemand };

// A body the engine should fetch, as the agent knows it.
struct WantedBody {
  MailboxId mailbox;
  LocalUid uid;
  std::string server_mailbox;
  sync::UidValidity uid_validity;
  sync::ServerUid server_uid;
  std::uint64_t size = 0;
  Class of = Class::Bodies;  // by which it comes
  bool raised = false;       // a person waits for it
  std::uint64_t offset = 0;  // octets here already, of an earlier try
  sync::ContentDigest running{};
};

// What is still to come of a mailbox, or one mail that is large or of which a person said something.
struct Backlog {
  MailboxId mailbox;
  std::string name;
  LocalUid uid;  // 0: the mailbox, without those that have a line of their own
  queue::BodyRank rank;
  bool waited_for = false;  // by a program: comes whatever was said
  std::uint64_t count = 0, bytes = 0;
  std::uint64_t here = 0;                                  // of one mail: octets that an earlier try brought
  std::uint64_t cancelled_count = 0, cancelled_bytes = 0;  // beside `count`
  std::int64_t date = 0;                                   // of one mail
};
constexpr std::size_t kBacklogSingle = 200;  // the largest: more lines nobody reads

enum class Reorder : std::uint8_t { Raise, Lower, Hold, Release, Cancel };

// What happened that a person should know; kept until seen.
struct ReplicaNotice {
  std::int64_t id = 0;
  std::int64_t at = 0;  // seconds since 1970
  std::string text;
};

struct SyncProgress {
  std::uint64_t mailboxes = 0, mailboxes_whole = 0;
  std::uint64_t messages = 0, overviews = 0, bodies = 0;
  std::uint64_t content_bytes = 0;
};

}  // namespace proxy::client::replica
