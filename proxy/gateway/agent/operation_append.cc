// APPEND: its octets from wherever they are, and once only.                         Source: DESIGN promise 3, THREATS
// §2.1
#include "proxy/gateway/agent/operation_run.h"
#include "proxy/gateway/agent/spool_source.h"

namespace proxy::gateway::agent {

using connector::Access;

namespace {

constexpr std::size_t kOddSizes = 16;  // candidates of another size that are read all the same: servers misstate it

class DigestSink final : public connector::BodySink {
 public:
  Result<> begin(std::uint64_t) override {
    running = crypto::Sha256();
    return {};
  }
  Task<Result<>> octets(std::string_view bytes) override {
    running.update(bytes);
    co_return Result<>();
  }
  crypto::Sha256 running;
};

}  // namespace

Outcome OperationRun::appended(sync::ServerUid uid) const {
  Outcome outcome = end(Code::Done);
  outcome.result.target_validity = marker_->uid_validity;
  outcome.result.made.push_back(uid);
  if (uid.value != 0) outcome.claims.push_back({operation_.mailbox, marker_->uid_validity, uid});
  return outcome;
}

Task<Result<bool>> OperationRun::is_ours(imap::Uid uid) {
  DigestSink sink;
  auto read = co_await connection_.body(uid, sink);
  if (!read && connection_.usable()) co_return false;  // expunged meanwhile
  if (!read) co_return tl::unexpected(read.error());
  co_return sink.running.digest().bytes == operation_.digest;
}

// The first message with exactly these octets that is nobody else's; 0: none.
Task<Result<sync::ServerUid>> OperationRun::find_appended(const imap::MailboxName& target) {
  CO_TRY_ASSIGN(imap::SequenceSet candidates, co_await unclaimed(target));
  if (candidates.empty()) co_return sync::ServerUid{};
  CO_TRY_ASSIGN(const std::vector<connector::SkeletonRow> rows, co_await connection_.skeleton(std::move(candidates)));
  std::vector<imap::Uid> likely, odd;
  for (const connector::SkeletonRow& row : rows) (row.size == operation_.size ? likely : odd).push_back(row.uid);
  if (odd.size() > kOddSizes) odd.clear();
  likely.insert(likely.end(), odd.begin(), odd.end());
  for (const imap::Uid uid : likely) {
    CO_TRY_ASSIGN(const bool ours, co_await is_ours(uid));
    if (ours) co_return sync::ServerUid{uid.value};
  }
  co_return sync::ServerUid{};
}

Task<Result<std::optional<Outcome>>> OperationRun::appended_before(const imap::MailboxName& target) {
  if (!marker_) co_return std::optional<Outcome>();
  auto uid = co_await find_appended(target);
  if (!uid) {
    if (!said_no(uid.error())) co_return tl::unexpected(uid.error());
    co_return refused(uid.error(), true);
  }
  if (uid->value == 0) co_return std::optional<Outcome>();
  co_return appended(*uid);
}

// Inline, uploaded under this ticket, or those of a submission. Null: they are nowhere.
Task<Result<std::unique_ptr<connector::OctetSource>>> OperationRun::octets(std::string& conflict) {
  std::unique_ptr<connector::OctetSource> source;
  if (!operation_.octets.empty()) {
    const bool right = operation_.octets.size() == operation_.size &&
                       crypto::sha256(ByteView(operation_.octets)).bytes == operation_.digest;
    if (!right) conflict = "the octets are not those of their digest";
    if (right) source = std::make_unique<MemorySource>(operation_.octets);
    co_return std::move(source);
  }
  std::vector<Ticket> places{operation_.ticket};
  if (operation_.same_as) places.push_back(*operation_.same_as);
  for (const Ticket& place : places) {
    auto job = [&](TicketFile& file) -> Result<bool> {
      TRY_ASSIGN(const auto size, file.spool().find(place));
      if (!size || *size != operation_.size) return false;
      TRY_ASSIGN(const ContentDigest digest, file.spool().digest(place));
      return digest == operation_.digest;
    };
    CO_TRY_ASSIGN(const bool here, co_await store(std::move(job)));
    if (!here) continue;
    source = std::make_unique<SpoolSource>(tickets_, place, operation_.size);
    break;
  }
  co_return std::move(source);
}

// The server's own Sent copy of the submission that is named: then nothing is to be appended beside it.
Task<Result<sync::ServerUid>> OperationRun::filed_by_server(const imap::MailboxName& target) {
  const auto submission_ticket = *operation_.same_as;
  auto job = [&](TicketFile& file) { return file.find_submission(submission_ticket); };
  CO_TRY_ASSIGN(const std::optional<StoredSubmission> submission, co_await store(std::move(job)));
  if (!submission || submission->message_id.empty()) co_return sync::ServerUid{};
  CO_TRY_ASSIGN(const connector::Selected selected, co_await connection_.select(target, Access::ReadOnly));
  imap::search::Contains contains{imap::search::Field::Header, "Message-ID", submission->message_id};
  imap::SearchKey key{std::move(contains)};
  CO_TRY_ASSIGN(const imap::SequenceSet found, co_await connection_.search(std::move(key)));
  marker_->uid_validity = {selected.uid_validity.value};
  co_return sync::ServerUid{found.back().value_or(0)};
}

Task<Result<Outcome>> OperationRun::append() {
  auto target = co_await name_of(operation_.mailbox);
  auto flags = flag_set(operation_.add);
  if (!connection_.usable()) co_return tl::unexpected(target.error());
  if (!target || !flags) co_return end(Code::Refused, "no mailbox or flag can have this name");
  CO_TRY_ASSIGN(std::optional<Outcome> before, co_await appended_before(*target));
  if (before) co_return std::move(*before);
  std::string conflict;
  CO_TRY_ASSIGN(const std::unique_ptr<connector::OctetSource> source, co_await octets(conflict));
  if (!conflict.empty()) co_return not_now(Code::Conflict, std::move(conflict));
  if (!marker_) marker_.emplace();
  if (operation_.same_as && sent_by_server_) {
    CO_TRY_ASSIGN(const sync::ServerUid filed, co_await filed_by_server(*target));
    if (filed.value != 0) co_return appended(filed);
  }
  if (!source) co_return not_now(Code::NeedOctets, "the octets are not here");
  CO_TRY(co_await write_target_marker(*target));
  std::optional<imap::DateTime> date;
  if (operation_.internal_date != 0) date = imap::DateTime{operation_.internal_date, operation_.zone_minutes};
  auto code = co_await connection_.append(*target, *flags, date, *source);
  if (!code) {
    if (!said_no(code.error())) co_return tl::unexpected(code.error());
    co_return refused(code.error(), true);
  }
  if (*code && (*code)->uids.size() == 1) {
    marker_->uid_validity = {(*code)->uid_validity.value};
    co_return appended({(*code)->uids.front().first});
  }
  CO_TRY_ASSIGN(const sync::ServerUid found, co_await find_appended(*target));
  co_return appended(found);
}

}  // namespace proxy::gateway::agent
