// The server's list of mailboxes: which of ours each one is, also after a rename.
#include <algorithm>
#include <map>

#include "booster/crypto/digest.h"
#include "codec/property/encode.h"
#include "proxy/client/replica/feed.h"

namespace proxy::client::replica {
namespace {

using queue::MailboxRecord;
using queue::MailboxState;
using sync::Folder;

std::string last_part(const std::string& name, char delimiter) {
  const std::size_t at = delimiter == 0 ? std::string::npos : name.rfind(delimiter);
  return at == std::string::npos ? name : name.substr(at + 1);
}

class Matching {
 public:
  Matching(Work& work, const sync::Folders& told) : work_(work), told_(told), match_(told.folders.size()) {}

  Result<> run() {
    TRY_ASSIGN(ours_, work_.journal().mailboxes());
    taken_.assign(ours_.size(), false);
    guessed_.assign(match_.size(), false);
    for (std::size_t i = 0; i < match_.size(); ++i) by_name(i, true);
    for (std::size_t i = 0; i < match_.size(); ++i) renamed(i);
    for (std::size_t i = 0; i < match_.size(); ++i) by_name(i, false);
    for (std::size_t i = 0; i < match_.size(); ++i) made_here(i);
    TRY(work_.database().run("UPDATE mailboxes SET feed_number=NULL"));
    for (std::size_t k = 0; k < ours_.size(); ++k) {
      TRY_ASSIGN(MailboxRow * row, work_.mailbox(ours_[k].id));
      if (row != nullptr) row->feed_number.reset();
      if (!taken_[k] && ours_[k].server_name && ours_[k].seen) TRY(drop_mailbox(work_, ours_[k]));
    }
    for (std::size_t i = 0; i < match_.size(); ++i) TRY(take(i));
    return {};
  }

 private:
  void claim(std::size_t folder, std::size_t ours) {
    match_[folder] = ours;
    taken_[ours] = true;
  }
  bool listed(const std::string& server_name) const {
    return std::any_of(told_.folders.begin(), told_.folders.end(),
                       [&](const Folder& folder) { return folder.name == server_name; });
  }
  // The same name; `sure`: and the same UIDVALIDITY, or none on either side.
  void by_name(std::size_t i, bool sure) {
    const Folder& folder = told_.folders[i];
    if (match_[i]) return;
    for (std::size_t k = 0; k < ours_.size(); ++k) {
      if (taken_[k] || ours_[k].server_name != folder.name) continue;
      const bool same = ours_[k].server_validity == folder.uid_validity || folder.uid_validity.value == 0 ||
                        ours_[k].server_validity.value == 0;
      if (sure && !same) continue;
      return claim(i, k);
    }
  }
  // Ours is not listed under its name any more, and this one has its object id. Or only its UIDVALIDITY, which may be
  // another's too: a guess, to be proved by the mails themselves.
  void renamed(std::size_t i) {
    const Folder& folder = told_.folders[i];
    if (match_[i] || folder.uid_validity.value == 0) return;
    std::vector<std::size_t> candidates;
    for (std::size_t k = 0; k < ours_.size(); ++k) {
      if (taken_[k] || !ours_[k].server_name || !ours_[k].seen) continue;
      if (ours_[k].server_validity != folder.uid_validity) continue;
      const bool ids = !folder.object_id.empty() && !ours_[k].object_id.empty();
      if (ids && folder.object_id == ours_[k].object_id) return claim(i, k);
      if (ids || listed(*ours_[k].server_name)) continue;
      if (ours_[k].name == folder.name) return claim(i, k);  // our own renaming, whose result is not here yet
      candidates.push_back(k);
    }
    if (candidates.size() > 1) {  // made in one second, moved together: their last name tells them apart
      std::erase_if(candidates, [&](std::size_t k) {
        return last_part(*ours_[k].server_name, folder.delimiter) != last_part(folder.name, folder.delimiter);
      });
    }
    if (candidates.size() != 1) return;
    claim(i, candidates.front());
    guessed_[i] = true;
  }
  void made_here(std::size_t i) {
    if (match_[i]) return;
    for (std::size_t k = 0; k < ours_.size(); ++k) {
      if (taken_[k] || ours_[k].server_name || ours_[k].local_only || ours_[k].state != MailboxState::Live) continue;
      if (ours_[k].name == told_.folders[i].name) return claim(i, k);
    }
  }

  Result<std::string> free_name(const std::string& wish, MailboxId for_whom) {
    std::string name = wish;
    for (int n = 2;; ++n) {
      TRY_ASSIGN(const auto other, work_.journal().live_mailbox(name));
      if (!other || other->id == for_whom) return name;
      name = wish + "~" + std::to_string(n);
    }
  }

  Result<bool> subscription_under_way(MailboxId id) {
    TRY_ASSIGN(const auto open, work_.journal().open_operations_of(id, {}));
    return std::any_of(open.begin(), open.end(), [](const queue::OperationRecord& record) {
      return record.operation.kind == sync::OperationKind::Subscribe ||
             record.operation.kind == sync::OperationKind::Unsubscribe;
    });
  }

  Result<> take(std::size_t i) {
    const Folder& folder = told_.folders[i];
    MailboxRecord record;
    if (match_[i]) {
      record = ours_[*match_[i]];
      TRY_ASSIGN(const bool pending, subscription_under_way(record.id));
      if (!pending) record.subscribed = folder.subscribed;
      if (record.state == MailboxState::Live && (!record.server_name || record.name == *record.server_name)) {
        if (record.server_name && *record.server_name != folder.name) TRY(follow_rename(record, folder.name));
        TRY_ASSIGN(record.name, free_name(folder.name, record.id));
      }
    } else {
      record.subscribed = folder.subscribed;
      TRY_ASSIGN(record.name, free_name(folder.name, {}));
    }
    record.server_name = folder.name;
    record.seen = true;
    record.special_use = folder.special_use;
    if (!folder.object_id.empty()) record.object_id = folder.object_id;
    if (record.server_validity.value == 0) record.server_validity = folder.uid_validity;
    if (match_[i]) {
      TRY(work_.journal().update_mailbox(record));
    } else {
      TRY_ASSIGN(const MailboxId id, work_.journal().create_mailbox(record));
      TRY_ASSIGN(const auto made, work_.journal().mailbox(id));
      record = *made;
    }
    TRY_ASSIGN(MailboxRow * row, work_.project(record));
    describe(*row, folder);
    if (guessed_[i]) {
      TRY(work_.journal().forget_blocks(record.id));
      TRY(begin_validity(work_, *row, record.server_validity));
    }
    return {};
  }

  // What is on its way speaks of it by the old name.
  Result<> follow_rename(const MailboxRecord& record, const std::string& name) {
    TRY_ASSIGN(auto open, work_.journal().open_operations({}, 100'000));
    for (queue::OperationRecord& each : open) {
      bool changed = false;
      if (each.mailbox == record.id && each.operation.mailbox == *record.server_name) {
        each.operation.mailbox = name;
        changed = true;
      }
      if (each.target == record.id && each.operation.target == *record.server_name) {
        each.operation.target = name;
        changed = true;
      }
      if (changed) TRY(work_.journal().rewrite(each));
    }
    return {};
  }

  static void describe(MailboxRow& row, const Folder& folder) {
    row.feed_number = folder.mailbox;
    row.delimiter = folder.delimiter;
    row.selectable = folder.selectable;
    row.no_inferiors = folder.no_inferiors;
  }

  Work& work_;
  const sync::Folders& told_;
  std::vector<std::optional<std::size_t>> match_;
  std::vector<MailboxRecord> ours_;
  std::vector<bool> taken_;
  std::vector<bool> guessed_;  // of folders
};

}  // namespace

Result<> apply_folders(Work& work, const sync::Folders& folders) {
  Matching matching(work, folders);
  TRY(matching.run());
  const Bytes encoded = codec::property::encode(sync::encode(sync::FeedMessage(folders)));
  work.folders = true;
  return work.database().run("UPDATE meta SET folders_digest=?, folders_known=1",
                             booster::crypto::sha256(encoded).view());
}

}  // namespace proxy::client::replica
