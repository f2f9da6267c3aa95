#include "proxy/client/replica/view.h"

#include <algorithm>

#include "proxy/client/replica/local.h"
#include "proxy/client/replica/replica.h"

namespace proxy::client::replica {
namespace {

void append_uid(UidRanges& ranges, LocalUid uid) {
  if (!ranges.empty() && ranges.back().last + 1 == uid.value) {
    ranges.back().last = uid.value;
  } else {
    ranges.push_back({uid.value, uid.value});
  }
}

const UidRanges kAll = {{1, 0xffffffff}};

}  // namespace

View::View(Replica& replica, MailboxInfo mailbox, ViewState state, LocalUid last_uid)
    : replica_(replica), mailbox_(std::move(mailbox)), state_(std::move(state)), last_uid_(last_uid) {
  replica_.views_.push_back(&state_);
}

View::~View() {
  std::erase(replica_.views_, &state_);
}

Task<Result<MailboxCounts>> View::counts() {
  return replica_.counts_of(mailbox_.id);
}

Task<Result<std::vector<std::string>>> View::keywords() {
  std::vector<std::string> found;
  const Replica::Job job = [&](Work& work) -> Result<> {
    found.clear();
    return work.database().for_each(
        "SELECT keyword FROM keywords WHERE mailbox=? ORDER BY keyword",
        [&](booster::sql::Row row) { found.push_back(row.get<std::string>(0)); }, mailbox_.id.value);
  };
  CO_TRY(co_await replica_.look(job));
  co_return found;
}

Task<Result<std::optional<std::uint32_t>>> View::first_unseen() {
  std::optional<std::uint32_t> number;
  const Replica::Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(number, first_unseen_of(work, state_));
    return {};
  };
  CO_TRY(co_await replica_.look(job));
  co_return number;
}

std::uint64_t View::version() const {
  return replica_.announced(mailbox_.id).version;
}

Notify& View::changed() {
  return replica_.announced(mailbox_.id).notify;
}

Task<Result<Changes>> View::poll(bool with_expunges) {
  Changes changes;
  ViewState after;
  LocalUid last;
  const Replica::Job job = [&](Work& work) -> Result<> {
    after = state_;
    TRY_ASSIGN(changes, poll_view(work, after, with_expunges));
    TRY_ASSIGN(last, replica::last_uid(work, after));
    return {};
  };
  CO_TRY(co_await replica_.look(job));
  state_ = std::move(after);
  last_uid_ = last;
  co_return changes;
}

Task<Result<std::vector<MessageRow>>> View::rows(const RowQuery& query, LocalUid after) {
  std::vector<MessageRow> rows;
  const Replica::Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(rows, rows_of(work, state_, query, after));
    return {};
  };
  CO_TRY(co_await replica_.look(job));
  co_return rows;
}

Task<Result<UidRanges>> View::uids_of(const UidRanges& numbers) {
  UidRanges uids;
  const Replica::Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(uids, uids_of_numbers(work, state_, numbers));
    return {};
  };
  CO_TRY(co_await replica_.look(job));
  co_return uids;
}

Task<Result<Stored>> View::store(const UidRanges& uids, StoreMode mode, const Flags& flags,
                                 std::optional<std::uint64_t> unchanged_since) {
  Stored stored;
  LocalUid after;
  do {
    StoreStep step;
    const Replica::Job job = [&](Work& work) -> Result<> {
      TRY_ASSIGN(step, store_step(work, state_, uids, after, mode, flags, unchanged_since));
      return {};
    };
    CO_TRY(co_await replica_.change(job));
    for (const LocalUid uid : step.modified) append_uid(stored.modified, uid);
    if (step.mod_seq != 0) stored.mod_seq = step.mod_seq;
    if (step.own) state_.own.push_back(*step.own);
    after = step.after;
  } while (after.value != 0);
  co_return stored;
}

Task<Result<>> View::expunge(const std::optional<UidRanges>& uids) {
  LocalUid after;
  do {
    LocalUid next;
    const Replica::Job job = [&](Work& work) -> Result<> {
      TRY_ASSIGN(next, expunge_step(work, state_, uids ? *uids : kAll, after));
      return {};
    };
    CO_TRY(co_await replica_.change(job));
    after = next;
  } while (after.value != 0);
  co_return Result<>();
}

Task<Result<Copied>> View::transfer(const UidRanges& uids, const std::string& target, bool moving) {
  Copied copied;
  LocalUid after;
  do {
    TransferStep step;
    const Replica::Job job = [&](Work& work) -> Result<> {
      TRY_ASSIGN(step, transfer_step(work, state_, uids, after, target, moving));
      return {};
    };
    CO_TRY(co_await replica_.change(job));
    copied.uid_validity = step.uid_validity;
    for (const auto& [from, to] : step.made) {
      append_uid(copied.from, from);
      append_uid(copied.to, to);
    }
    after = step.after;
  } while (after.value != 0);
  co_return copied;
}

Task<Result<Copied>> View::copy(const UidRanges& uids, const std::string& target) {
  return transfer(uids, target, false);
}

Task<Result<Copied>> View::move(const UidRanges& uids, const std::string& target) {
  return transfer(uids, target, true);
}

}  // namespace proxy::client::replica
