// Questions of views, answered from the tables in time O(answer). Internal to this folder.
#pragma once
#include "proxy/client/replica/view.h"
#include "proxy/client/replica/work.h"

namespace proxy::client::replica {

// Message numbers of a view: the shown messages below its bound, and those expunged that it was not told of yet.
class Numbering {
 public:
  static Result<Numbering> make(Work& work, const ViewState& view);

  Result<std::uint32_t> below(std::uint32_t uid) const;      // how many numbers have a smaller UID
  Result<std::uint32_t> number_of(std::uint32_t uid) const;  // as if it were there
  Result<std::uint32_t> uid_at(std::uint32_t number) const;  // also of one expunged; 0: no such number
  const std::vector<std::uint32_t>& pending() const { return pending_; }

  // Of shown messages, without a view.
  static Result<std::uint32_t> rank(booster::sql::Database& database, std::int64_t key);
  static Result<std::uint32_t> select(booster::sql::Database& database, MailboxId mailbox, std::uint32_t number);

 private:
  Numbering(booster::sql::Database& database, MailboxId mailbox) : database_(&database), mailbox_(mailbox) {}
  booster::sql::Database* database_;
  MailboxId mailbox_;
  std::vector<std::uint32_t> pending_;  // UIDs, rising
};

Result<ViewState> begin_view(Work& work, const MailboxRow& row);
Result<LocalUid> last_uid(Work& work, const ViewState& view);
Result<Changes> poll_view(Work& work, ViewState& view, bool with_expunges);
Result<std::vector<MessageRow>> rows_of(Work& work, const ViewState& view, const RowQuery& query, LocalUid after);
Result<UidRanges> uids_of_numbers(Work& work, const ViewState& view, const UidRanges& numbers);
Result<std::optional<std::uint32_t>> first_unseen_of(Work& work, const ViewState& view);

// Shown messages of a view in `uids`, above `after`, rising, at most `limit`; `deleted`: with \Deleted only.
Result<std::vector<Message>> messages_in(Work& work, const ViewState& view, const UidRanges& uids, LocalUid after,
                                         std::size_t limit, bool deleted);

}  // namespace proxy::client::replica
