#include "proxy/gateway/agent/operations.h"

#include <algorithm>
#include <map>

#include "proxy/gateway/agent/operation_run.h"

namespace proxy::gateway::agent {

using connector::Access;

Result<imap::FlagSet> flag_set(const sync::Flags& flags) {
  imap::FlagSet set;
  for (const imap::SystemFlag flag : {imap::SystemFlag::Seen, imap::SystemFlag::Answered, imap::SystemFlag::Flagged,
                                      imap::SystemFlag::Deleted, imap::SystemFlag::Draft})
    if ((flags.system & static_cast<std::uint8_t>(flag)) != 0) set.add(flag);
  for (const std::string& keyword : flags.keywords) {
    TRY_ASSIGN(const imap::Flag flag, imap::make_flag(keyword));
    TRY(set.add(flag));
  }
  return set;
}

imap::SequenceSet set_of(const std::vector<sync::ServerUid>& uids) {
  std::vector<imap::Range> ranges;
  for (const sync::ServerUid uid : uids)
    if (uid.value != 0) ranges.push_back({uid.value, uid.value});
  return imap::SequenceSet(std::move(ranges));
}

std::string words_of(const ImapConnection& connection, const Error& error) {
  if (const auto* refusal = connection.refusal()) return connection.host() + " said: " + refusal->text.text();
  return codec::to_string(error);
}

// ---- one operation

Outcome OperationRun::end(Code code, std::string text) const {
  Outcome outcome;
  outcome.result.ticket = operation_.ticket;
  outcome.result.code = code;
  outcome.result.text = std::move(text);
  return outcome;
}

Outcome OperationRun::not_now(Code code, std::string text) const {
  Outcome outcome = end(code, std::move(text));
  outcome.final = false;
  return outcome;
}

// NO and BAD, in the server's words: the client undoes or recovers.
Outcome OperationRun::refused(const Error& error, bool missing_is_gone) const {
  std::string text = words_of(connection_, error);
  if (error.code == Errc::Unreachable) return not_now(Code::Later, std::move(text));
  if (error.code == Errc::NotFound && missing_is_gone) return end(Code::Gone, std::move(text));
  return end(Code::Refused, std::move(text));
}

bool OperationRun::said_no(const Error&) const {
  return !store_failed_ && connection_.usable() && connection_.refusal() != nullptr;
}

// A server's name that is not canonical on the wire ("R&D") is taken from its own list.
Task<Result<imap::MailboxName>> OperationRun::name_of(const std::string& utf8) {
  auto name = imap::make_mailbox_name(utf8);
  if (!name || utf8.find('&') == std::string::npos) co_return name;
  const imap::StatusItems no_status;
  CO_TRY_ASSIGN(const std::vector<connector::ListedMailbox> listed, co_await connection_.list(no_status));
  for (const connector::ListedMailbox& one : listed)
    if (one.name.utf8() == utf8) co_return one.name;
  co_return name;
}

Task<Result<>> OperationRun::resolve(const sync::ItemRef& item, sync::UidValidity here, sync::ServerUid& uid,
                                     bool& later) {
  uid = item.uid;
  if (uid.value != 0) co_return Result<>();
  auto job = [ticket = item.made_by](TicketFile& file) { return file.find_operation(ticket); };
  CO_TRY_ASSIGN(const std::optional<StoredOperation> earlier, co_await store(std::move(job)));
  if (!earlier || !earlier->result) {
    later = true;
    co_return Result<>();
  }
  const sync::OperationResult& result = *earlier->result;
  if (result.target_validity == here && item.index < result.made.size()) uid = result.made[item.index];
  co_return Result<>();
}

Task<Result<std::optional<Outcome>>> OperationRun::open_items(Access access, Uids& uids) {
  if (operation_.items.empty() || operation_.items.size() > kMaxOperationItems)
    co_return end(Code::Refused, "a change of no messages, or of too many");
  auto name = co_await name_of(operation_.mailbox);
  if (!name) {
    if (!connection_.usable()) co_return tl::unexpected(name.error());
    co_return end(Code::Refused, "no mailbox can have this name");
  }
  auto selected = co_await connection_.select(*name, access);
  if (!selected) {
    if (!said_no(selected.error())) co_return tl::unexpected(selected.error());
    co_return refused(selected.error(), true);
  }
  if (access == Access::ReadWrite && selected->read_only)
    co_return end(Code::Refused, connection_.host() + " lets nobody change this mailbox");
  const sync::UidValidity here{selected->uid_validity.value};
  const bool by_uid = std::ranges::any_of(operation_.items, [](const auto& item) { return item.uid.value != 0; });
  if (by_uid && operation_.uid_validity.value != 0 && operation_.uid_validity != here)
    co_return not_now(Code::Conflict, "the server has numbered this mailbox anew (UIDVALIDITY)");
  bool later = false;
  uids.assign(operation_.items.size(), {});
  for (std::size_t i = 0; i < uids.size() && !later; ++i)
    CO_TRY(co_await resolve(operation_.items[i], here, uids[i], later));
  if (later) co_return not_now(Code::Later, "the change that makes this message is not done yet");
  co_return std::optional<Outcome>();
}

Task<Result<Outcome>> OperationRun::run() {
  auto outcome = co_await carry_out();
  if (!outcome) {
    if (!said_no(outcome.error())) co_return outcome;
    co_return refused(outcome.error(), true);
  }
  co_return outcome;
}

Task<Result<Outcome>> OperationRun::carry_out() {
  switch (operation_.kind) {
    case sync::OperationKind::Store:
      co_return co_await change_flags();
    case sync::OperationKind::Expunge:
      co_return co_await expunge();
    case sync::OperationKind::Copy:
    case sync::OperationKind::Move:
      co_return co_await copy_or_move();
    case sync::OperationKind::Append:
      co_return co_await append();
    case sync::OperationKind::Create:
      co_return co_await create();
    case sync::OperationKind::Delete:
      co_return co_await remove();
    case sync::OperationKind::Rename:
      co_return co_await rename();
    case sync::OperationKind::Subscribe:
    case sync::OperationKind::Unsubscribe:
      co_return co_await subscribe();
  }
  co_return end(Code::Refused, "a kind of change this gateway does not know");
}

// ---- the user's operations, one after another

namespace {

sync::OperationResult later(const Ticket& ticket, std::string text) {
  sync::OperationResult result;
  result.ticket = ticket;
  result.code = Code::Later;
  result.text = std::move(text);
  return result;
}

void tell(OperationsAccess& agent, const sync::Operation& operation, const sync::OperationResult& result) {
  if (result.code != Code::Done) return;
  using Kind = sync::OperationKind;
  const Kind kind = operation.kind;
  if (kind == Kind::Create || kind == Kind::Delete || kind == Kind::Rename || kind == Kind::Subscribe ||
      kind == Kind::Unsubscribe)
    return agent.folders_touched();
  if (kind != Kind::Copy) agent.touched(operation.mailbox);
  if (kind == Kind::Copy || kind == Kind::Move) agent.touched(operation.target);
}

}  // namespace

std::int64_t Operations::now() const {
  return std::chrono::duration_cast<std::chrono::seconds>(loop_.wall_now().time_since_epoch()).count();
}

Task<sync::OperationResult> Operations::execute(OperationsAccess& agent, sync::Operation operation) {
  auto lock = co_await one_.lock();
  if (!lock) co_return later(operation.ticket, "the agent logs off");
  sync::OperationResult result = co_await execute_alone(agent, operation);
  tell(agent, operation, result);
  co_return result;
}

// A connection that broke in the middle is made anew once: most often it was only idle for too long.
Task<sync::OperationResult> Operations::execute_alone(OperationsAccess& agent, const sync::Operation& operation) {
  const ContentDigest digest = operation_digest(operation);
  std::string trouble;
  for (int round = 0; round < 2; ++round) {
    auto find = [ticket = operation.ticket](TicketFile& file) { return file.find_operation(ticket); };
    auto stored = co_await tickets_.run(std::move(find));
    if (!stored) co_return later(operation.ticket, codec::to_string(stored.error()));
    if (*stored && (*stored)->digest != digest) {
      sync::OperationResult conflict = later(operation.ticket, "this ticket stands for another change");
      conflict.code = Code::Conflict;
      co_return conflict;
    }
    if (*stored && (*stored)->result) co_return *(*stored)->result;
    auto result = co_await attempt(agent, operation, *stored);
    if (result) co_return std::move(*result);
    trouble = codec::to_string(result.error());
    const Errc code = result.error().code;
    if (code != Errc::Closed && code != Errc::Timeout) break;
  }
  co_return later(operation.ticket, std::move(trouble));
}

Task<Result<sync::OperationResult>> Operations::attempt(OperationsAccess& agent, const sync::Operation& operation,
                                                        const std::optional<StoredOperation>& stored) {
  std::optional<Marker> marker;
  if (stored && !stored->marker.empty()) {
    CO_TRY_ASSIGN(marker, decode_marker(stored->marker));
  }
  std::optional<Result<Outcome>> ended;
  {
    CO_TRY_ASSIGN(Upstream::Lease lease, co_await agent.upstream().work(Urgency::Operation));
    OperationRun run(tickets_, *lease, operation, std::move(marker), sent_by_server_, now());
    ended.emplace(co_await run.run());
  }
  Result<Outcome>& outcome = *ended;
  if (!outcome) co_return tl::unexpected(outcome.error());
  if (!outcome->final) co_return std::move(outcome->result);
  auto finish = [&operation, &outcome, at = now()](TicketFile& file) {
    return file.finish_operation(operation.ticket, operation_digest(operation), outcome->result, outcome->claims, at);
  };
  CO_TRY(co_await tickets_.run(std::move(finish)));
  if (operation.kind == sync::OperationKind::Append) {
    // Best effort: the sweep takes what stays.
    auto drop = [&operation](TicketFile& file) -> Result<> {
      if (operation.same_as) (void)file.referenced(*operation.same_as);
      return file.spool().drop(operation.ticket);
    };
    (void)co_await tickets_.run(std::move(drop));
  }
  co_return std::move(outcome->result);
}

Task<Result<>> Operations::expunge_deferred(OperationsAccess& agent) {
  CO_TRY_ASSIGN(const auto lock, co_await one_.lock());
  auto list = [](TicketFile& file) { return file.deferred(); };
  CO_TRY_ASSIGN(const std::vector<DeferredExpunge> waiting, co_await tickets_.run(std::move(list)));
  std::map<std::string, std::vector<DeferredExpunge>> by_mailbox;
  for (const DeferredExpunge& one : waiting) by_mailbox[one.mailbox].push_back(one);
  for (auto& [mailbox, messages] : by_mailbox) {
    CO_TRY_ASSIGN(Upstream::Lease lease, co_await agent.upstream().work(Urgency::Operation));
    const auto name = imap::make_mailbox_name(mailbox);
    if (!name) continue;
    auto selected = co_await lease->select(*name, Access::ReadWrite);
    if (!selected && !lease->usable()) co_return tl::unexpected(selected.error());
    std::set<std::uint32_t> marked;
    std::vector<sync::ServerUid> uids;
    for (const DeferredExpunge& one : messages)
      if (selected && one.uid_validity.value == selected->uid_validity.value) uids.push_back(one.uid);
    if (!uids.empty()) {
      auto row = [&marked](connector::FlagRow found) {
        if (found.flags.has(imap::SystemFlag::Deleted)) marked.insert(found.uid.value);
      };
      CO_TRY(co_await lease->scan_flags(set_of(uids), row));
    }
    std::erase_if(uids, [&](sync::ServerUid uid) { return !marked.contains(uid.value); });
    if (!uids.empty()) {
      auto done = co_await lease->expunge(set_of(uids));
      if (!done && !lease->usable()) co_return done;
      if (!done) continue;  // others are still marked beside them
      agent.touched(mailbox);
    }
    // Gone, taken back by somebody, or renumbered: nothing of ours is left there.
    auto forget = [&gone = messages](TicketFile& file) -> Result<> {
      for (const DeferredExpunge& one : gone) TRY(file.expunged(one));
      return {};
    };
    CO_TRY(co_await tickets_.run(std::move(forget)));
  }
  co_return Result<>();
}

}  // namespace proxy::gateway::agent
