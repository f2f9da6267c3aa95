// Whole items in blocks: bodies down (Bodies, Fetch streams), large submissions and appends up (Upload).    Source:
// PROTOCOL.md §5 Resume is at a block's border, by offset in original octets and the running digest of what lies before
// it; what follows is encoded anew.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "codec/content/block.h"
#include "codec/property/chain.h"
#include "proxy/sync/types.h"

namespace proxy::sync {

struct ItemKey {
  std::string mailbox;
  UidValidity uid_validity;
  ServerUid uid;
  auto operator<=>(const ItemKey&) const = default;
};
constexpr std::size_t kMostReferences = 64;  // of one item, of either kind

// ---- client -> agent on Bodies and Fetch
struct WantItems {
  std::string mailbox;
  UidValidity uid_validity;
  std::vector<ServerUid> uids;  // in the order wanted
  // For the first uid only: the part that is here already.
  std::uint64_t offset = 0;
  ContentDigest running{};
  // What the first uid was coded against, or without uids one that came before, and is not here (any more), or is
  // another there: the uid once more without references.
  std::vector<ItemKey> missing;
  bool raw = false;  // the first uid's digest differed: its octets once more as they are
  // On a Fetch stream: the same is asked for, or announced, on a Bodies stream, of which so many octets are here. Where
  // that stream has begun it, the answer is ItemElsewhere; else that stream does not bring it.
  std::optional<std::uint64_t> asked_for = {};
  bool operator==(const WantItems&) const = default;
};
struct CancelItems {  // not wanted any more (evicted policy, user's choice); those under way may still come
  std::string mailbox;
  UidValidity uid_validity;
  std::vector<ServerUid> uids;
  bool operator==(const CancelItems&) const = default;
};
// Bodies of one mailbox that are here.
struct HeldItems {
  std::string mailbox;
  UidValidity uid_validity;
  std::vector<ServerUid> uids;  // newest first
  bool operator==(const HeldItems&) const = default;
};
// All bodies of one mailbox that are here; of UIDs that no message has nothing is said.
struct HeldRanges {
  std::string mailbox;
  UidValidity uid_validity;
  std::vector<UidRange> uids;  // rising, apart
  bool operator==(const HeldRanges&) const = default;
};
constexpr std::size_t kMostRanges = 4096;  // of one message
constexpr std::size_t kMostHeld = 256;     // mailboxes, and uids of each
// Mail that arrives in INBOX from now on comes unasked on this stream, up to so many octets each: Skeleton names it.
// It may be coded against what is held.
struct WantNew {
  std::uint64_t serial = 0;     // what Skeleton names it by; rises from one to the next, over all streams of the device
  std::uint64_t most = 0;       // 0: no more
  std::vector<HeldItems> held;  // to be looked at: what new mail is likely to be alike
  std::vector<HeldRanges> here = {};  // all that is
  bool operator==(const WantNew&) const = default;
};

// ---- the sender of octets
struct ItemStart {
  std::string mailbox;  // empty: with its validity as of the item before on this stream; always on Upload
  UidValidity uid_validity;
  ServerUid uid;
  Ticket ticket{};           // Upload
  std::uint64_t size = 0;    // octets
  std::uint64_t offset = 0;  // where the blocks begin
  bool operator==(const ItemStart&) const = default;
};
// The item started last (Upload: behind its UploadFrom) is coded in a window that has seen these items, in this order
// (codec/refer/prefix.h).
struct ItemReferences {
  // One without a mailbox is of the item's own, and its validity.
  std::vector<ItemKey> fronts;  // their UIDs rise within a mailbox
  std::vector<ItemKey> whole;
  std::array<std::byte, 4> check{};  // the SHA-256 of all the octets of these, its front
  // In their blocks stands what they repeat of these (codec/repeat/REPEATS.md); such references may stand before an
  // item that is coded in the stream's own window, too.
  std::vector<ItemKey> sources = {};
  bool operator==(const ItemReferences&) const = default;
};
struct ItemBlock {  // of the item started last on this stream
  std::uint64_t offset = 0;
  codec::content::Block block;  // from one Unwrapper to one Wrapper, from ItemStart on
  bool operator==(const ItemBlock&) const = default;
};
struct ItemEnd {
  DigestFront digest{};  // of the SHA-256 of all octets; different here: asked for again, never kept
  bool operator==(const ItemEnd&) const = default;
};
struct ItemFailed {  // gone (expunged meanwhile) or not to be had now
  std::string mailbox;
  UidValidity uid_validity;
  ServerUid uid;
  bool gone = false;
  std::string text;
  bool raw = false;  // Upload: the digest differed; once more, the octets as they are
  bool operator==(const ItemFailed&) const = default;
};
// Another stream of the device brings it, or has: on a Fetch stream, what a Bodies stream had begun; on a Bodies
// stream, what a Fetch stream was asked for before the want came here.
struct ItemElsewhere {
  std::string mailbox;
  UidValidity uid_validity;
  ServerUid uid;
  bool operator==(const ItemElsewhere&) const = default;
};
// Upload: the receiver says where to begin before the sender's first block, and when all of it is durable.
struct UploadFrom {
  Ticket ticket{};
  std::uint64_t offset = 0;
  ContentDigest running{};
  bool operator==(const UploadFrom&) const = default;
};
struct UploadStored {
  Ticket ticket{};
  bool operator==(const UploadStored&) const = default;
};

using ItemMessage = std::variant<WantItems, CancelItems, WantNew, ItemStart, ItemReferences, ItemBlock, ItemEnd,
                                 ItemFailed, ItemElsewhere, UploadFrom, UploadStored>;
codec::property::Chain encode(const ItemMessage& message);
Result<ItemMessage> decode_item(const codec::property::Chain& chain);

}  // namespace proxy::sync
