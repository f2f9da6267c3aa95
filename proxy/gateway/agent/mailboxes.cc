#include "proxy/gateway/agent/mailboxes.h"

#include <algorithm>

namespace proxy::gateway::agent {

using imap::MailboxAttribute;
using imap::StatusItem;
namespace {

constexpr auto kPlainScan = std::chrono::minutes(5);  // flags that change unseen where the server counts no changes

std::string special_use(imap::MailboxAttributes attributes) {
  for (const MailboxAttribute use :
       {MailboxAttribute::All, MailboxAttribute::Archive, MailboxAttribute::Drafts, MailboxAttribute::Flagged,
        MailboxAttribute::Junk, MailboxAttribute::Sent, MailboxAttribute::Trash, MailboxAttribute::Important}) {
    if (!attributes.has(use)) continue;
    const std::string text = imap::write_attributes({use});  // "(\Sent)"
    return text.substr(1, text.size() - 2);
  }
  return {};
}

// Where any keyword does, naming some says nothing.
sync::Rights rights_of(const connector::Selected& selected) {
  sync::Rights rights;
  rights.read_only = selected.read_only;
  rights.any_keyword = selected.any_keyword;
  const std::vector<std::string>& keywords = selected.permanent_flags.keywords();
  if (!rights.any_keyword) rights.keywords.insert(keywords.begin(), keywords.end());
  return rights;
}

}  // namespace

sync::SyncClass sync_class(const connector::Capabilities& can, const Mailbox& mailbox) {
  if (mailbox.mod_seq == 0 || !can.condstore) return sync::SyncClass::Plain;
  return can.qresync ? sync::SyncClass::Qresync : sync::SyncClass::Condstore;
}

Mailbox* Mailboxes::find(std::uint32_t number) {
  const auto found = mailboxes_.find(number);
  return found == mailboxes_.end() ? nullptr : &found->second;
}

Mailbox* Mailboxes::find(const std::string& name) {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? nullptr : find(found->second);
}

std::vector<std::uint32_t> Mailboxes::in_order() const {
  std::vector<std::uint32_t> order;
  for (const auto& [number, mailbox] : mailboxes_) {
    if (!mailbox.folder.selectable) continue;
    if (mailbox.name.is_inbox()) {
      order.insert(order.begin(), number);
    } else {
      order.push_back(number);
    }
  }
  return order;
}

Task<Result<>> Mailboxes::list(ImapConnection& imap, bool thorough) {
  imap::StatusItems items{StatusItem::Messages, StatusItem::UidNext, StatusItem::UidValidity, StatusItem::Unseen};
  condstore_ = imap.can().condstore;
  if (condstore_) items.add(StatusItem::HighestModSeq);
  if (imap.can().object_id) items.add(StatusItem::MailboxId);
  // A mailbox that stays selected would be spoken of as this connection last saw it.
  if (imap.selected() != nullptr) {
    Result<> seen = co_await imap.unselect();
    if (seen && imap.selected() != nullptr) seen = co_await imap.noop();
    if (!seen && !imap.usable()) co_return seen;
  }
  CO_TRY_ASSIGN(std::vector<connector::ListedMailbox> listed, co_await imap.list(items));
  std::set<std::string> there;
  const std::uint32_t before = last_number_;
  for (connector::ListedMailbox& mailbox : listed) {
    there.insert(mailbox.name.utf8());
    take(std::move(mailbox), thorough);
  }
  std::vector<std::uint32_t> gone;
  for (const auto& [name, number] : numbers_)
    if (there.count(name) == 0) gone.push_back(number);
  for (auto made = mailboxes_.upper_bound(before); made != mailboxes_.end(); ++made) {
    Mailbox& mailbox = made->second;
    mailbox.perhaps_renamed = std::any_of(gone.begin(), gone.end(), [&](std::uint32_t number) {
      return mailbox.folder.object_id.empty() && mailboxes_.at(number).uid_validity == mailbox.uid_validity;
    });
  }
  for (const std::uint32_t number : gone) {
    numbers_.erase(mailboxes_.at(number).name.utf8());
    mailboxes_.erase(number);
    folders_changed_ = true;
    listener_.on_gone(number);
  }
  if (std::exchange(folders_changed_, false)) listener_.on_folders();
  co_return Result<>();
}

void Mailboxes::take(connector::ListedMailbox listed, bool thorough) {
  Mailbox* mailbox = find(listed.name.utf8());
  if (mailbox == nullptr) {
    Mailbox made{
        .number = ++last_number_, .name = listed.name, .folder = {}, .rights = {}, .picture = {}, .status = {}};
    numbers_.emplace(listed.name.utf8(), made.number);
    mailbox = &mailboxes_.emplace(made.number, std::move(made)).first->second;
    folders_changed_ = true;
  }
  describe(*mailbox, listed);
  if (!listed.status) return;
  const bool first = !mailbox->status;
  const bool other = first || mailbox->status->messages != listed.status->messages ||
                     mailbox->status->uid_next != listed.status->uid_next ||
                     mailbox->status->unseen != listed.status->unseen ||
                     mailbox->status->highest_mod_seq != listed.status->highest_mod_seq ||
                     mailbox->status->uid_validity != listed.status->uid_validity;
  mailbox->status = std::move(listed.status);
  if (mailbox->uid_validity == 0)
    mailbox->uid_validity = mailbox->status->uid_validity.value_or(imap::UidValidity{}).value;
  if (other) mailbox->broken = false;
  if (!mailbox->loaded) {
    if (other && !first) mailbox->wanted = true;
    return;
  }
  const bool plain = mailbox->mod_seq == 0 || !condstore_;
  const bool due = plain && (thorough || loop_.now() - mailbox->scanned >= kPlainScan);
  if (due || other || changed_since_seen(*mailbox)) mailbox->wanted = true;
}

bool Mailboxes::changed_since_seen(const Mailbox& mailbox) const {
  const imap::response::Status& now = *mailbox.status;
  if (now.uid_validity && now.uid_validity->value != mailbox.uid_validity) return true;
  if (now.messages && *now.messages != mailbox.picture.count() + mailbox.hidden) return true;
  if (now.uid_next && now.uid_next->value > mailbox.end()) return true;
  return now.highest_mod_seq && now.highest_mod_seq->value != mailbox.mod_seq;
}

void Mailboxes::describe(Mailbox& mailbox, const connector::ListedMailbox& listed) {
  sync::Folder folder;
  folder.mailbox = mailbox.number;
  folder.name = listed.name.utf8();
  folder.delimiter = listed.delimiter;
  folder.selectable = listed.selectable;
  folder.subscribed = listed.subscribed || listed.name.is_inbox();
  folder.no_inferiors = listed.attributes.has(MailboxAttribute::NoInferiors);
  folder.special_use = special_use(listed.attributes);
  if (listed.status && listed.status->mailbox_id) folder.object_id = *listed.status->mailbox_id;
  const std::uint32_t stated = listed.status && listed.status->uid_validity ? listed.status->uid_validity->value : 0;
  folder.uid_validity.value = stated != 0 ? stated : mailbox.uid_validity;
  if (folder == mailbox.folder) return;
  mailbox.folder = std::move(folder);
  folders_changed_ = true;
}

Task<Result<>> Mailboxes::open(ImapConnection& imap, std::uint32_t number, bool anew) {
  const Mailbox* mailbox = find(number);
  if (mailbox == nullptr) co_return fail(Errc::NotFound, "a mailbox that is gone");
  const imap::MailboxName name = mailbox->name;
  const std::uint32_t validity = mailbox->uid_validity;
  const bool is_open = imap.selected() != nullptr && imap.selected()->name == name;
  if (!is_open || anew) CO_TRY(co_await imap.select(name, connector::Access::ReadOnly));
  if (validity != 0 && imap.selected()->uid_validity.value != validity)
    co_return fail(Errc::Conflict, "a mailbox with a new UIDVALIDITY");
  co_return Result<>();
}

// The state is taken from the answer to SELECT, so before anything is fetched: what changes in between is seen again
// next time.
Task<Result<>> Mailboxes::look(ImapConnection& imap, std::uint32_t number) {
  Mailbox* mailbox = find(number);
  if (mailbox == nullptr) co_return fail(Errc::NotFound, "a mailbox that is gone");
  mailbox->wanted = false;
  const imap::MailboxName name = mailbox->name;
  // The first time as a writer: only so a server says what may be written. The price is \Recent, which others see no
  // more.
  const bool ask_rights = !mailbox->rights;
  const connector::Access access = ask_rights ? connector::Access::ReadWrite : connector::Access::ReadOnly;
  CO_TRY_ASSIGN(const connector::Selected selected, co_await imap.select(name, access));
  if (selected.uid_validity.value == 0) co_return fail(Errc::Unsupported, "a mailbox without UIDVALIDITY");
  mailbox = find(number);
  if (mailbox == nullptr) co_return fail(Errc::NotFound, "a mailbox that is gone");
  if (ask_rights) mailbox->rights = rights_of(selected);
  const bool new_validity = mailbox->uid_validity != 0 && mailbox->uid_validity != selected.uid_validity.value;
  if (new_validity) {
    mailbox->picture.clear();
    mailbox->uid_next = 0;
    mailbox->hidden = 0;
  }
  const bool first = !mailbox->loaded || new_validity;
  // A modification sequence that went down is another server's, or a restored backup's.
  const bool backwards = selected.highest_mod_seq.value < mailbox->mod_seq;
  mailbox->uid_validity = selected.uid_validity.value;
  Change change;
  Result<> done;
  const sync::SyncClass kept = sync_class(imap.can(), *mailbox);
  if (first || backwards || selected.highest_mod_seq.value == 0 || kept == sync::SyncClass::Plain) {
    mailbox->loaded = false;
    done = co_await load_picture(imap, *mailbox, change);
  } else if (kept == sync::SyncClass::Qresync) {
    done = co_await update_qresync(imap, *mailbox, change);
  } else {
    done = co_await update_condstore(imap, *mailbox, change);
  }
  mailbox->scanned = loop_.now();
  if (!done && done.error().code == Errc::Unsupported && imap.usable()) {  // advertised, not understood
    done = co_await load_picture(imap, *mailbox, change);
  }
  if (!done) {
    mailbox->wanted = true;
    mailbox->loaded = false;  // half of an update is no picture
  } else {
    mailbox->mod_seq = imap.can().condstore ? selected.highest_mod_seq.value : 0;
    mailbox->uid_next = std::max(new_validity ? 0U : mailbox->uid_next, selected.uid_next.value);
  }
  if (new_validity) {
    listener_.on_new_validity(*mailbox);
  } else if (!change.empty() || first) {
    listener_.on_change(*mailbox, change);
  }
  co_return done;
}

sync::Folders Mailboxes::folders(bool sent_by_server) const {
  sync::Folders all;
  for (const auto& [number, mailbox] : mailboxes_) all.folders.push_back(mailbox.folder);
  all.sent_by_server = sent_by_server;
  return all;
}

void Mailboxes::hide(std::uint32_t number, const std::vector<std::uint32_t>& uids) {
  Mailbox* mailbox = find(number);
  if (mailbox == nullptr || uids.empty()) return;
  imap::SequenceSet set;
  for (const std::uint32_t uid : uids) set.add(uid);
  Change change;
  mailbox->picture.remove(set, change);
  mailbox->hidden += static_cast<std::uint32_t>(change.gone.size());
  if (!change.empty()) listener_.on_change(*mailbox, change);
}

}  // namespace proxy::gateway::agent
