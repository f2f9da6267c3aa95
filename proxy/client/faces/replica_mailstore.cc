#include "proxy/client/faces/replica_mailstore.h"

#include <algorithm>

#include "booster/runtime/timer.h"

namespace proxy::client::faces {
namespace {

using booster::runtime::Duration;
using booster::runtime::surroundings;
using booster::runtime::TimePoint;
using booster::runtime::wait_for;
using booster::runtime::with_timeout;
using replica::LocalUid;
using replica::UidRanges;

constexpr Duration kLookAgain = std::chrono::seconds(5);         // while waiting, should a word have been missed
constexpr Duration kOfflinePatience = std::chrono::seconds(60);  // a body half here: the link may come back
constexpr Duration kBodyPatience = std::chrono::minutes(10);     // on-line, and not an octet more

UidRanges ranges_of(const imap::SequenceSet& set) {
  UidRanges ranges;
  for (const imap::Range& range : set.ranges()) ranges.push_back({range.first, range.last});
  return ranges;
}

imap::SequenceSet set_of(const UidRanges& ranges) {
  imap::SequenceSet set;
  for (const replica::UidRange& range : ranges) set.add(imap::Range{range.first, range.last});
  return set;
}

std::vector<imap::Range> list_of(const UidRanges& ranges) {
  std::vector<imap::Range> list;
  for (const replica::UidRange& range : ranges) list.push_back({range.first, range.last});
  return list;
}

constexpr imap::SystemFlag kSystemFlags[] = {imap::SystemFlag::Seen, imap::SystemFlag::Answered,
                                             imap::SystemFlag::Flagged, imap::SystemFlag::Deleted,
                                             imap::SystemFlag::Draft};
static_assert(sync::Flags::kSeen == static_cast<std::uint8_t>(imap::SystemFlag::Seen));
static_assert(sync::Flags::kDraft == static_cast<std::uint8_t>(imap::SystemFlag::Draft));

imap::FlagSet flags_of(const sync::Flags& flags) {
  imap::FlagSet set;
  for (const imap::SystemFlag flag : kSystemFlags) {
    if ((flags.system & static_cast<std::uint8_t>(flag)) != 0) set.add(flag);
  }
  for (const std::string& keyword : flags.keywords) {
    const Result<imap::Flag> flag = imap::make_flag(keyword);
    if (flag) (void)set.add(*flag);
  }
  return set;
}

sync::Flags flags_of(const imap::FlagSet& set) {
  sync::Flags flags;
  flags.system = set.system_bits() & 0x1f;  // \Recent is nobody's to set
  flags.keywords.insert(set.keywords().begin(), set.keywords().end());
  return flags;
}

Row row_of(const replica::MessageRow& from) {
  Row row;
  row.number = {from.number};
  row.uid = {from.uid.value};
  row.flags = flags_of(from.flags);
  row.mod_seq = {from.mod_seq};
  row.date = {from.date, from.zone_minutes};
  row.size = from.size;
  row.body_here = from.body_here;
  row.overview = from.overview;
  return row;
}

MailboxStatus status_of(const replica::MailboxCounts& counts) {
  MailboxStatus status;
  status.messages = counts.messages;
  status.unseen = counts.unseen;
  status.deleted = counts.deleted;
  status.uid_next = {counts.uid_next.value};
  status.uid_validity = {counts.uid_validity};
  status.highest_mod_seq = {counts.highest_mod_seq};
  status.size = counts.size;
  return status;
}

Copied copied_of(const replica::Copied& from) {
  Copied copied;
  copied.uid_validity = {from.uid_validity};
  copied.from = list_of(from.from);
  copied.to = list_of(from.to);
  return copied;
}

// A body that arrives shows its last octet only when the whole is verified: a literal is not ended with wrong octets.
class ReplicaBody final : public Body {
 public:
  ReplicaBody(std::shared_ptr<replica::Body> body, std::function<bool()> online)
      : body_(std::move(body)), online_(std::move(online)) {}
  std::uint64_t size() const override { return body_->size(); }
  std::uint64_t available() const override {
    if (body_->complete() || body_->size() == 0) return body_->size();
    return std::min(body_->available(), body_->size() - 1);
  }
  Task<Result<std::size_t>> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    const std::uint64_t end = available();
    if (offset >= end) co_return std::size_t{0};
    const auto piece = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), end - offset)));
    co_return co_await body_->read_at(offset, piece);
  }
  Task<Result<>> wait_for_more(std::uint64_t have) override {
    return wait_while([this, have] { return available() <= have; });
  }
  // What the server stated may be wrong; a literal's size must not be.
  Task<Result<>> wait_for_size() {
    return wait_while([this] { return !body_->counted(); });
  }

 private:
  Task<Result<>> wait_while(std::function<bool()> lacking) {
    const booster::runtime::Surroundings here = co_await surroundings();
    TimePoint grown = here.loop->now();
    TimePoint last_online = grown;
    std::uint64_t before = available();
    while (lacking()) {
      const TimePoint now = here.loop->now();
      if (available() > before) grown = now;
      before = available();
      if (body_->failed()) co_return tl::unexpected(*body_->failed());
      if (online_()) last_online = now;
      const bool nothing_here = before == 0 && !online_();
      if (nothing_here || now - last_online > kOfflinePatience) co_return fail(Errc::Unreachable, "body: off-line");
      if (now - grown > kBodyPatience) co_return fail(Errc::Timeout, "body: nothing comes");
      const Result<> woken = co_await with_timeout(kLookAgain, wait_for(body_->grown()));
      if (!woken && woken.error().code != Errc::Timeout) co_return woken;
    }
    co_return Result<>();
  }

  std::shared_ptr<replica::Body> body_;
  std::function<bool()> online_;
};

class ReplicaView final : public MailboxView {
 public:
  ReplicaView(replica::Replica& replica, std::unique_ptr<replica::View> view, std::function<bool()> online)
      : replica_(replica), view_(std::move(view)), online_(std::move(online)) {}

  std::uint32_t exists() const override { return view_->exists(); }
  imap::Uid last_uid() const override { return {view_->last_uid().value}; }
  Task<Result<MailboxStatus>> status() override {
    CO_TRY_ASSIGN(const replica::MailboxCounts counts, co_await view_->counts());
    co_return status_of(counts);
  }
  bool read_only() const override { return view_->mailbox().read_only; }
  bool any_keyword() const override { return view_->mailbox().any_keyword; }
  Task<Result<imap::FlagSet>> keywords() override {
    CO_TRY_ASSIGN(std::vector<std::string> keywords, co_await view_->keywords());
    const std::vector<std::string>& permanent = view_->mailbox().permanent_keywords;
    keywords.insert(keywords.end(), permanent.begin(), permanent.end());
    imap::FlagSet set;
    for (const std::string& keyword : keywords) {
      const Result<imap::Flag> flag = imap::make_flag(keyword);
      if (flag && !flag->is_system()) (void)set.add(*flag);
    }
    co_return set;
  }
  Task<Result<std::optional<imap::SeqNumber>>> first_unseen() override {
    CO_TRY_ASSIGN(const std::optional<std::uint32_t> number, co_await view_->first_unseen());
    if (!number) co_return std::optional<imap::SeqNumber>();
    co_return std::optional<imap::SeqNumber>(imap::SeqNumber{*number});
  }

  std::uint64_t version() const override { return view_->version(); }
  Notify& changed() override { return view_->changed(); }
  Task<Result<Changes>> poll(bool with_expunges) override {
    CO_TRY_ASSIGN(const replica::Changes from, co_await view_->poll(with_expunges));
    Changes changes;
    for (const std::uint32_t number : from.expunged) changes.expunged.push_back({number});
    changes.exists = from.exists;
    for (const replica::MessageRow& row : from.flags) changes.flags.push_back(row_of(row));
    changes.more = from.more;
    co_return changes;
  }

  Task<Result<std::vector<Row>>> rows(const RowQuery& query, imap::Uid after) override {
    replica::RowQuery asked;
    asked.set = ranges_of(query.set);
    asked.by_uid = query.by_uid;
    asked.changed_since = query.changed_since.value;
    asked.overview = query.overview;
    const LocalUid from{after.value};
    CO_TRY_ASSIGN(const std::vector<replica::MessageRow> found, co_await view_->rows(asked, from));
    std::vector<Row> rows;
    rows.reserve(found.size());
    for (const replica::MessageRow& row : found) rows.push_back(row_of(row));
    co_return rows;
  }
  Task<Result<imap::SequenceSet>> uids_of(const imap::SequenceSet& numbers) override {
    CO_TRY_ASSIGN(const UidRanges ranges, co_await view_->uids_of(ranges_of(numbers)));
    co_return set_of(ranges);
  }

  Task<Result<Stored>> store(const imap::SequenceSet& uids, imap::command::StoreMode mode, const imap::FlagSet& flags,
                             std::optional<imap::ModSeq> unchanged_since) override {
    constexpr replica::StoreMode kModes[] = {replica::StoreMode::Replace, replica::StoreMode::Add,
                                             replica::StoreMode::Remove};
    std::optional<std::uint64_t> guard;
    if (unchanged_since) guard = unchanged_since->value;
    const auto as = kModes[static_cast<std::size_t>(mode)];
    CO_TRY_ASSIGN(const replica::Stored from, co_await view_->store(ranges_of(uids), as, flags_of(flags), guard));
    Stored stored;
    stored.modified = set_of(from.modified);
    stored.mod_seq = {from.mod_seq};
    co_return stored;
  }
  Task<Result<>> expunge(const std::optional<imap::SequenceSet>& uids) override {
    std::optional<UidRanges> ranges;
    if (uids) ranges = ranges_of(*uids);
    co_return co_await view_->expunge(ranges);
  }
  Task<Result<Copied>> copy(const imap::SequenceSet& uids, const imap::MailboxName& target) override {
    CO_TRY_ASSIGN(const replica::Copied copied, co_await view_->copy(ranges_of(uids), target.utf8()));
    co_return copied_of(copied);
  }
  Task<Result<Copied>> move(const imap::SequenceSet& uids, const imap::MailboxName& target) override {
    CO_TRY_ASSIGN(const replica::Copied moved, co_await view_->move(ranges_of(uids), target.utf8()));
    co_return copied_of(moved);
  }

  Task<Result<std::shared_ptr<Body>>> open_body(imap::Uid uid) override {
    const replica::MailboxId mailbox = view_->mailbox().id;
    const LocalUid local{uid.value};
    CO_TRY_ASSIGN(std::shared_ptr<replica::Body> body, co_await replica_.body(mailbox, local));
    if (!body->complete()) {
      CO_TRY_ASSIGN(const bool missing, co_await replica_.raise_body(mailbox, local));
      if (!missing) co_return co_await open_body(uid);
      if (body->available() == 0 && !online_()) co_return fail(Errc::Unreachable, "body: off-line");
    }
    auto opened = std::make_shared<ReplicaBody>(std::move(body), online_);
    CO_TRY(co_await opened->wait_for_size());
    co_return std::shared_ptr<Body>(std::move(opened));
  }

 private:
  replica::Replica& replica_;
  std::unique_ptr<replica::View> view_;
  std::function<bool()> online_;
};

class ReplicaContent final : public ContentWriter {
 public:
  explicit ReplicaContent(std::unique_ptr<replica::ContentWriter> writer) : writer_(std::move(writer)) {}
  Task<Result<>> write(ByteView bytes) override { return writer_->write(bytes); }
  replica::ContentWriter& writer() { return *writer_; }

 private:
  std::unique_ptr<replica::ContentWriter> writer_;
};

replica::ContentWriter& writer_of(ContentWriter& content) {
  return static_cast<ReplicaContent&>(content).writer();
}

std::string special_use_text(imap::MailboxAttributes use) {
  const std::string text = imap::write_attributes(use);  // "(\Sent)"
  return text.substr(1, text.find_first_of(" )") - 1);
}

queue::Class class_of(const FaceSubmission& submission, std::uint64_t size) {
  constexpr std::uint64_t kSmall = 64 * 1024;  // goes with its order, no upload
  if (submission.start_class == StartClass::Urgent) return queue::Class::Interactive;
  if (submission.start_class == StartClass::Bulk || size > kSmall) return queue::Class::Bodies;
  return queue::Class::SendSmall;
}

}  // namespace

Task<Result<>> ReplicaMailstore::ready() {
  for (;;) {
    CO_TRY_ASSIGN(const bool known, co_await replica_.folders_known());
    if (known) co_return Result<>();
    if (std::string trouble = trouble_(); !trouble.empty()) co_return fail(Errc::Denied, std::move(trouble));
    const Result<> woken = co_await with_timeout(kLookAgain, wait_for(replica_.changed()));
    if (!woken && woken.error().code != Errc::Timeout) co_return woken;
  }
}

Task<Result<std::vector<Mailbox>>> ReplicaMailstore::mailboxes() {
  CO_TRY_ASSIGN(const std::vector<replica::MailboxInfo> infos, co_await replica_.mailboxes());
  std::vector<Mailbox> all;
  for (const replica::MailboxInfo& info : infos) {
    const Result<imap::MailboxName> name = imap::make_mailbox_name(info.name);
    if (!name) continue;
    Mailbox mailbox{.name = *name, .special_use = {}};
    if (info.delimiter == 0) {
      mailbox.delimiter.reset();
    } else {
      mailbox.delimiter = info.delimiter;
    }
    mailbox.selectable = info.selectable;
    mailbox.no_inferiors = info.no_inferiors;
    mailbox.subscribed = info.subscribed;
    const std::optional<imap::MailboxAttribute> use = imap::parse_attribute(info.special_use);
    if (use && imap::is_special_use(*use)) mailbox.special_use.add(*use);
    all.push_back(std::move(mailbox));
  }
  co_return all;
}

Task<Result<MailboxStatus>> ReplicaMailstore::status(const imap::MailboxName& name) {
  CO_TRY_ASSIGN(const replica::MailboxCounts counts, co_await replica_.counts(name.utf8()));
  co_return status_of(counts);
}

Task<Result<std::unique_ptr<MailboxView>>> ReplicaMailstore::open(const imap::MailboxName& name) {
  for (;;) {
    CO_TRY_ASSIGN(const replica::MailboxInfo info, co_await replica_.mailbox(name.utf8()));
    if (!info.selectable) co_return fail(Errc::NotFound, "not selectable");
    if (info.whole || info.local_only) break;
    const Result<> woken = co_await with_timeout(kLookAgain, wait_for(replica_.changed()));
    if (!woken && woken.error().code != Errc::Timeout) co_return tl::unexpected(woken.error());
  }
  CO_TRY_ASSIGN(std::unique_ptr<replica::View> view, co_await replica_.view(name.utf8()));
  co_return std::make_unique<ReplicaView>(replica_, std::move(view), online_);
}

Task<Result<>> ReplicaMailstore::create(const imap::MailboxName& name, imap::MailboxAttributes special_use) {
  const std::string use = special_use_text(special_use);
  co_return co_await replica_.create(name.utf8(), use);
}

Task<Result<>> ReplicaMailstore::remove(const imap::MailboxName& name) {
  return replica_.remove(name.utf8());
}

// INBOX itself stays: its mail moves to a new mailbox of that name (RFC 3501 §6.3.5).
Task<Result<>> ReplicaMailstore::rename(const imap::MailboxName& from, const imap::MailboxName& to) {
  if (!from.is_inbox()) co_return co_await replica_.rename(from.utf8(), to.utf8());
  CO_TRY_ASSIGN(const std::unique_ptr<MailboxView> inbox, co_await open(from));
  if (inbox->read_only()) co_return fail(Errc::Denied, "INBOX is read-only");
  const imap::MailboxAttributes no_use;
  CO_TRY(co_await create(to, no_use));
  if (inbox->exists() == 0) co_return Result<>();
  const imap::SequenceSet all = imap::SequenceSet::range(1, inbox->last_uid().value);
  CO_TRY(co_await inbox->move(all, to));
  co_return Result<>();
}

Task<Result<>> ReplicaMailstore::subscribe(const imap::MailboxName& name, bool on) {
  return replica_.subscribe(name.utf8(), on);
}

Task<Result<std::unique_ptr<ContentWriter>>> ReplicaMailstore::begin_content(std::uint64_t expected_size) {
  CO_TRY_ASSIGN(std::unique_ptr<replica::ContentWriter> writer, co_await replica_.begin_content(expected_size));
  co_return std::make_unique<ReplicaContent>(std::move(writer));
}

Task<Result<Appended>> ReplicaMailstore::append(const imap::MailboxName& name, std::unique_ptr<ContentWriter> content,
                                                const imap::FlagSet& flags, std::optional<imap::DateTime> date) {
  CO_TRY_ASSIGN(const replica::Content octets, co_await writer_of(*content).finish());
  std::optional<std::int64_t> seconds;
  std::int16_t zone = 0;
  if (date) {
    seconds = date->seconds;
    zone = static_cast<std::int16_t>(date->zone_minutes);
  }
  const sync::Flags with = flags_of(flags);
  CO_TRY_ASSIGN(const replica::Appended made, co_await replica_.append(name.utf8(), octets, with, seconds, zone));
  Appended appended;
  appended.uid_validity = {made.uid_validity};
  appended.uid = {made.uid.value};
  co_return appended;
}

Task<Result<Submitted>> ReplicaMailstore::submit(const FaceSubmission& submission,
                                                 std::unique_ptr<ContentWriter> content) {
  CO_TRY_ASSIGN(const replica::Content octets, co_await writer_of(*content).finish());
  queue::NewSubmission made;
  made.submission.sender = submission.sender;
  for (const FaceRecipient& recipient : submission.recipients) {
    made.submission.recipients.push_back({recipient.address, recipient.notify, recipient.original});
  }
  made.submission.eight_bit = submission.eight_bit;
  made.submission.utf8 = submission.utf8;
  made.submission.ret = submission.ret;
  made.submission.envid = submission.envid;
  made.submission.size = octets.size;
  made.submission.digest = octets.digest;
  made.message_id = submission.message_id;
  made.start = class_of(submission, octets.size);
  CO_TRY_ASSIGN(std::string id, co_await replica_.outbox().submit(made));
  co_return Submitted{std::move(id)};
}

Task<Result<>> ReplicaMailstore::answered(const std::string& queue_id) {
  return replica_.outbox().answered(queue_id);
}

}  // namespace proxy::client::faces
