// DeviceModel: what a client must end up with, kept by nothing but the messages of the sync stream. Answers AskRanges,
// checks every MailboxSynced against itself.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "proxy/messaging/message_stream.h"
#include "proxy/sync/range_digest.h"

namespace support {

namespace sync = proxy::sync;

struct DeviceModel {
  struct Mailbox {
    std::string name;
    sync::UidValidity uid_validity;
    std::map<std::uint32_t, sync::SkeletonEntry> messages;
    std::set<std::uint32_t> overviews;
    sync::ServerUid uid_next;
    sync::ModSeq mod_seq;
    sync::ServerUid complete_from;  // as the agent said last
    bool synced = false;
  };
  std::map<std::uint32_t, Mailbox> mailboxes;
  sync::Folders folders;
  std::vector<std::string> complaints;
  std::vector<sync::Notice> notices;
  std::set<std::uint64_t> confirmed;
  std::size_t skeletons = 0, flag_changes = 0, vanished = 0, rematched = 0, asked = 0, messages = 0;

  Mailbox* find(const std::string& name) {
    for (auto& [number, mailbox] : mailboxes)
      if (mailbox.name == name) return &mailbox;
    return nullptr;
  }

  std::vector<sync::Entry> entries(const Mailbox& mailbox) const {
    std::vector<sync::Entry> all;
    for (const auto& [uid, entry] : mailbox.messages) all.push_back({sync::ServerUid{uid}, entry.flags});
    return all;
  }

  sync::Vectors vectors() const {
    sync::Vectors all;
    for (const auto& [number, mailbox] : mailboxes)
      if (mailbox.synced) all.mailboxes.push_back(vector_of(mailbox));
    return all;
  }
  sync::MailboxVector vector_of(const Mailbox& mailbox) const {
    sync::MailboxVector vector;
    vector.name = mailbox.name;
    vector.uid_validity = mailbox.uid_validity;
    vector.uid_next = mailbox.uid_next;
    vector.mod_seq = mailbox.mod_seq;
    vector.count = static_cast<std::uint32_t>(mailbox.messages.size());
    vector.digest = digest(mailbox);
    for (auto one = mailbox.messages.rbegin(); one != mailbox.messages.rend(); ++one) {
      if (mailbox.overviews.count(one->first) > 0) continue;
      vector.overview_below = sync::ServerUid{one->first + 1};
      break;
    }
    return vector;
  }
  static sync::SetDigest digest(const Mailbox& mailbox) {
    sync::SetDigest sum;
    for (const auto& [uid, entry] : mailbox.messages) sum.add(sync::ServerUid{uid}, entry.flags);
    return sum;
  }

  // What goes back to the agent, if anything.
  std::optional<sync::UpMessage> apply(const sync::FeedMessage& message) {
    ++messages;
    if (const auto* list = std::get_if<sync::Folders>(&message)) {
      folders = *list;
      std::map<std::string, Mailbox> before;  // numbers are this stream's only
      for (auto& [number, mailbox] : mailboxes) before.emplace(mailbox.name, std::move(mailbox));
      mailboxes.clear();
      for (const sync::Folder& folder : list->folders) {
        const auto known = before.find(folder.name);
        if (known != before.end()) mailboxes[folder.mailbox] = std::move(known->second);
        mailboxes[folder.mailbox].name = folder.name;
      }
    } else if (const auto* skeleton = std::get_if<sync::Skeleton>(&message)) {
      ++skeletons;
      Mailbox& mailbox = mailboxes[skeleton->mailbox];
      mailbox.uid_validity = skeleton->uid_validity;
      for (const sync::SkeletonEntry& entry : skeleton->entries)
        if (!mailbox.messages.emplace(entry.uid.value, entry).second) complaints.push_back("a message came twice");
      mailbox.uid_next = std::max(mailbox.uid_next, skeleton->complete_below);
    } else if (const auto* changes = std::get_if<sync::FlagChanges>(&message)) {
      for (const sync::Entry& entry : changes->entries) {
        ++flag_changes;
        const auto found = mailboxes[changes->mailbox].messages.find(entry.uid.value);
        if (found == mailboxes[changes->mailbox].messages.end()) {
          complaints.push_back("flags of an unknown message");
        } else {
          found->second.flags = entry.flags;
        }
      }
    } else if (const auto* gone = std::get_if<sync::Vanished>(&message)) {
      for (const sync::ServerUid uid : gone->uids) vanished += mailboxes[gone->mailbox].messages.erase(uid.value);
    } else if (const auto* synced = std::get_if<sync::MailboxSynced>(&message)) {
      Mailbox& mailbox = mailboxes[synced->mailbox];
      mailbox.uid_validity = synced->uid_validity;
      mailbox.uid_next = synced->uid_next;
      mailbox.mod_seq = synced->mod_seq;
      mailbox.synced = true;
      if (synced->count != mailbox.messages.size() || synced->digest != digest(mailbox))
        complaints.push_back("synced, and not the same: " + mailbox.name);
    } else if (const auto* rematch = std::get_if<sync::Rematch>(&message)) {
      rematched += rematch->items.size();
      if (!rematch->last) return std::nullopt;
      Mailbox& mailbox = mailboxes[rematch->mailbox];
      mailbox.messages.clear();  // a device that matches nothing: everything comes anew
      mailbox.uid_validity = rematch->uid_validity;
      mailbox.uid_next = sync::ServerUid{1};
      mailbox.mod_seq = {};
      sync::Vectors answer;
      answer.mailboxes.push_back(vector_of(mailbox));
      return answer;
    } else if (const auto* ask = std::get_if<sync::AskRanges>(&message)) {
      ++asked;
      sync::RangeStates answer;
      answer.mailbox = ask->mailbox;
      const std::vector<sync::Entry> mine = entries(mailboxes[ask->mailbox]);
      for (const auto& range : ask->ranges) {
        if (!range.whole) answer.ranges.push_back(sync::state_of_range(mine, range.low, range.high));
        if (!range.whole) continue;
        for (const sync::Entry& entry : mine)
          if (entry.uid >= range.low && entry.uid <= range.high) answer.entries.push_back(entry);
      }
      return answer;
    } else if (const auto* overviews = std::get_if<sync::Overviews>(&message)) {
      Mailbox& mailbox = mailboxes[overviews->mailbox];
      for (const auto& item : overviews->items)
        if (!mailbox.overviews.insert(item.uid.value).second) complaints.push_back("an overview came twice");
      mailbox.complete_from = overviews->complete_from;
    } else if (const auto* done = std::get_if<sync::Confirmed>(&message)) {
      confirmed.insert(done->token);
    } else if (const auto* notice = std::get_if<sync::Notice>(&message)) {
      notices.push_back(*notice);
    }
    return std::nullopt;
  }
};

}  // namespace support
