#include "proxy/sync/items.h"

#include "proxy/sync/fields.h"
#include "proxy/sync/octets.h"
#include "proxy/sync/packed.h"

namespace proxy::sync {
namespace {

using codec::property::Chain;
using namespace fields;

enum class ItemKind : std::uint8_t {
  Want = 1,
  Cancel = 2,
  WantNew = 3,
  Start = 4,
  Block = 5,
  End = 6,
  Failed = 7,
  UploadFrom = 8,
  UploadStored = 9,
  References = 10,
  Elsewhere = 11
};

template <class M>
void put_place(Chain& chain, const M& message) {
  put(chain, id::kName, message.mailbox);
  put(chain, id::kValidity, message.uid_validity.value);
}
template <class M>
Result<> get_place(const Chain& chain, M& message) {
  TRY(get(chain, id::kName, message.mailbox));
  return get(chain, id::kValidity, message.uid_validity.value);
}

// Those of one mailbox that follow each other stand together.
template <class Id, class Pack>
void put_keys(Chain& chain, const Id& property, const std::vector<ItemKey>& keys, Pack pack) {
  for (auto key = keys.begin(); key != keys.end();) {
    const ItemKey& first = *key;
    std::vector<ServerUid> uids;
    for (; key != keys.end() && key->mailbox == first.mailbox && key->uid_validity == first.uid_validity; ++key)
      uids.push_back(key->uid);
    Chain items;
    put_place(items, first);
    put(items, id::kUids, pack(uids));
    chain.add(property, std::move(items));
  }
}
template <class Id, class Unpack>
Result<> get_keys(const Chain& chain, const Id& property, std::vector<ItemKey>& keys, Unpack unpack) {
  TRY_ASSIGN(const auto groups, chain.all(property));
  for (const Chain* items : groups) {
    ItemKey key;
    TRY(get_place(*items, key));
    TRY_ASSIGN(const ByteView packed, items->get_or(id::kUids, ByteView()));
    TRY_ASSIGN(const std::vector<ServerUid> uids, unpack(packed));
    if (uids.size() > kMostReferences - keys.size()) return fail(Errc::Limit, "references of an item");
    for (const ServerUid uid : uids) {
      key.uid = uid;
      keys.push_back(key);
    }
  }
  return {};
}

struct ItemEncoder {
  Chain operator()(const WantItems& message) const {
    Chain chain = of_kind(ItemKind::Want);
    put_place(chain, message);
    put(chain, id::kUids, pack_uid_order(message.uids));
    put(chain, id::kOffset, message.offset);
    put_fixed(chain, id::kRunning, message.running);
    put_keys(chain, id::kReference, message.missing, pack_uid_order);
    put(chain, id::kRaw, message.raw ? 1 : 0);
    put(chain, id::kAskedFor, message.asked_for ? *message.asked_for + 1 : 0);
    return chain;
  }
  Chain operator()(const CancelItems& message) const {
    Chain chain = of_kind(ItemKind::Cancel);
    put_place(chain, message);
    put(chain, id::kUids, pack_uid_order(message.uids));
    return chain;
  }
  Chain operator()(const WantNew& message) const {
    Chain chain = of_kind(ItemKind::WantNew);
    put(chain, id::kToken, message.serial);
    put(chain, id::kBytes, message.most);
    for (const HeldItems& held : message.held) {
      Chain mailbox;
      put_place(mailbox, held);
      put(mailbox, id::kUids, pack_uid_order(held.uids));
      chain.add(id::kReference, std::move(mailbox));
    }
    for (const HeldRanges& here : message.here) {
      Chain mailbox;
      put_place(mailbox, here);
      put(mailbox, id::kUids, pack_ranges(here.uids));
      chain.add(id::kHere, std::move(mailbox));
    }
    return chain;
  }
  Chain operator()(const ItemStart& message) const {
    Chain chain = of_kind(ItemKind::Start);
    put_place(chain, message);
    put(chain, id::kUid, message.uid.value);
    put_fixed(chain, id::kTicket, message.ticket);
    put(chain, id::kSize, message.size);
    put(chain, id::kOffset, message.offset);
    return chain;
  }
  Chain operator()(const ItemReferences& message) const {
    Chain chain = of_kind(ItemKind::References);
    put_keys(chain, id::kReference, message.fronts, pack_uids);
    put_keys(chain, id::kWholeReference, message.whole, pack_uid_order);
    put_keys(chain, id::kSource, message.sources, pack_uid_order);
    put_fixed(chain, id::kCheck, message.check);
    return chain;
  }
  Chain operator()(const ItemBlock& message) const {
    Chain chain = of_kind(ItemKind::Block);
    put(chain, id::kOffset, message.offset);
    put_block(chain, message.block);
    return chain;
  }
  Chain operator()(const ItemEnd& message) const {
    Chain chain = of_kind(ItemKind::End);
    put_fixed(chain, id::kSha256, message.digest);
    return chain;
  }
  Chain operator()(const ItemFailed& message) const {
    Chain chain = of_kind(ItemKind::Failed);
    put_place(chain, message);
    put(chain, id::kUid, message.uid.value);
    put(chain, id::kGone, message.gone ? 1 : 0);
    put(chain, id::kText, message.text);
    put(chain, id::kRaw, message.raw ? 1 : 0);
    return chain;
  }
  Chain operator()(const ItemElsewhere& message) const {
    Chain chain = of_kind(ItemKind::Elsewhere);
    put_place(chain, message);
    put(chain, id::kUid, message.uid.value);
    return chain;
  }
  Chain operator()(const UploadFrom& message) const {
    Chain chain = of_kind(ItemKind::UploadFrom);
    put_fixed(chain, id::kTicket, message.ticket);
    put(chain, id::kOffset, message.offset);
    put_fixed(chain, id::kRunning, message.running);
    return chain;
  }
  Chain operator()(const UploadStored& message) const {
    Chain chain = of_kind(ItemKind::UploadStored);
    put_fixed(chain, id::kTicket, message.ticket);
    return chain;
  }
};

template <class M>
Result<ItemMessage> decode_list(const Chain& chain) {
  M message;
  TRY(get_place(chain, message));
  TRY_ASSIGN(const ByteView packed, chain.get_or(id::kUids, ByteView()));
  TRY_ASSIGN(message.uids, unpack_uid_order(packed));
  if constexpr (requires { message.running; }) {
    TRY(get(chain, id::kOffset, message.offset));
    TRY(get_fixed(chain, id::kRunning, message.running));
    TRY(get_keys(chain, id::kReference, message.missing, unpack_uid_order));
    TRY(get(chain, id::kRaw, message.raw));
    std::uint64_t asked_for = 0;
    TRY(get(chain, id::kAskedFor, asked_for));
    if (asked_for > 0) message.asked_for = asked_for - 1;
  }
  return message;
}

Result<ItemMessage> decode_want_new(const Chain& chain) {
  WantNew message;
  TRY(get(chain, id::kToken, message.serial));
  TRY(get(chain, id::kBytes, message.most));
  TRY_ASSIGN(const auto mailboxes, chain.all(id::kReference));
  if (mailboxes.size() > kMostHeld) return fail(Errc::Limit, "mailboxes of which something is held");
  for (const Chain* mailbox : mailboxes) {
    HeldItems held;
    TRY(get_place(*mailbox, held));
    TRY_ASSIGN(const ByteView packed, mailbox->get_or(id::kUids, ByteView()));
    TRY_ASSIGN(held.uids, unpack_uid_order(packed));
    if (held.uids.size() > kMostHeld) return fail(Errc::Limit, "items held");
    message.held.push_back(std::move(held));
  }
  TRY_ASSIGN(const auto all, chain.all(id::kHere));
  if (all.size() > kMostHeld) return fail(Errc::Limit, "mailboxes of which something is held");
  std::size_t ranges = 0;
  for (const Chain* mailbox : all) {
    HeldRanges here;
    TRY(get_place(*mailbox, here));
    TRY_ASSIGN(const ByteView packed, mailbox->get_or(id::kUids, ByteView()));
    TRY_ASSIGN(here.uids, unpack_ranges(packed, kMostRanges - ranges));
    ranges += here.uids.size();
    message.here.push_back(std::move(here));
  }
  return message;
}

Result<ItemMessage> decode_start(const Chain& chain) {
  ItemStart message;
  TRY(get_place(chain, message));
  TRY(get(chain, id::kUid, message.uid.value));
  TRY(get_fixed(chain, id::kTicket, message.ticket));
  TRY(get(chain, id::kSize, message.size));
  TRY(get(chain, id::kOffset, message.offset));
  if (message.offset > message.size) return fail(Errc::Protocol, "item start: offset beyond its size");
  return message;
}

Result<ItemMessage> decode_references(const Chain& chain) {
  ItemReferences message;
  TRY(get_keys(chain, id::kReference, message.fronts, unpack_uids));
  TRY(get_keys(chain, id::kWholeReference, message.whole, unpack_uid_order));
  TRY(get_keys(chain, id::kSource, message.sources, unpack_uid_order));
  TRY(get_fixed(chain, id::kCheck, message.check));
  return message;
}

Result<ItemMessage> decode_block(const Chain& chain) {
  ItemBlock message;
  TRY(get(chain, id::kOffset, message.offset));
  TRY(get_block(chain, message.block));
  if (message.block.written == 0) return fail(Errc::Protocol, "item block: empty");
  return message;
}

Result<ItemMessage> decode_failed(const Chain& chain) {
  ItemFailed message;
  TRY(get_place(chain, message));
  TRY(get(chain, id::kUid, message.uid.value));
  TRY(get(chain, id::kGone, message.gone));
  TRY(get(chain, id::kText, message.text));
  TRY(get(chain, id::kRaw, message.raw));
  return message;
}

Result<ItemMessage> decode_elsewhere(const Chain& chain) {
  ItemElsewhere message;
  TRY(get_place(chain, message));
  TRY(get(chain, id::kUid, message.uid.value));
  return message;
}

Result<ItemMessage> decode_upload_from(const Chain& chain) {
  UploadFrom message;
  TRY(get_fixed(chain, id::kTicket, message.ticket));
  TRY(get(chain, id::kOffset, message.offset));
  TRY(get_fixed(chain, id::kRunning, message.running));
  return message;
}

}  // namespace

Chain encode(const ItemMessage& message) {
  return std::visit(ItemEncoder{}, message);
}

Result<ItemMessage> decode_item(const Chain& chain) {
  TRY_ASSIGN(const std::uint64_t number, kind_of(chain));
  switch (kind_or_none<ItemKind>(number)) {
    case ItemKind::Want:
      return decode_list<WantItems>(chain);
    case ItemKind::Cancel:
      return decode_list<CancelItems>(chain);
    case ItemKind::WantNew:
      return decode_want_new(chain);
    case ItemKind::Start:
      return decode_start(chain);
    case ItemKind::References:
      return decode_references(chain);
    case ItemKind::Block:
      return decode_block(chain);
    case ItemKind::End: {
      ItemEnd message;
      TRY(get_fixed(chain, id::kSha256, message.digest));
      return message;
    }
    case ItemKind::Failed:
      return decode_failed(chain);
    case ItemKind::Elsewhere:
      return decode_elsewhere(chain);
    case ItemKind::UploadFrom:
      return decode_upload_from(chain);
    case ItemKind::UploadStored: {
      UploadStored message;
      TRY(get_fixed(chain, id::kTicket, message.ticket));
      return message;
    }
  }
  return fail(Errc::Unsupported, "item message of kind " + std::to_string(number));
}

}  // namespace proxy::sync
