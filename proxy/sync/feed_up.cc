// Client -> agent on the sync stream.
#include "proxy/sync/feed.h"
#include "proxy/sync/fields.h"
#include "proxy/sync/packed.h"

namespace proxy::sync {
namespace {

using codec::property::Chain;
using namespace fields;

enum class UpKind : std::uint8_t { Vectors = 1, Refresh = 2, RangeStates = 3 };

Chain encode_vector(const MailboxVector& vector) {
  Chain chain;
  put(chain, id::kName, vector.name);
  put(chain, id::kValidity, vector.uid_validity.value);
  put(chain, id::kUidNext, vector.uid_next.value);
  put(chain, id::kModSeq, vector.mod_seq.value);
  put(chain, id::kCount, vector.count);
  put(chain, id::kDigest, pack_digest(vector.digest));
  put(chain, id::kOverviewBelow, vector.overview_below.value);
  return chain;
}

Result<MailboxVector> decode_vector(const Chain& chain) {
  MailboxVector vector;
  TRY(get(chain, id::kName, vector.name));
  TRY(get(chain, id::kValidity, vector.uid_validity.value));
  TRY(get(chain, id::kUidNext, vector.uid_next.value));
  TRY(get(chain, id::kModSeq, vector.mod_seq.value));
  TRY(get(chain, id::kCount, vector.count));
  TRY_ASSIGN(const ByteView digest, chain.require(id::kDigest));
  TRY_ASSIGN(vector.digest, unpack_digest(digest));
  TRY(get(chain, id::kOverviewBelow, vector.overview_below.value));
  return vector;
}

struct UpEncoder {
  Chain operator()(const Vectors& message) const {
    Chain chain = of_kind(UpKind::Vectors);
    put_fixed(chain, id::kLedger, message.ledger);
    put(chain, id::kFoldersDigest, message.folders_digest);
    put(chain, id::kBodiesFollow, message.bodies_follow);
    for (const MailboxVector& vector : message.mailboxes) chain.add(id::kVector, encode_vector(vector));
    return chain;
  }
  Chain operator()(const Refresh& message) const {
    Chain chain = of_kind(UpKind::Refresh);
    put(chain, id::kToken, message.token);
    return chain;
  }
  Chain operator()(const RangeStates& message) const {
    Chain chain = of_kind(UpKind::RangeStates);
    put(chain, id::kMailbox, message.mailbox);
    for (const RangeState& range : message.ranges) {
      Chain inner;
      put(inner, id::kLow, range.low.value);
      put(inner, id::kHigh, range.high.value);
      put(inner, id::kCount, range.count);
      put(inner, id::kDigest, pack_digest(range.digest));
      chain.add(id::kRange, std::move(inner));
    }
    chain.add(id::kEntries, pack_entries(message.entries));
    return chain;
  }
};

Result<UpMessage> decode_vectors(const Chain& chain) {
  Vectors message;
  TRY(get_fixed(chain, id::kLedger, message.ledger));
  TRY(get(chain, id::kFoldersDigest, message.folders_digest));
  TRY(get(chain, id::kBodiesFollow, message.bodies_follow));
  TRY_ASSIGN(const auto vectors, chain.all(id::kVector));
  for (const Chain* vector : vectors) {
    TRY_ASSIGN(MailboxVector decoded, decode_vector(*vector));
    message.mailboxes.push_back(std::move(decoded));
  }
  return message;
}

Result<UpMessage> decode_range_states(const Chain& chain) {
  RangeStates message;
  TRY(get(chain, id::kMailbox, message.mailbox));
  TRY_ASSIGN(const auto ranges, chain.all(id::kRange));
  for (const Chain* range : ranges) {
    RangeState state;
    TRY(get(*range, id::kLow, state.low.value));
    TRY(get(*range, id::kHigh, state.high.value));
    TRY(get(*range, id::kCount, state.count));
    TRY_ASSIGN(const ByteView digest, range->require(id::kDigest));
    TRY_ASSIGN(state.digest, unpack_digest(digest));
    message.ranges.push_back(state);
  }
  TRY_ASSIGN(const ByteView entries, chain.require(id::kEntries));
  TRY_ASSIGN(message.entries, unpack_entries(entries));
  return message;
}

}  // namespace

Chain encode(const UpMessage& message) {
  return std::visit(UpEncoder{}, message);
}

Result<UpMessage> decode_up(const Chain& chain) {
  TRY_ASSIGN(const std::uint64_t number, kind_of(chain));
  switch (kind_or_none<UpKind>(number)) {
    case UpKind::Vectors:
      return decode_vectors(chain);
    case UpKind::Refresh: {
      Refresh message;
      TRY(get(chain, id::kToken, message.token));
      return message;
    }
    case UpKind::RangeStates:
      return decode_range_states(chain);
  }
  return fail(Errc::Unsupported, "sync message of kind " + std::to_string(number));
}

}  // namespace proxy::sync
