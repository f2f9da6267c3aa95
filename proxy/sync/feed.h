// The sync stream: what the client has, and what changed since.                         Source: PROTOCOL.md §3
// Each message is a property chain inside a compressed block (proxy/messaging).
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "codec/property/chain.h"
#include "proxy/sync/types.h"

namespace proxy::sync {

// ---- client -> agent

// What the client holds of one mailbox. The agent trusts no memory of its own: this is where its delta starts.
struct MailboxVector {
  std::string name;  // UTF-8, the server's hierarchy delimiter
  UidValidity uid_validity;
  ServerUid uid_next;        // every message below it is in the client's skeleton
  ModSeq mod_seq;            // every change up to it is applied
  std::uint32_t count = 0;   // messages below uid_next
  SetDigest digest;          // of (uid, flags) of these
  ServerUid overview_below;  // overviews of messages at or above are all there (newest first); 0: nothing is missing
  bool operator==(const MailboxVector&) const = default;
};
// First message of the stream. What the client wants pushed and what it has.
struct Vectors {
  std::array<std::byte, 16> ledger{};  // the epoch of the client's UID ledger
  std::vector<MailboxVector> mailboxes;
  Bytes folders_digest;        // SHA-256 of the last Folders message as encoded; the same again is not sent
  bool bodies_follow = false;  // the client fetches every body: overviews come without the previews that are in them
  bool operator==(const Vectors&) const = default;
};
// Ask the server now; answered by Confirmed once everything found is sent.
struct Refresh {
  std::uint64_t token = 0;
  bool operator==(const Refresh&) const = default;
};
// Answer to AskRanges: the client's digests, or its entries where a range is small.
struct RangeState {
  ServerUid low;  // inclusive
  ServerUid high;
  std::uint32_t count = 0;
  SetDigest digest;
  bool operator==(const RangeState&) const = default;
};
struct Entry {
  ServerUid uid;
  Flags flags;
  bool operator==(const Entry&) const = default;
};
struct RangeStates {
  std::uint32_t mailbox = 0;  // as numbered in Folders
  std::vector<RangeState> ranges;
  std::vector<Entry> entries;  // all of the client's in the ranges that were asked for whole
  bool operator==(const RangeStates&) const = default;
};

// ---- agent -> client

struct Folder {
  std::uint32_t mailbox = 0;  // its number on this stream; a number is never used again for another
  std::string name;           // UTF-8
  char delimiter = '/';       // 0: flat
  bool selectable = true;
  bool subscribed = false;
  bool no_inferiors = false;
  std::string special_use;  // "\\Sent" …; empty: none
  std::string object_id;    // MAILBOXID where the server has it
  UidValidity uid_validity;
  bool operator==(const Folder&) const = default;
};
// The whole list, whenever it changed. A mailbox that is missing is gone (renames: proxy/client decides by
// uid_validity).
struct Folders {
  std::vector<Folder> folders;
  bool sent_by_server = false;  // the server files submitted mail into Sent itself
  bool operator==(const Folders&) const = default;
};
struct SkeletonEntry {
  ServerUid uid;
  std::uint32_t size = 0;          // RFC822.SIZE
  std::int64_t internal_date = 0;  // seconds since 1970
  std::int16_t zone_minutes = 0;
  Flags flags;
  bool operator==(const SkeletonEntry&) const = default;
};
// New messages in ascending order of UID. A mailbox's first skeleton comes as several of these.
struct Skeleton {
  std::uint32_t mailbox = 0;
  UidValidity uid_validity;
  std::vector<SkeletonEntry> entries;
  ServerUid complete_below;       // no message below it is still to come: where a cut skeleton resumes
  std::vector<ServerUid> pushed;  // ascending; their bodies come unasked,
  std::uint64_t pushed_for = 0;   // as WantNew of this serial says
  bool operator==(const Skeleton&) const = default;
};
struct FlagChanges {
  std::uint32_t mailbox = 0;
  std::vector<Entry> entries;
  bool operator==(const FlagChanges&) const = default;
};
struct Vanished {
  std::uint32_t mailbox = 0;
  std::vector<ServerUid> uids;  // ascending
  bool operator==(const Vanished&) const = default;
};
// The delta of this mailbox is complete: only now the client stores uid_next and mod_seq.
struct MailboxSynced {
  std::uint32_t mailbox = 0;
  UidValidity uid_validity;
  ServerUid uid_next;
  ModSeq mod_seq;
  std::uint32_t count = 0;
  SetDigest digest;  // what the client must now have; different: it sends its vector again
  Rights rights{};
  bool operator==(const MailboxSynced&) const = default;
};
// The server gave the mailbox a new UIDVALIDITY: the client matches what it has by key, keeps its local UIDs, and asks
// for the rest.
struct Rematch {
  struct Item {
    ServerUid uid;
    std::uint64_t match_key = 0;  // codec/convert: stable headers
    std::uint32_t size = 0;
    bool operator==(const Item&) const = default;
  };
  std::uint32_t mailbox = 0;
  UidValidity uid_validity;  // the new one
  std::vector<Item> items;   // ascending; several messages until `last`
  bool last = false;
  bool operator==(const Rematch&) const = default;
};
// Please tell the state of these ranges (state vector and server disagree).
struct AskRanges {
  std::uint32_t mailbox = 0;
  struct Range {
    ServerUid low;
    ServerUid high;
    bool whole = false;  // send the entries, not a digest
    bool operator==(const Range&) const = default;
  };
  std::vector<Range> ranges;
  bool operator==(const AskRanges&) const = default;
};
// Envelope, structure and preview of messages, newest first; made in the worker by codec/convert.
struct Overviews {
  std::uint32_t mailbox = 0;
  UidValidity uid_validity;
  struct Item {
    ServerUid uid;
    codec::property::Chain overview;  // codec/convert/overview
    bool operator==(const Item&) const = default;
  };
  std::vector<Item> items;
  ServerUid complete_from;  // all overviews of messages at or above have been sent; 0: all of the mailbox
  bool operator==(const Overviews&) const = default;
};
// Everything found when the refresh (token 0: the first delta, or a periodic look) began has been sent before this.
struct Confirmed {
  std::uint64_t token = 0;
  bool operator==(const Confirmed&) const = default;
};
// Something for the person: upstream trouble, a mail that could not be read.
struct Notice {
  std::string text;
  bool trouble = false;
  bool operator==(const Notice&) const = default;
};

using UpMessage = std::variant<Vectors, Refresh, RangeStates>;
using FeedMessage = std::variant<Folders, Skeleton, FlagChanges, Vanished, MailboxSynced, Rematch, AskRanges, Overviews,
                                 Confirmed, Notice>;

// Lists are packed into one property each (packed.h): about 9 B a skeleton entry before compression.
codec::property::Chain encode(const UpMessage& message);
codec::property::Chain encode(const FeedMessage& message);
Result<UpMessage> decode_up(const codec::property::Chain& chain);
Result<FeedMessage> decode_feed(const codec::property::Chain& chain);

}  // namespace proxy::sync
