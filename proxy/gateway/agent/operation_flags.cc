// Flags and expunges.                                        Source: RFC 4549 §4.2.3, 4.2.4, RFC 7162 §3.1.3, THREATS
// §2.2
#include "proxy/gateway/agent/operation_run.h"

namespace proxy::gateway::agent {

using connector::Access;
using imap::command::StoreMode;

namespace {

struct Needs {
  imap::SequenceSet add, remove;
  std::size_t found = 0;
};

bool has_all(const imap::FlagSet& have, const imap::FlagSet& wanted) {
  for (const imap::Flag& flag : wanted.flags())
    if (!have.has(flag)) return false;
  return true;
}
bool has_any(const imap::FlagSet& have, const imap::FlagSet& unwanted) {
  for (const imap::Flag& flag : unwanted.flags())
    if (have.has(flag)) return true;
  return false;
}

}  // namespace

// Read, compare, store, read again: what is so already is not stored, and the last writer wins flag by flag. The guard
// is the mailbox's state just before it was read, so nobody's change in between is overwritten unseen; without
// CONDSTORE that gap stays open.
Task<Result<Outcome>> OperationRun::change_flags() {
  auto add = flag_set(operation_.add);
  auto remove = flag_set(operation_.remove);
  if (!add || !remove) co_return end(Code::Refused, "a flag that no server takes");
  bool guard_refused = false;
  for (int round = 0; round <= kStoreRounds; ++round) {
    Uids uids;
    CO_TRY_ASSIGN(std::optional<Outcome> cannot, co_await open_items(Access::ReadWrite, uids));
    if (cannot) co_return std::move(*cannot);
    const imap::ModSeq before = connection_.selected()->highest_mod_seq;
    const bool guarded = connection_.can().condstore && before.value != 0;
    Needs needs;
    auto row = [&](connector::FlagRow found) {
      ++needs.found;
      if (!has_all(found.flags, *add)) needs.add.add(found.uid.value);
      if (has_any(found.flags, *remove)) needs.remove.add(found.uid.value);
    };
    imap::SequenceSet all = set_of(uids);
    if (!all.empty()) CO_TRY(co_await connection_.scan_flags(std::move(all), row));
    if (needs.found == 0) co_return end(Code::Gone, "the messages are not there any more");
    if (needs.add.empty() && needs.remove.empty()) co_return end(Code::Done);
    if (round == kStoreRounds) break;
    std::optional<imap::ModSeq> guard;
    if (guarded) guard = before;
    imap::SequenceSet refused;
    if (!needs.remove.empty()) {
      CO_TRY_ASSIGN(refused, co_await connection_.store(needs.remove, StoreMode::Remove, *remove, guard));
    }
    if (!needs.add.empty()) {
      // What we have changed just now is newer than the guard.
      imap::SequenceSet fresh = subtract(needs.add, needs.remove), again = intersect(needs.add, needs.remove);
      again = subtract(again, refused);
      if (!again.empty()) {
        CO_TRY_ASSIGN(const auto none,
                      co_await connection_.store(std::move(again), StoreMode::Add, *add, std::nullopt));
      }
      if (!fresh.empty()) {
        CO_TRY_ASSIGN(const auto more, co_await connection_.store(std::move(fresh), StoreMode::Add, *add, guard));
        refused = unite(refused, more);
      }
    }
    guard_refused = !refused.empty();
    if (guarded && refused.empty()) co_return end(Code::Done);
  }
  if (guard_refused) co_return end(Code::Conflict, "somebody else keeps changing these flags");
  co_return end(Code::Refused, connection_.host() + " does not keep these flags");
}

// Only what this user has marked \Deleted before, and of that only these: a mark that somebody took back is respected.
Task<Result<Outcome>> OperationRun::expunge() {
  Uids uids;
  CO_TRY_ASSIGN(std::optional<Outcome> cannot, co_await open_items(Access::ReadWrite, uids));
  if (cannot) co_return std::move(*cannot);
  imap::SequenceSet set = set_of(uids);
  if (set.empty()) co_return end(Code::Gone, "the messages are not there any more");
  co_return co_await expunge_set(std::move(set));
}

// In the selected mailbox. Where others are marked and the server cannot tell them apart it is put off, not forgotten.
Task<Result<Outcome>> OperationRun::expunge_set(imap::SequenceSet set) {
  auto done = co_await connection_.expunge(set);
  if (done) co_return end(Code::Done);
  if (!connection_.usable()) co_return tl::unexpected(done.error());
  if (connection_.refusal() != nullptr || done.error().code != Errc::Conflict) co_return refused(done.error(), true);
  std::vector<DeferredExpunge> messages;
  const sync::UidValidity here{connection_.selected()->uid_validity.value};
  for (const imap::Range& range : set.ranges())
    for (std::uint64_t uid = range.first; uid <= range.last; ++uid)
      messages.push_back({operation_.mailbox, here, {static_cast<std::uint32_t>(uid)}});
  auto job = [&messages](TicketFile& file) { return file.defer_expunge(messages); };
  CO_TRY(co_await store(std::move(job)));
  co_return end(Code::Done, "other messages are marked deleted there: expunged as soon as these are gone");
}

}  // namespace proxy::gateway::agent
