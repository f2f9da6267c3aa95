// One selected mailbox of one session: message numbers as the session was told them.
#pragma once
#include "booster/runtime/notify.h"
#include "booster/runtime/task.h"
#include "proxy/client/replica/types.h"

namespace proxy::client::replica {

using booster::runtime::Notify;
using booster::runtime::Task;

class Replica;

// What a session has been told. Its numbers count the messages below `bound` that are there, and those expunged after
// `expunged_to` that it still believes in.
struct ViewState {
  MailboxId mailbox;
  LocalUid bound;                                            // UIDs below were told (EXISTS)
  std::uint64_t expunged_to = 0;                             // mod_seq up to which expunges were told
  std::uint64_t flags_to = 0;                                // mod_seq up to which flags were told
  std::uint32_t exists = 0;                                  // as told
  std::vector<std::pair<std::uint64_t, std::uint64_t>> own;  // runs of mod_seqs of its own changes above flags_to
};

// Changes by others are seen through poll() only; numbers do not move between polls. Sets are closed; UIDs that are
// gone are passed over. One call at a time per view.
//   Errors  NotFound: the mailbox is gone · writes: Full, Io: not durable, nothing was done · Denied: read-only
class View {
 public:
  ~View();
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  const MailboxInfo& mailbox() const { return mailbox_; }
  std::uint32_t exists() const { return state_.exists; }
  LocalUid last_uid() const { return last_uid_; }  // of the messages told; 0: none

  Task<Result<MailboxCounts>> counts();
  Task<Result<std::vector<std::string>>> keywords();  // ever used in the mailbox
  Task<Result<std::optional<std::uint32_t>>> first_unseen();

  std::uint64_t version() const;  // grows with every change of the mailbox
  Notify& changed();
  Task<Result<Changes>> poll(bool with_expunges);

  // At most kRowBatch rows of the query with a larger UID than `after`, rising; none: the end.
  Task<Result<std::vector<MessageRow>>> rows(const RowQuery& query, LocalUid after);
  Task<Result<UidRanges>> uids_of(const UidRanges& numbers);

  // What it changes is not reported by this view's poll(). In steps of kWriteBatch messages, each durable and whole.
  Task<Result<Stored>> store(const UidRanges& uids, StoreMode mode, const Flags& flags,
                             std::optional<std::uint64_t> unchanged_since);
  // Those with \Deleted, of `uids` where given. Told by poll().
  Task<Result<>> expunge(const std::optional<UidRanges>& uids);
  Task<Result<Copied>> copy(const UidRanges& uids, const std::string& target);
  Task<Result<Copied>> move(const UidRanges& uids, const std::string& target);

 private:
  friend class Replica;
  View(Replica& replica, MailboxInfo mailbox, ViewState state, LocalUid last_uid);
  Task<Result<Copied>> transfer(const UidRanges& uids, const std::string& target, bool moving);

  Replica& replica_;
  MailboxInfo mailbox_;
  ViewState state_;
  LocalUid last_uid_;
};

}  // namespace proxy::client::replica
