// Changing messages: flags, copies, moves, appends, expunges.    Source: RFC 3501 §6.3.11, 6.4, RFC 4315, 6851, 7162,
// 7888
#include "booster/runtime/timer.h"
#include "proxy/gateway/connector/imap_exchange.h"

namespace proxy::gateway::connector {

namespace response = imap::response;
namespace command = imap::command;

namespace {

// A code of one kind, in the tagged response or in an untagged OK before it (MOVE).
template <class CodeT>
class CodeExchange final : public Exchange {
 public:
  Result<> on_response(imap::Response& found) override {
    const auto* state = std::get_if<response::State>(&found);
    if (state == nullptr || !state->code) return {};
    if (const auto* code = std::get_if<CodeT>(&*state->code)) {
      value = *code;
      all.push_back(*code);
    }
    return {};
  }
  std::optional<CodeT> value;
  std::vector<CodeT> all;
};

}  // namespace

// NO [MODIFIED ...] is what some servers say when the guard refused every message: an answer, no failure.
Task<Result<SequenceSet>> ImapConnection::store(SequenceSet uids, command::StoreMode mode, FlagSet flags,
                                                std::optional<ModSeq> unchanged_since) {
  SequenceSet refused;
  for (SequenceSet& part : imap::split(uids, kSetText)) {
    command::Store store{.uid = true,
                         .set = std::move(part),
                         .unchanged_since = can_.condstore ? unchanged_since : std::nullopt,
                         .mode = mode,
                         .silent = true,
                         .flags = flags};
    CodeExchange<imap::code::Modified> exchange;
    CO_TRY_ASSIGN(State state, co_await run(std::move(store), exchange));
    if (exchange.value) refused = unite(refused, exchange.value->set);
    const bool all_refused = exchange.value && state.condition == response::Condition::No;
    if (!all_refused) CO_TRY(judge(std::move(state)));
  }
  co_return std::move(refused);
}

// One COPYUID for all parts of a long set. A server that names a part only is taken at its word: the caller sees
// which UIDs are there.
Task<Result<std::optional<imap::code::CopyUid>>> ImapConnection::copy_or_move(SequenceSet uids,
                                                                              const MailboxName& target, bool move) {
  std::optional<imap::code::CopyUid> made;
  for (SequenceSet& part : imap::split(uids, kSetText)) {
    command::Copy copying{true, part, target};
    command::Move moving{true, std::move(part), target};
    command::Any any = std::move(copying);
    if (move) any = std::move(moving);
    CodeExchange<imap::code::CopyUid> exchange;
    CO_TRY_ASSIGN(State state, co_await run(std::move(any), exchange));
    CO_TRY(judge(std::move(state)));
    for (imap::code::CopyUid& code : exchange.all) {
      if (!made) {
        made = std::move(code);
        continue;
      }
      if (code.uid_validity != made->uid_validity) continue;
      made->from.insert(made->from.end(), code.from.begin(), code.from.end());
      made->to.insert(made->to.end(), code.to.begin(), code.to.end());
    }
  }
  co_return std::move(made);
}

Task<Result<std::optional<imap::code::CopyUid>>> ImapConnection::copy(SequenceSet uids, const MailboxName& target) {
  co_return co_await copy_or_move(std::move(uids), target, false);
}

Task<Result<std::optional<imap::code::CopyUid>>> ImapConnection::move(SequenceSet uids, const MailboxName& target) {
  if (!can_.move) co_return fail(Errc::Unsupported, host_ + " has no MOVE");
  co_return co_await copy_or_move(std::move(uids), target, true);
}

Task<Result<std::optional<imap::code::AppendUid>>> ImapConnection::append(const MailboxName& mailbox, FlagSet flags,
                                                                          std::optional<imap::DateTime> date,
                                                                          OctetSource& octets) {
  refusal_.reset();
  if (!wire_) co_return fail(Errc::Closed, "no connection to " + host_);
  octets_left_ = kAnswerOctets;
  stall_ = kSearchStall;  // a server writes and indexes before it answers
  command::Append append{.mailbox = mailbox, .flags = std::move(flags), .date = date, .size = octets.size()};
  const imap::Tag tag = next_tag();
  imap::Command whole{tag, std::move(append)};
  imap::CommandText text = imap::write_command(whole, literals());
  CodeExchange<imap::code::AppendUid> exchange;
  auto state = co_await append_in(std::move(text), tag, octets, exchange);
  if (!state) {
    close();
    co_return tl::unexpected(std::move(state).error());
  }
  CO_TRY(judge(std::move(*state)));
  co_return std::move(exchange.value);
}

Task<Result<response::State>> ImapConnection::append_in(imap::CommandText text, imap::Tag tag, OctetSource& octets,
                                                        Exchange& exchange) {
  const bool at_once = imap::ends_non_sync(text);
  for (std::size_t i = 0; i < text.pieces.size(); ++i) {
    CO_TRY(co_await write(std::move(text.pieces[i])));
    if (i + 1 == text.pieces.size() && at_once) break;
    CO_TRY_ASSIGN(std::optional<State> refused, co_await read_until(tag, exchange, true));
    if (refused) co_return std::move(*refused);
  }
  CO_TRY(co_await send_octets(octets));
  CO_TRY_ASSIGN(std::optional<State> state, co_await read_until(tag, exchange, false));
  co_return std::move(*state);
}

Task<Result<>> ImapConnection::send_octets(OctetSource& octets) {
  Bytes piece(kReadBuffer);
  std::uint64_t left = octets.size();
  while (left > 0) {
    CO_TRY_ASSIGN(const std::size_t count, co_await octets.read(piece));
    if (count == 0 || count > left) co_return fail(Errc::Conflict, "octets to append: not as many as stated");
    CO_TRY(co_await runtime::with_timeout(kStall, wire_->write(ByteView(piece).first(count))));
    left -= count;
  }
  co_return co_await write("\r\n");
}

// Between SEARCH and EXPUNGE another program may mark a message of its own: only UIDPLUS closes that gap.
Task<Result<>> ImapConnection::expunge(SequenceSet uids) {
  if (can_.uid_plus) {
    for (SequenceSet& part : imap::split(uids, kSetText)) {
      command::Expunge expunge{std::move(part)};
      CO_TRY(co_await simple(std::move(expunge)));
    }
    co_return Result<>();
  }
  imap::search::HasFlag deleted{imap::Flag(imap::SystemFlag::Deleted), true};
  imap::SearchKey key{std::move(deleted)};
  CO_TRY_ASSIGN(SequenceSet marked, co_await search(std::move(key)));
  if (!subtract(marked, uids).empty())
    co_return fail(Errc::Conflict, "other messages are marked deleted, and the server cannot expunge some only");
  command::Expunge all{std::nullopt};
  co_return co_await simple(std::move(all));
}

}  // namespace proxy::gateway::connector
