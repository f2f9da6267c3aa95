#include "proxy/sync/operation.h"

#include "proxy/sync/fields.h"
#include "proxy/sync/octets.h"
#include "proxy/sync/packed.h"

namespace proxy::sync {
namespace {

using codec::property::Chain;
using namespace fields;

constexpr std::size_t kMaxItems = 10'000;       // of one operation; a face cuts larger sets
constexpr std::size_t kMaxRecipients = 10'000;  // RFC 5321 asks for 100 at least

constexpr std::uint64_t kEightBit = 1;
constexpr std::uint64_t kUtf8 = 2;
constexpr std::uint64_t kAsk = 4;
constexpr std::uint64_t kConflict = 1;
constexpr std::uint64_t kNeedOctets = 2;
constexpr std::uint64_t kAmbiguous = 4;

enum class OperationMessageKind : std::uint8_t {
  Operation = 1,
  Result = 2,
  Submission = 3,
  Report = 4,
  Acknowledge = 5,
  Decide = 6
};

Chain of_ticket(OperationMessageKind kind, const Ticket& ticket) {
  Chain chain = of_kind(kind);
  put_fixed(chain, id::kTicket, ticket);
  return chain;
}

Chain encode_item(const ItemRef& item) {
  Chain chain;
  put(chain, id::kUid, item.uid.value);
  put_fixed(chain, id::kMadeBy, item.made_by);
  put(chain, id::kIndex, item.index);
  return chain;
}

Result<ItemRef> decode_item_ref(const Chain& chain) {
  ItemRef item;
  TRY(get(chain, id::kUid, item.uid.value));
  TRY(get_fixed(chain, id::kMadeBy, item.made_by));
  TRY(get(chain, id::kIndex, item.index));
  return item;
}

void put_flags(Chain& chain, codec::property::Property<Type::Bytes> property, const Flags& flags) {
  if (flags != Flags{}) chain.add(property, pack_flags(flags));
}

Result<> get_flags(const Chain& chain, codec::property::Property<Type::Bytes> property, Flags& into) {
  TRY_ASSIGN(const ByteView packed, chain.get_or(property, ByteView()));
  if (packed.empty()) return {};
  TRY_ASSIGN(into, unpack_flags(packed));
  return {};
}

struct OperationMessageEncoder {
  Chain operator()(const Operation& message) const {
    Chain chain = of_ticket(OperationMessageKind::Operation, message.ticket);
    put(chain, id::kOperation, static_cast<std::uint64_t>(message.kind));
    put(chain, id::kName, message.mailbox);
    put(chain, id::kValidity, message.uid_validity.value);
    put_items(chain, message.items);
    put_flags(chain, id::kAdd, message.add);
    put_flags(chain, id::kRemove, message.remove);
    put(chain, id::kModSeq, message.unchanged_since.value);
    put(chain, id::kTargetMailbox, message.target);
    put(chain, id::kSpecialUse, message.special_use);
    put(chain, id::kDate, message.internal_date);
    put(chain, id::kZone, std::int64_t{message.zone_minutes});
    put(chain, id::kSize, message.size);
    put_fixed(chain, id::kSha256, message.digest);
    put_octets(chain, message.octets);
    if (message.same_as) chain.add(id::kSameAs, ByteView(*message.same_as));
    return chain;
  }
  Chain operator()(const OperationResult& message) const {
    Chain chain = of_ticket(OperationMessageKind::Result, message.ticket);
    put(chain, id::kCode, static_cast<std::uint64_t>(message.code));
    put(chain, id::kText, message.text);
    put(chain, id::kTargetValidity, message.target_validity.value);
    put(chain, id::kMade, pack_uid_order(message.made));
    return chain;
  }
  Chain operator()(const Submission& message) const {
    Chain chain = of_ticket(OperationMessageKind::Submission, message.ticket);
    put(chain, id::kSender, message.sender);
    for (const Recipient& recipient : message.recipients) {
      Chain inner;
      put(inner, id::kRecipientAddress, recipient.address);
      put(inner, id::kNotify, recipient.notify);
      put(inner, id::kOriginal, recipient.original);
      chain.add(id::kRecipient, std::move(inner));
    }
    put(chain, id::kBody,
        (message.eight_bit ? kEightBit : 0) | (message.utf8 ? kUtf8 : 0) | (message.ask_when_ambiguous ? kAsk : 0));
    put(chain, id::kRet, message.ret);
    put(chain, id::kEnvid, message.envid);
    put(chain, id::kSize, message.size);
    put_fixed(chain, id::kSha256, message.digest);
    put_octets(chain, message.octets);
    return chain;
  }
  Chain operator()(const SubmissionReport& message) const {
    Chain chain = of_ticket(OperationMessageKind::Report, message.ticket);
    put(chain, id::kState, static_cast<std::uint64_t>(message.state));
    for (const RecipientResult& recipient : message.recipients) {
      Chain inner;
      put(inner, id::kRecipientAddress, recipient.address);
      put(inner, id::kState, static_cast<std::uint64_t>(recipient.state));
      put(inner, id::kReply, recipient.reply);
      chain.add(id::kRecipient, std::move(inner));
    }
    put(chain, id::kText, message.text);
    put(chain, id::kMarks,
        (message.conflict ? kConflict : 0) | (message.need_octets ? kNeedOctets : 0) |
            (message.ambiguous ? kAmbiguous : 0));
    return chain;
  }
  Chain operator()(const Acknowledge& message) const {
    Chain chain = of_kind(static_cast<std::uint64_t>(OperationMessageKind::Acknowledge));
    for (const Ticket& ticket : message.tickets) chain.add(id::kTicket, ByteView(ticket));
    return chain;
  }
  Chain operator()(const Decide& message) const {
    Chain chain = of_ticket(OperationMessageKind::Decide, message.ticket);
    put(chain, id::kDecision, static_cast<std::uint64_t>(message.what));
    return chain;
  }

 private:
  // Most operations name server UIDs only: one packed list. References by ticket stand one by one.
  static void put_items(Chain& chain, const std::vector<ItemRef>& items) {
    std::vector<ServerUid> uids;
    for (const ItemRef& item : items)
      if (item.uid.value != 0) uids.push_back(item.uid);
    if (uids.size() == items.size()) {
      put(chain, id::kUids, pack_uid_order(uids));
      return;
    }
    for (const ItemRef& item : items) chain.add(id::kItem, encode_item(item));
  }
};

Result<> get_items(const Chain& chain, std::vector<ItemRef>& into) {
  TRY_ASSIGN(const ByteView packed, chain.get_or(id::kUids, ByteView()));
  TRY_ASSIGN(const std::vector<ServerUid> uids, unpack_uid_order(packed));
  for (const ServerUid uid : uids) {
    ItemRef item;
    item.uid = uid;
    into.push_back(item);
  }
  TRY_ASSIGN(const auto items, chain.all(id::kItem));
  for (const Chain* item : items) {
    TRY_ASSIGN(const ItemRef ref, decode_item_ref(*item));
    into.push_back(ref);
  }
  if (into.size() > kMaxItems) return fail(Errc::Limit, "operation on " + std::to_string(into.size()) + " messages");
  return {};
}

Result<OperationMessage> decode_one(const Chain& chain) {
  Operation message;
  TRY(get_fixed(chain, id::kTicket, message.ticket));
  TRY_ASSIGN(const std::uint64_t number, chain.require(id::kOperation));
  if (number < 1 || number > static_cast<std::uint64_t>(OperationKind::Unsubscribe))
    return fail(Errc::Unsupported, "operation " + std::to_string(number));
  message.kind = static_cast<OperationKind>(number);
  TRY(get(chain, id::kName, message.mailbox));
  TRY(get(chain, id::kValidity, message.uid_validity.value));
  TRY(get_items(chain, message.items));
  TRY(get_flags(chain, id::kAdd, message.add));
  TRY(get_flags(chain, id::kRemove, message.remove));
  TRY(get(chain, id::kModSeq, message.unchanged_since.value));
  TRY(get(chain, id::kTargetMailbox, message.target));
  TRY(get(chain, id::kSpecialUse, message.special_use));
  TRY(get(chain, id::kDate, message.internal_date));
  TRY(get(chain, id::kZone, message.zone_minutes));
  TRY(get(chain, id::kSize, message.size));
  TRY(get_fixed(chain, id::kSha256, message.digest));
  TRY(get_octets(chain, kInlineOctets, message.octets));
  Ticket same{};
  TRY(get_fixed(chain, id::kSameAs, same));
  if (chain.has(id::kSameAs)) message.same_as = same;
  return message;
}

Result<OperationMessage> decode_result(const Chain& chain) {
  OperationResult message;
  TRY(get_fixed(chain, id::kTicket, message.ticket));
  TRY(get_enum(chain, id::kCode, message.code, OperationResult::Code::Later));
  TRY(get(chain, id::kText, message.text));
  TRY(get(chain, id::kTargetValidity, message.target_validity.value));
  TRY_ASSIGN(const ByteView made, chain.get_or(id::kMade, ByteView()));
  TRY_ASSIGN(message.made, unpack_uid_order(made));
  return message;
}

Result<OperationMessage> decode_submission(const Chain& chain) {
  Submission message;
  TRY(get_fixed(chain, id::kTicket, message.ticket));
  TRY(get(chain, id::kSender, message.sender));
  TRY_ASSIGN(const auto recipients, chain.all(id::kRecipient));
  if (recipients.empty() || recipients.size() > kMaxRecipients)
    return fail(Errc::Limit, "submission with " + std::to_string(recipients.size()) + " recipients");
  for (const Chain* inner : recipients) {
    Recipient recipient;
    TRY(get(*inner, id::kRecipientAddress, recipient.address));
    TRY(get(*inner, id::kNotify, recipient.notify));
    TRY(get(*inner, id::kOriginal, recipient.original));
    message.recipients.push_back(std::move(recipient));
  }
  TRY_ASSIGN(const std::uint64_t body, chain.get_or(id::kBody, std::uint64_t{0}));
  message.eight_bit = (body & kEightBit) != 0;
  message.utf8 = (body & kUtf8) != 0;
  message.ask_when_ambiguous = (body & kAsk) != 0;
  TRY(get(chain, id::kRet, message.ret));
  TRY(get(chain, id::kEnvid, message.envid));
  TRY(get(chain, id::kSize, message.size));
  TRY(get_fixed(chain, id::kSha256, message.digest));
  TRY(get_octets(chain, kInlineOctets, message.octets));
  return message;
}

Result<SubmissionState> state_of(const Chain& chain) {
  TRY_ASSIGN(const std::uint64_t number, chain.require(id::kState));
  if (number < 1 || number > static_cast<std::uint64_t>(SubmissionState::Unknown))
    return fail(Errc::Protocol, "submission state " + std::to_string(number));
  return static_cast<SubmissionState>(number);
}

Result<OperationMessage> decode_report(const Chain& chain) {
  SubmissionReport message;
  TRY(get_fixed(chain, id::kTicket, message.ticket));
  TRY_ASSIGN(message.state, state_of(chain));
  TRY_ASSIGN(const auto recipients, chain.all(id::kRecipient));
  for (const Chain* inner : recipients) {
    RecipientResult recipient;
    TRY(get(*inner, id::kRecipientAddress, recipient.address));
    TRY_ASSIGN(recipient.state, state_of(*inner));
    TRY(get(*inner, id::kReply, recipient.reply));
    message.recipients.push_back(std::move(recipient));
  }
  TRY(get(chain, id::kText, message.text));
  TRY_ASSIGN(const std::uint64_t marks, chain.get_or(id::kMarks, std::uint64_t{0}));
  message.conflict = (marks & kConflict) != 0;
  message.need_octets = (marks & kNeedOctets) != 0;
  message.ambiguous = (marks & kAmbiguous) != 0;
  return message;
}

Result<OperationMessage> decode_acknowledge(const Chain& chain) {
  Acknowledge message;
  TRY_ASSIGN(const auto tickets, chain.all(id::kTicket));
  for (const ByteView bytes : tickets) {
    Ticket ticket{};
    if (bytes.size() != ticket.size())
      return fail(Errc::Protocol, "ticket of " + std::to_string(bytes.size()) + " bytes");
    std::memcpy(ticket.data(), bytes.data(), ticket.size());
    message.tickets.push_back(ticket);
  }
  return message;
}

}  // namespace

Chain encode(const OperationMessage& message) {
  return std::visit(OperationMessageEncoder{}, message);
}

Result<OperationMessage> decode_operation(const Chain& chain) {
  TRY_ASSIGN(const std::uint64_t number, kind_of(chain));
  switch (kind_or_none<OperationMessageKind>(number)) {
    case OperationMessageKind::Operation:
      return decode_one(chain);
    case OperationMessageKind::Result:
      return decode_result(chain);
    case OperationMessageKind::Submission:
      return decode_submission(chain);
    case OperationMessageKind::Report:
      return decode_report(chain);
    case OperationMessageKind::Acknowledge:
      return decode_acknowledge(chain);
    case OperationMessageKind::Decide: {
      Decide message;
      TRY(get_fixed(chain, id::kTicket, message.ticket));
      TRY_ASSIGN(const std::uint64_t what, chain.require(id::kDecision));
      if (what < 1 || what > 3) return fail(Errc::Protocol, "decision " + std::to_string(what));
      message.what = static_cast<Decide::What>(what);
      return message;
    }
  }
  return fail(Errc::Unsupported, "operation message of kind " + std::to_string(number));
}

}  // namespace proxy::sync
