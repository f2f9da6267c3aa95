// Agent -> client on the sync stream.
#include "codec/base/varint.h"
#include "proxy/sync/feed.h"
#include "proxy/sync/fields.h"
#include "proxy/sync/packed.h"

namespace proxy::sync {
namespace {

using codec::property::Chain;
using namespace fields;

enum class DownKind : std::uint8_t {
  Folders = 1,
  Skeleton = 2,
  FlagChanges = 3,
  Vanished = 4,
  MailboxSynced = 5,
  Rematch = 6,
  AskRanges = 7,
  Overviews = 8,
  Confirmed = 9,
  Notice = 10
};

constexpr std::uint64_t kSelectable = 1;
constexpr std::uint64_t kSubscribed = 2;
constexpr std::uint64_t kNoInferiors = 4;
constexpr std::uint64_t kAllAttributes = 7;

constexpr std::uint64_t kReadOnly = 1;
constexpr std::uint64_t kNoOtherKeyword = 2;
constexpr std::uint64_t kAllRights = 3;

Chain encode_folder(const Folder& folder) {
  Chain chain;
  put(chain, id::kMailbox, folder.mailbox);
  put(chain, id::kName, folder.name);
  put(chain, id::kDelimiter, static_cast<std::uint8_t>(folder.delimiter));
  put(chain, id::kAttributes,
      (folder.selectable ? kSelectable : 0) | (folder.subscribed ? kSubscribed : 0) |
          (folder.no_inferiors ? kNoInferiors : 0));
  put(chain, id::kSpecialUse, folder.special_use);
  put(chain, id::kObjectId, folder.object_id);
  put(chain, id::kValidity, folder.uid_validity.value);
  return chain;
}

Result<Folder> decode_folder(const Chain& chain) {
  Folder folder;
  TRY(get(chain, id::kMailbox, folder.mailbox));
  TRY(get(chain, id::kName, folder.name));
  std::uint8_t delimiter = 0;
  TRY(get(chain, id::kDelimiter, delimiter));
  folder.delimiter = static_cast<char>(delimiter);
  TRY_ASSIGN(const std::uint64_t attributes, chain.get_or(id::kAttributes, std::uint64_t{0}));
  if (attributes > kAllAttributes) return fail(Errc::Protocol, "folder attributes");
  folder.selectable = (attributes & kSelectable) != 0;
  folder.subscribed = (attributes & kSubscribed) != 0;
  folder.no_inferiors = (attributes & kNoInferiors) != 0;
  TRY(get(chain, id::kSpecialUse, folder.special_use));
  TRY(get(chain, id::kObjectId, folder.object_id));
  TRY(get(chain, id::kValidity, folder.uid_validity.value));
  return folder;
}

void put_rights(Chain& chain, const Rights& rights) {
  put(chain, id::kAttributes, (rights.read_only ? kReadOnly : 0) | (rights.any_keyword ? 0 : kNoOtherKeyword));
  for (const std::string& keyword : rights.keywords) chain.add(id::kKeyword, keyword);
}

Result<Rights> get_rights(const Chain& chain) {
  Rights rights;
  TRY_ASSIGN(const std::uint64_t attributes, chain.get_or(id::kAttributes, std::uint64_t{0}));
  if (attributes > kAllRights) return fail(Errc::Protocol, "mailbox rights");
  rights.read_only = (attributes & kReadOnly) != 0;
  rights.any_keyword = (attributes & kNoOtherKeyword) == 0;
  TRY_ASSIGN(const auto keywords, chain.all(id::kKeyword));
  rights.keywords.insert(keywords.begin(), keywords.end());
  return rights;
}

template <class T>
std::vector<ServerUid> uids_of(const std::vector<T>& items) {
  std::vector<ServerUid> uids;
  uids.reserve(items.size());
  for (const T& item : items) uids.push_back(item.uid);
  return uids;
}

struct DownEncoder {
  Chain operator()(const Folders& message) const {
    Chain chain = of_kind(DownKind::Folders);
    for (const Folder& folder : message.folders) chain.add(id::kFolder, encode_folder(folder));
    put(chain, id::kSentByServer, message.sent_by_server ? 1 : 0);
    return chain;
  }
  Chain operator()(const Skeleton& message) const {
    Chain chain = of_kind(DownKind::Skeleton);
    put(chain, id::kMailbox, message.mailbox);
    put(chain, id::kValidity, message.uid_validity.value);
    put(chain, id::kSkeleton, pack_skeleton(message.entries));
    put(chain, id::kCompleteBelow, message.complete_below.value);
    put(chain, id::kUids, pack_uids(message.pushed));
    put(chain, id::kToken, message.pushed_for);
    return chain;
  }
  Chain operator()(const FlagChanges& message) const {
    Chain chain = of_kind(DownKind::FlagChanges);
    put(chain, id::kMailbox, message.mailbox);
    put(chain, id::kEntries, pack_entries(message.entries));
    return chain;
  }
  Chain operator()(const Vanished& message) const {
    Chain chain = of_kind(DownKind::Vanished);
    put(chain, id::kMailbox, message.mailbox);
    put(chain, id::kUids, pack_uids(message.uids));
    return chain;
  }
  Chain operator()(const MailboxSynced& message) const {
    Chain chain = of_kind(DownKind::MailboxSynced);
    put(chain, id::kMailbox, message.mailbox);
    put(chain, id::kValidity, message.uid_validity.value);
    put(chain, id::kUidNext, message.uid_next.value);
    put(chain, id::kModSeq, message.mod_seq.value);
    put(chain, id::kCount, message.count);
    put(chain, id::kDigest, pack_digest(message.digest));
    put_rights(chain, message.rights);
    return chain;
  }
  Chain operator()(const Rematch& message) const {
    Chain chain = of_kind(DownKind::Rematch);
    put(chain, id::kMailbox, message.mailbox);
    put(chain, id::kValidity, message.uid_validity.value);
    put(chain, id::kUids, pack_uids(uids_of(message.items)));
    Bytes keys;
    codec::ByteWriter out(keys);
    for (const Rematch::Item& item : message.items) {
      out.u64(item.match_key);
      out.varint(item.size);
    }
    put(chain, id::kKeys, keys);
    put(chain, id::kLast, message.last ? 1 : 0);
    return chain;
  }
  Chain operator()(const AskRanges& message) const {
    Chain chain = of_kind(DownKind::AskRanges);
    put(chain, id::kMailbox, message.mailbox);
    for (const AskRanges::Range& range : message.ranges) {
      Chain inner;
      put(inner, id::kLow, range.low.value);
      put(inner, id::kHigh, range.high.value);
      put(inner, id::kWhole, range.whole ? 1 : 0);
      chain.add(id::kRange, std::move(inner));
    }
    return chain;
  }
  Chain operator()(const Overviews& message) const {
    Chain chain = of_kind(DownKind::Overviews);
    put(chain, id::kMailbox, message.mailbox);
    put(chain, id::kValidity, message.uid_validity.value);
    put(chain, id::kUids, pack_uid_order(uids_of(message.items)));
    for (const Overviews::Item& item : message.items) chain.add(id::kOverview, item.overview);
    put(chain, id::kCompleteFrom, message.complete_from.value);
    return chain;
  }
  Chain operator()(const Confirmed& message) const {
    Chain chain = of_kind(DownKind::Confirmed);
    put(chain, id::kToken, message.token);
    return chain;
  }
  Chain operator()(const Notice& message) const {
    Chain chain = of_kind(DownKind::Notice);
    put(chain, id::kText, message.text);
    put(chain, id::kTrouble, message.trouble ? 1 : 0);
    return chain;
  }
};

Result<FeedMessage> decode_folders(const Chain& chain) {
  Folders message;
  TRY_ASSIGN(const auto folders, chain.all(id::kFolder));
  for (const Chain* folder : folders) {
    TRY_ASSIGN(Folder decoded, decode_folder(*folder));
    message.folders.push_back(std::move(decoded));
  }
  TRY(get(chain, id::kSentByServer, message.sent_by_server));
  return message;
}

Result<FeedMessage> decode_skeleton(const Chain& chain) {
  Skeleton message;
  TRY(get(chain, id::kMailbox, message.mailbox));
  TRY(get(chain, id::kValidity, message.uid_validity.value));
  TRY_ASSIGN(const ByteView packed, chain.require(id::kSkeleton));
  TRY_ASSIGN(message.entries, unpack_skeleton(packed));
  TRY(get(chain, id::kCompleteBelow, message.complete_below.value));
  TRY_ASSIGN(const ByteView pushed, chain.get_or(id::kUids, ByteView()));
  TRY_ASSIGN(message.pushed, unpack_uids(pushed));
  TRY(get(chain, id::kToken, message.pushed_for));
  return message;
}

Result<FeedMessage> decode_flag_changes(const Chain& chain) {
  FlagChanges message;
  TRY(get(chain, id::kMailbox, message.mailbox));
  TRY_ASSIGN(const ByteView packed, chain.require(id::kEntries));
  TRY_ASSIGN(message.entries, unpack_entries(packed));
  return message;
}

Result<FeedMessage> decode_vanished(const Chain& chain) {
  Vanished message;
  TRY(get(chain, id::kMailbox, message.mailbox));
  TRY_ASSIGN(const ByteView packed, chain.get_or(id::kUids, ByteView()));
  TRY_ASSIGN(message.uids, unpack_uids(packed));
  return message;
}

Result<FeedMessage> decode_synced(const Chain& chain) {
  MailboxSynced message;
  TRY(get(chain, id::kMailbox, message.mailbox));
  TRY(get(chain, id::kValidity, message.uid_validity.value));
  TRY(get(chain, id::kUidNext, message.uid_next.value));
  TRY(get(chain, id::kModSeq, message.mod_seq.value));
  TRY(get(chain, id::kCount, message.count));
  TRY_ASSIGN(const ByteView digest, chain.require(id::kDigest));
  TRY_ASSIGN(message.digest, unpack_digest(digest));
  TRY_ASSIGN(message.rights, get_rights(chain));
  return message;
}

Result<FeedMessage> decode_rematch(const Chain& chain) {
  Rematch message;
  TRY(get(chain, id::kMailbox, message.mailbox));
  TRY(get(chain, id::kValidity, message.uid_validity.value));
  TRY_ASSIGN(const ByteView packed, chain.get_or(id::kUids, ByteView()));
  TRY_ASSIGN(const std::vector<ServerUid> uids, unpack_uids(packed));
  TRY_ASSIGN(const ByteView keys, chain.get_or(id::kKeys, ByteView()));
  codec::ByteReader in(keys);
  for (const ServerUid uid : uids) {
    Rematch::Item item;
    item.uid = uid;
    TRY_ASSIGN(item.match_key, in.u64());
    TRY_ASSIGN(const std::uint64_t size, in.varint());
    if (size > std::numeric_limits<std::uint32_t>::max()) return fail(Errc::Protocol, "rematch: size");
    item.size = static_cast<std::uint32_t>(size);
    message.items.push_back(item);
  }
  if (!in.empty()) return fail(Errc::Protocol, "rematch: more keys than messages");
  TRY(get(chain, id::kLast, message.last));
  return message;
}

Result<FeedMessage> decode_ask(const Chain& chain) {
  AskRanges message;
  TRY(get(chain, id::kMailbox, message.mailbox));
  TRY_ASSIGN(const auto ranges, chain.all(id::kRange));
  for (const Chain* range : ranges) {
    AskRanges::Range asked;
    TRY(get(*range, id::kLow, asked.low.value));
    TRY(get(*range, id::kHigh, asked.high.value));
    TRY(get(*range, id::kWhole, asked.whole));
    message.ranges.push_back(asked);
  }
  return message;
}

Result<FeedMessage> decode_overviews(const Chain& chain) {
  Overviews message;
  TRY(get(chain, id::kMailbox, message.mailbox));
  TRY(get(chain, id::kValidity, message.uid_validity.value));
  TRY_ASSIGN(const ByteView packed, chain.get_or(id::kUids, ByteView()));
  TRY_ASSIGN(const std::vector<ServerUid> uids, unpack_uid_order(packed));
  TRY_ASSIGN(const auto overviews, chain.all(id::kOverview));
  if (overviews.size() != uids.size()) return fail(Errc::Protocol, "overviews: as many UIDs as overviews");
  for (std::size_t i = 0; i < uids.size(); ++i) message.items.push_back({uids[i], *overviews[i]});
  TRY(get(chain, id::kCompleteFrom, message.complete_from.value));
  return message;
}

}  // namespace

Chain encode(const FeedMessage& message) {
  return std::visit(DownEncoder{}, message);
}

Result<FeedMessage> decode_feed(const Chain& chain) {
  TRY_ASSIGN(const std::uint64_t number, kind_of(chain));
  switch (kind_or_none<DownKind>(number)) {
    case DownKind::Folders:
      return decode_folders(chain);
    case DownKind::Skeleton:
      return decode_skeleton(chain);
    case DownKind::FlagChanges:
      return decode_flag_changes(chain);
    case DownKind::Vanished:
      return decode_vanished(chain);
    case DownKind::MailboxSynced:
      return decode_synced(chain);
    case DownKind::Rematch:
      return decode_rematch(chain);
    case DownKind::AskRanges:
      return decode_ask(chain);
    case DownKind::Overviews:
      return decode_overviews(chain);
    case DownKind::Confirmed: {
      Confirmed message;
      TRY(get(chain, id::kToken, message.token));
      return message;
    }
    case DownKind::Notice: {
      Notice message;
      TRY(get(chain, id::kText, message.text));
      TRY(get(chain, id::kTrouble, message.trouble));
      return message;
    }
  }
  return fail(Errc::Unsupported, "feed message of kind " + std::to_string(number));
}

}  // namespace proxy::sync
