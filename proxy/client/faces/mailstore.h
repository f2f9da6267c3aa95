// What the faces need of one account's mail: the seam between them and the replica, and where tests put a fake.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "booster/runtime/notify.h"
#include "booster/runtime/task.h"
#include "codec/convert/overview.h"
#include "proxy/imap/command.h"
#include "proxy/imap/response_code.h"

namespace proxy::client::faces {

using booster::runtime::Notify;
using booster::runtime::Task;

struct Mailbox {
  imap::MailboxName name;
  std::optional<char> delimiter = '/';
  bool exists = true;  // false: only a subscription is left of it
  bool selectable = true;
  bool no_inferiors = false;
  bool subscribed = false;
  imap::MailboxAttributes special_use;  // of RFC 6154 only
};

struct MailboxStatus {
  std::uint32_t messages = 0, unseen = 0, deleted = 0;
  imap::Uid uid_next;
  imap::UidValidity uid_validity;
  imap::ModSeq highest_mod_seq;
  std::uint64_t size = 0;
};

// One message as a view numbers it.
struct Row {
  imap::SeqNumber number;
  imap::Uid uid;
  imap::FlagSet flags;
  imap::ModSeq mod_seq;
  imap::DateTime date;  // INTERNALDATE
  std::uint64_t size = 0;
  bool body_here = false;
  std::shared_ptr<const codec::convert::Overview> overview;  // when asked for, and known
};
constexpr std::size_t kRowBatch = 256;

struct RowQuery {
  imap::SequenceSet set;  // closed
  bool by_uid = true;
  imap::ModSeq changed_since;  // only rows with a larger one
  bool overview = false;
};

// What a session has not been told yet, in the order to tell it: the expunged (each number counted after those before
// it), the new count, then flags, numbered as things then stand.
struct Changes {
  std::vector<imap::SeqNumber> expunged;
  std::optional<std::uint32_t> exists;
  std::vector<Row> flags;
  bool more = false;  // ask again
};

// The octets of one message, perhaps still on their way.
class Body {
 public:
  virtual ~Body() = default;
  virtual std::uint64_t size() const = 0;       // of all
  virtual std::uint64_t available() const = 0;  // from the front; size() only once the whole is verified
  // Fills `into` from `offset` with what is available; 0: nothing there.
  virtual Task<Result<std::size_t>> read_at(std::uint64_t offset, std::span<std::byte> into) = 0;
  // Waits until more than `have` octets are available.   Errors  Unreachable: off-line · NotFound: gone meanwhile
  virtual Task<Result<>> wait_for_more(std::uint64_t have) = 0;
};

struct Stored {
  imap::SequenceSet modified;  // UIDs left alone because of UNCHANGEDSINCE
  imap::ModSeq mod_seq;        // of what was changed; 0: nothing was
};
struct Copied {
  imap::UidValidity uid_validity;
  std::vector<imap::Range> from, to;  // empty: nothing was copied
};

// One selected mailbox of one session, its message numbers as the session knows them. Changes by others are seen by
// poll() only. Sets are closed sets of UIDs; those that are gone are passed over.
//   Errors  of writes: Full, Io: not durable, nothing was done · Denied · NotFound: the target
class MailboxView {
 public:
  virtual ~MailboxView() = default;
  virtual std::uint32_t exists() const = 0;            // as told
  virtual imap::Uid last_uid() const = 0;              // of the messages told; 0: none
  virtual Task<Result<MailboxStatus>> status() = 0;    // of the mailbox
  virtual Task<Result<imap::FlagSet>> keywords() = 0;  // used in the mailbox, or named by the server
  virtual bool read_only() const = 0;                  // nobody may change it
  virtual bool any_keyword() const = 0;                // and not only those of keywords()
  virtual Task<Result<std::optional<imap::SeqNumber>>> first_unseen() = 0;

  virtual std::uint64_t version() const = 0;  // grows with every change of the mailbox
  virtual Notify& changed() = 0;              // said after version() has grown
  virtual Task<Result<Changes>> poll(bool with_expunges) = 0;

  // At most kRowBatch rows of the query with a larger UID than `after`, rising; none: the end.
  virtual Task<Result<std::vector<Row>>> rows(const RowQuery& query, imap::Uid after) = 0;
  virtual Task<Result<imap::SequenceSet>> uids_of(const imap::SequenceSet& numbers) = 0;

  // What it changes is not reported by this view's poll().
  virtual Task<Result<Stored>> store(const imap::SequenceSet& uids, imap::command::StoreMode mode,
                                     const imap::FlagSet& flags, std::optional<imap::ModSeq> unchanged_since) = 0;
  // Those with \Deleted, of `uids` where given. Told by poll().
  virtual Task<Result<>> expunge(const std::optional<imap::SequenceSet>& uids) = 0;
  virtual Task<Result<Copied>> copy(const imap::SequenceSet& uids, const imap::MailboxName& target) = 0;
  virtual Task<Result<Copied>> move(const imap::SequenceSet& uids, const imap::MailboxName& target) = 0;

  // A body that is not here is asked for first of all; returns once its size is certain.
  //   Errors  Unreachable: off-line · NotFound
  virtual Task<Result<std::shared_ptr<Body>>> open_body(imap::Uid uid) = 0;
};

// Octets on their way into a content file; given up when destroyed before finish().
class ContentWriter {
 public:
  virtual ~ContentWriter() = default;
  virtual Task<Result<>> write(ByteView bytes) = 0;  // Errors  Full, Io
};

struct Appended {
  imap::UidValidity uid_validity;
  imap::Uid uid;
};

enum class StartClass : std::uint8_t { Urgent, Normal, Bulk };

struct FaceRecipient {
  std::string address;
  std::uint8_t notify = 0;  // DSN: 1 never, 2 success, 4 failure, 8 delay
  std::string original;     // ORCPT
};
struct FaceSubmission {
  std::string sender;  // empty: <>
  std::vector<FaceRecipient> recipients;
  bool eight_bit = false;
  bool utf8 = false;
  std::string ret;
  std::string envid;
  std::string message_id;  // as in the octets
  StartClass start_class = StartClass::Normal;
};
struct Submitted {
  std::string queue_id;
};
struct SubmissionOffers {
  std::uint64_t max_size = 50ull << 20;  // what the server last said
  bool dsn = true;
  bool smtp_utf8 = true;
};

class Mailstore {
 public:
  virtual ~Mailstore() = default;

  // Waits until the folders are known.   Errors  Denied: they will not be before the person does what trouble() says
  virtual Task<Result<>> ready() = 0;
  // What only a person can mend, in words for that person: the mail server refused the password. Empty: nothing.
  virtual std::string trouble() const = 0;
  virtual Task<Result<std::vector<Mailbox>>> mailboxes() = 0;
  virtual Task<Result<MailboxStatus>> status(const imap::MailboxName& name) = 0;  // Errors  NotFound
  // Waits until the mailbox's skeleton is whole.   Errors  NotFound
  virtual Task<Result<std::unique_ptr<MailboxView>>> open(const imap::MailboxName& name) = 0;

  // Errors  Conflict: exists · NotFound · Denied · Unsupported; Full, Io
  virtual Task<Result<>> create(const imap::MailboxName& name, imap::MailboxAttributes special_use) = 0;
  virtual Task<Result<>> remove(const imap::MailboxName& name) = 0;
  virtual Task<Result<>> rename(const imap::MailboxName& from, const imap::MailboxName& to) = 0;
  virtual Task<Result<>> subscribe(const imap::MailboxName& name, bool on) = 0;

  virtual Task<Result<std::unique_ptr<ContentWriter>>> begin_content(std::uint64_t expected_size) = 0;
  // Durable when it returns.   Errors  NotFound: no such mailbox; Full, Io
  virtual Task<Result<Appended>> append(const imap::MailboxName& name, std::unique_ptr<ContentWriter> content,
                                        const imap::FlagSet& flags, std::optional<imap::DateTime> date) = 0;

  virtual SubmissionOffers submission_offers() const = 0;
  // Durable when it returns. The same Message-ID and envelope within ten minutes whose answer was lost: the same one
  // again.
  virtual Task<Result<Submitted>> submit(const FaceSubmission& submission, std::unique_ptr<ContentWriter> content) = 0;
  virtual Task<Result<>> answered(const std::string& queue_id) = 0;  // the program has read its 250
};

}  // namespace proxy::client::faces
