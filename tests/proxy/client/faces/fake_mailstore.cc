#include "tests/proxy/client/faces/fake_mailstore.h"

#include <algorithm>

namespace support {
namespace {

class FakeContent final : public faces::ContentWriter {
 public:
  explicit FakeContent(FakeMailstore& store) : store_(store) {}
  Task<Result<>> write(ByteView bytes) override {
    if (store_.write_fails) co_return fail(*store_.write_fails);
    octets.append(proxy::as_text(bytes));
    co_return Result<>();
  }
  std::string octets;

 private:
  FakeMailstore& store_;
};

class FakeBody final : public faces::Body {
 public:
  FakeBody(FakeMailstore& store, std::shared_ptr<FakeMailbox> box, std::uint32_t uid)
      : store_(store), box_(std::move(box)), uid_(uid), octets_(box_->find(uid)->octets) {}
  std::uint64_t size() const override { return octets_.size(); }
  std::uint64_t available() const override {
    const FakeMessage* message = box_->find(uid_);
    return message == nullptr ? octets_.size() : std::min(message->here, octets_.size());
  }
  Task<Result<std::size_t>> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    const std::uint64_t end = std::min<std::uint64_t>(available(), offset + into.size());
    if (offset >= end) co_return std::size_t{0};
    const std::string_view piece = std::string_view(octets_).substr(offset, end - offset);
    std::copy(piece.begin(), piece.end(), reinterpret_cast<char*>(into.data()));
    co_return piece.size();
  }
  Task<Result<>> wait_for_more(std::uint64_t have) override {
    while (available() <= have) {
      if (store_.offline) co_return fail(Errc::Unreachable);
      CO_TRY(co_await store_.arrived.wait());
    }
    co_return Result<>();
  }

 private:
  FakeMailstore& store_;
  std::shared_ptr<FakeMailbox> box_;
  std::uint32_t uid_;
  std::string octets_;
};

class FakeView final : public faces::MailboxView {
 public:
  FakeView(FakeMailstore& store, std::shared_ptr<FakeMailbox> box) : store_(store), box_(std::move(box)) {
    for (const FakeMessage& message : box_->messages) told_.push_back({message.uid, message.mod_seq});
  }
  std::uint32_t exists() const override { return static_cast<std::uint32_t>(told_.size()); }
  imap::Uid last_uid() const override { return {told_.empty() ? 0 : told_.back().uid}; }
  Task<Result<faces::MailboxStatus>> status() override { co_return store_.status_of(*box_); }
  Task<Result<imap::FlagSet>> keywords() override {
    imap::FlagSet all;
    for (const FakeMessage& message : box_->messages) {
      for (const std::string& keyword : message.flags.keywords()) (void)all.add(*imap::make_flag(keyword));
    }
    co_return all;
  }
  bool read_only() const override { return box_->read_only; }
  bool any_keyword() const override { return box_->any_keyword; }
  Task<Result<std::optional<imap::SeqNumber>>> first_unseen() override {
    for (std::uint32_t i = 0; i < told_.size(); ++i) {
      const FakeMessage* message = box_->find(told_[i].uid);
      if (message != nullptr && !message->flags.has(imap::SystemFlag::Seen)) co_return imap::SeqNumber{i + 1};
    }
    co_return std::nullopt;
  }
  std::uint64_t version() const override { return box_->version; }
  Notify& changed() override { return box_->changed; }

  Task<Result<faces::Changes>> poll(bool with_expunges) override {
    faces::Changes changes;
    for (std::size_t i = 0; with_expunges && i < told_.size();) {
      if (box_->find(told_[i].uid) != nullptr) {
        ++i;
        continue;
      }
      changes.expunged.push_back({static_cast<std::uint32_t>(i + 1)});
      told_.erase(told_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    const std::uint32_t last = last_uid().value;
    for (const FakeMessage& message : box_->messages) {
      if (message.uid > std::max(last, bound_)) told_.push_back({message.uid, message.mod_seq});
    }
    bound_ = std::max(bound_, last_uid().value);
    if (last_uid().value > last) changes.exists = exists();
    for (std::size_t i = 0; i < told_.size(); ++i) {
      const FakeMessage* message = box_->find(told_[i].uid);
      if (message == nullptr || message->mod_seq <= told_[i].mod_seq) continue;
      told_[i].mod_seq = message->mod_seq;
      changes.flags.push_back(row_of(i, *message, false));
    }
    co_return changes;
  }

  Task<Result<std::vector<faces::Row>>> rows(const faces::RowQuery& query, imap::Uid after) override {
    std::vector<faces::Row> rows;
    for (std::size_t i = 0; i < told_.size() && rows.size() < 3; ++i) {  // small batches find more mistakes
      const std::uint32_t uid = told_[i].uid;
      const FakeMessage* message = box_->find(uid);
      const std::uint32_t asked = query.by_uid ? uid : static_cast<std::uint32_t>(i + 1);
      if (uid <= after.value || message == nullptr || !query.set.contains(asked)) continue;
      if (message->mod_seq > query.changed_since.value) rows.push_back(row_of(i, *message, query.overview));
    }
    co_return rows;
  }
  Task<Result<imap::SequenceSet>> uids_of(const imap::SequenceSet& numbers) override {
    imap::SequenceSet uids;
    for (std::uint32_t i = 0; i < told_.size(); ++i) {
      if (numbers.contains(i + 1)) uids.add(told_[i].uid);
    }
    co_return uids;
  }

  Task<Result<faces::Stored>> store(const imap::SequenceSet& uids, imap::command::StoreMode mode,
                                    const imap::FlagSet& flags, std::optional<imap::ModSeq> unchanged_since) override {
    if (store_.write_fails) co_return fail(*store_.write_fails);
    faces::Stored stored;
    const std::uint64_t mod_seq = store_.next_mod_seq();
    for (Told& told : told_) {
      FakeMessage* message = uids.contains(told.uid) ? box_->find(told.uid) : nullptr;
      if (message == nullptr) continue;
      if (unchanged_since && message->mod_seq > unchanged_since->value) {
        stored.modified.add(told.uid);
        continue;
      }
      if (mode == imap::command::StoreMode::Replace) message->flags = flags;
      if (mode == imap::command::StoreMode::Add) (void)message->flags.unite(flags);
      if (mode == imap::command::StoreMode::Remove) message->flags.subtract(flags);
      message->mod_seq = told.mod_seq = mod_seq;
      stored.mod_seq.value = mod_seq;
    }
    box_->say();
    co_return stored;
  }
  Task<Result<>> expunge(const std::optional<imap::SequenceSet>& uids) override {
    if (store_.write_fails) co_return fail(*store_.write_fails);
    std::erase_if(box_->messages, [&](const FakeMessage& message) {
      return message.flags.has(imap::SystemFlag::Deleted) && (!uids || uids->contains(message.uid));
    });
    box_->say();
    co_return Result<>();
  }
  Task<Result<faces::Copied>> copy(const imap::SequenceSet& uids, const imap::MailboxName& target) override {
    if (store_.write_fails) co_return fail(*store_.write_fails);
    const std::shared_ptr<FakeMailbox> to = store_.find(target);
    if (!to) co_return fail(Errc::NotFound);
    faces::Copied copied;
    copied.uid_validity = {to->uid_validity};
    std::vector<FakeMessage> sources;
    for (const FakeMessage& message : box_->messages) {
      if (uids.contains(message.uid)) sources.push_back(message);
    }
    for (FakeMessage& message : sources) {
      copied.from.push_back({message.uid, message.uid});
      message.uid = to->uid_next++;
      message.mod_seq = store_.next_mod_seq();
      copied.to.push_back({message.uid, message.uid});
      to->messages.push_back(message);
    }
    to->say();
    co_return copied;
  }
  Task<Result<faces::Copied>> move(const imap::SequenceSet& uids, const imap::MailboxName& target) override {
    Result<faces::Copied> copied = co_await copy(uids, target);
    if (!copied) co_return copied;
    std::erase_if(box_->messages, [&](const FakeMessage& message) {
      return std::any_of(copied->from.begin(), copied->from.end(),
                         [&](const imap::Range& range) { return range.first == message.uid; });
    });
    box_->say();
    co_return copied;
  }
  Task<Result<std::shared_ptr<faces::Body>>> open_body(imap::Uid uid) override {
    ++store_.body_opens;
    const FakeMessage* message = box_->find(uid.value);
    if (message == nullptr) co_return fail(Errc::NotFound);
    if (message->here < message->octets.size() && store_.offline) co_return fail(Errc::Unreachable);
    co_return std::make_shared<FakeBody>(store_, box_, uid.value);
  }

 private:
  struct Told {
    std::uint32_t uid = 0;
    std::uint64_t mod_seq = 0;
  };
  faces::Row row_of(std::size_t index, const FakeMessage& message, bool overview) const {
    faces::Row row;
    row.number = {static_cast<std::uint32_t>(index + 1)};
    row.uid = {message.uid};
    row.flags = message.flags;
    row.mod_seq = {message.mod_seq};
    row.date = message.date;
    row.size = message.octets.size();
    row.body_here = message.here >= message.octets.size();
    if (overview && message.overview) {
      row.overview =
          std::make_shared<const codec::convert::Overview>(codec::convert::overview(codec::as_bytes(message.octets)));
    }
    return row;
  }

  FakeMailstore& store_;
  std::shared_ptr<FakeMailbox> box_;
  std::vector<Told> told_;
  std::uint32_t bound_ = 0;
};

}  // namespace

FakeMessage* FakeMailbox::find(std::uint32_t uid) {
  const auto found = std::find_if(messages.begin(), messages.end(), [uid](const auto& m) { return m.uid == uid; });
  return found == messages.end() ? nullptr : &*found;
}

FakeMailbox& FakeMailstore::add_mailbox(const std::string& name) {
  boxes_[name] = std::make_shared<FakeMailbox>(name);
  return *boxes_[name];
}

std::uint32_t FakeMailstore::add(const std::string& mailbox, const std::string& octets, imap::FlagSet flags) {
  FakeMailbox& box = *boxes_.at(mailbox);
  FakeMessage message;
  message.uid = box.uid_next++;
  message.flags = std::move(flags);
  message.mod_seq = next_mod_seq();
  message.date = *imap::parse_date_time("17-Jul-1996 02:44:25 -0700");
  message.octets = octets;
  box.messages.push_back(std::move(message));
  box.say();
  return box.uid_next - 1;
}

void FakeMailstore::set_flag(const std::string& mailbox, std::uint32_t uid, imap::SystemFlag flag) {
  FakeMailbox& box = *boxes_.at(mailbox);
  FakeMessage* const message = box.find(uid);
  message->flags.add(flag);
  message->mod_seq = next_mod_seq();
  box.say();
}

void FakeMailstore::remove_message(const std::string& mailbox, std::uint32_t uid) {
  FakeMailbox& box = *boxes_.at(mailbox);
  std::erase_if(box.messages, [uid](const FakeMessage& message) { return message.uid == uid; });
  box.say();
}

void FakeMailstore::arrive(const std::string& mailbox, std::uint32_t uid, std::size_t octets) {
  FakeMailbox& box = *boxes_.at(mailbox);
  box.find(uid)->here = octets;
  arrived.notify_all();
}

std::shared_ptr<FakeMailbox> FakeMailstore::find(const imap::MailboxName& name) {
  const auto found = boxes_.find(name.utf8());
  return found == boxes_.end() ? nullptr : found->second;
}

Task<Result<>> FakeMailstore::ready() {
  if (!folders_known && !told_trouble.empty()) co_return fail(Errc::Denied, told_trouble);
  while (!folders_known) CO_TRY(co_await folders.wait());
  co_return Result<>();
}

Task<Result<std::vector<faces::Mailbox>>> FakeMailstore::mailboxes() {
  std::vector<faces::Mailbox> all;
  for (const auto& [name, box] : boxes_) all.push_back(box->info);
  co_return all;
}

faces::MailboxStatus FakeMailstore::status_of(const FakeMailbox& box) const {
  faces::MailboxStatus status;
  status.messages = static_cast<std::uint32_t>(box.messages.size());
  status.uid_next = {box.uid_next};
  status.uid_validity = {box.uid_validity};
  status.highest_mod_seq = {std::max<std::uint64_t>(mod_seq_, 1)};
  for (const FakeMessage& message : box.messages) {
    status.size += message.octets.size();
    status.unseen += message.flags.has(imap::SystemFlag::Seen) ? 0 : 1;
    status.deleted += message.flags.has(imap::SystemFlag::Deleted) ? 1 : 0;
  }
  return status;
}

Task<Result<faces::MailboxStatus>> FakeMailstore::status(const imap::MailboxName& name) {
  const std::shared_ptr<FakeMailbox> box = find(name);
  if (!box) co_return fail(Errc::NotFound);
  co_return status_of(*box);
}

Task<Result<std::unique_ptr<faces::MailboxView>>> FakeMailstore::open(const imap::MailboxName& name) {
  std::shared_ptr<FakeMailbox> box = find(name);
  if (!box) co_return fail(Errc::NotFound);
  co_return std::make_unique<FakeView>(*this, std::move(box));
}

Task<Result<>> FakeMailstore::create(const imap::MailboxName& name, imap::MailboxAttributes special_use) {
  if (write_fails) co_return fail(*write_fails);
  if (find(name)) co_return fail(Errc::Conflict);
  add_mailbox(name.utf8()).info.special_use = special_use;
  co_return Result<>();
}

Task<Result<>> FakeMailstore::remove(const imap::MailboxName& name) {
  if (boxes_.erase(name.utf8()) == 0) co_return fail(Errc::NotFound);
  co_return Result<>();
}

Task<Result<>> FakeMailstore::rename(const imap::MailboxName& from, const imap::MailboxName& to) {
  if (!find(from)) co_return fail(Errc::NotFound);
  if (find(to)) co_return fail(Errc::Conflict);
  auto node = boxes_.extract(from.utf8());
  node.key() = to.utf8();
  node.mapped()->info.name = to;
  boxes_.insert(std::move(node));
  co_return Result<>();
}

Task<Result<>> FakeMailstore::subscribe(const imap::MailboxName& name, bool on) {
  const std::shared_ptr<FakeMailbox> box = find(name);
  if (!box) co_return fail(Errc::NotFound);
  box->info.subscribed = on;
  co_return Result<>();
}

Task<Result<std::unique_ptr<faces::ContentWriter>>> FakeMailstore::begin_content(std::uint64_t) {
  co_return std::make_unique<FakeContent>(*this);
}

Task<Result<faces::Appended>> FakeMailstore::append(const imap::MailboxName& name,
                                                    std::unique_ptr<faces::ContentWriter> content,
                                                    const imap::FlagSet& flags, std::optional<imap::DateTime> date) {
  if (write_fails) co_return fail(*write_fails);
  const std::shared_ptr<FakeMailbox> box = find(name);
  if (!box) co_return fail(Errc::NotFound);
  const std::uint32_t uid = add(name.utf8(), static_cast<FakeContent&>(*content).octets, flags);
  if (date) box->find(uid)->date = *date;
  co_return faces::Appended{{box->uid_validity}, {uid}};
}

Task<Result<faces::Submitted>> FakeMailstore::submit(const faces::FaceSubmission& submission,
                                                     std::unique_ptr<faces::ContentWriter> content) {
  if (write_fails) co_return fail(*write_fails);
  for (const FakeSubmission& before : submissions) {
    if (!before.answered && before.envelope.message_id == submission.message_id) {
      co_return faces::Submitted{before.id};
    }
  }
  FakeSubmission made;
  made.envelope = submission;
  made.octets = static_cast<FakeContent&>(*content).octets;
  made.id = "Q" + std::to_string(submissions.size() + 1);
  submissions.push_back(made);
  co_return faces::Submitted{made.id};
}

Task<Result<>> FakeMailstore::answered(const std::string& queue_id) {
  for (FakeSubmission& one : submissions) {
    if (one.id == queue_id) one.answered = true;
  }
  co_return Result<>();
}

}  // namespace support
