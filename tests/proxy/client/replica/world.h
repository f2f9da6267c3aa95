// A replica in a folder of its own, and feed messages to give it.
#pragma once
#include <gtest/gtest.h>

#include "codec/convert/overview_chain.h"
#include "proxy/client/replica/replica.h"
#include "tests/booster/disk/temp_directory.h"
#include "tests/support/coro_test.h"

namespace proxy::client::replica {

struct World {
  booster::disk::TempDirectory temp{booster::disk::TempDirectory::quick()};
  ReplicaOptions options;
  std::unique_ptr<Replica> replica;
  World() {
    options.directory = temp.path() / "account";
    options.reserve_bytes = 0;
  }
};

inline Task<Result<>> open(World& w) {
  w.replica.reset();
  ReplicaOptions options = w.options;
  CO_TRY_ASSIGN(w.replica, co_await Replica::open(std::move(options)));
  co_return Result<>();
}

inline sync::Folder folder(std::uint32_t number, std::string name, std::uint32_t validity = 7) {
  sync::Folder out;
  out.mailbox = number;
  out.name = std::move(name);
  out.uid_validity = {validity};
  return out;
}

inline sync::FeedMessage folders(std::vector<sync::Folder> all) {
  sync::Folders out;
  out.folders = std::move(all);
  return out;
}

inline sync::SkeletonEntry entry(std::uint32_t uid, std::uint32_t size = 0) {
  return {{uid}, size == 0 ? 100 + uid : size, 1'700'000'000 + uid, 0, {}};
}

inline sync::FeedMessage skeleton(std::uint32_t number, std::vector<sync::SkeletonEntry> entries,
                                  std::uint32_t validity = 7) {
  sync::Skeleton out;
  out.mailbox = number;
  out.uid_validity = {validity};
  out.complete_below = {entries.empty() ? 1 : entries.back().uid.value + 1};
  out.entries = std::move(entries);
  return out;
}

inline std::vector<sync::SkeletonEntry> run(std::uint32_t first, std::uint32_t last) {
  std::vector<sync::SkeletonEntry> entries;
  for (std::uint32_t uid = first; uid <= last; ++uid) entries.push_back(entry(uid));
  return entries;
}

inline sync::FeedMessage synced(std::uint32_t number, const std::vector<sync::Entry>& has, std::uint32_t uid_next,
                                std::uint32_t validity = 7) {
  sync::MailboxSynced out;
  out.mailbox = number;
  out.uid_validity = {validity};
  out.uid_next = {uid_next};
  out.mod_seq = {uid_next};
  out.count = static_cast<std::uint32_t>(has.size());
  for (const auto& each : has) out.digest.add(each.uid, each.flags);
  return out;
}

inline std::vector<sync::Entry> plain(std::uint32_t first, std::uint32_t last) {
  std::vector<sync::Entry> entries;
  for (std::uint32_t uid = first; uid <= last; ++uid) entries.push_back({{uid}, {}});
  return entries;
}

inline sync::FeedMessage vanished(std::uint32_t number, std::vector<sync::ServerUid> uids) {
  sync::Vanished out;
  out.mailbox = number;
  out.uids = std::move(uids);
  return out;
}

inline sync::FeedMessage flagged(std::uint32_t number, std::uint32_t uid, std::uint8_t system) {
  sync::FlagChanges out;
  out.mailbox = number;
  out.entries.push_back({{uid}, {system, {}}});
  return out;
}

// INBOX (1) and Archive (2), with `count` messages in INBOX.
inline Task<Result<>> fill(World& w, std::uint32_t count) {
  std::vector<sync::Folder> two;
  two.push_back(folder(1, "INBOX"));
  two.push_back(folder(2, "Archive", 8));
  const sync::FeedMessage list = folders(std::move(two));
  CO_TRY(co_await w.replica->apply(list));
  const sync::FeedMessage entries = skeleton(1, run(1, count));
  CO_TRY(co_await w.replica->apply(entries));
  const auto has = plain(1, count);
  const sync::FeedMessage inbox = synced(1, has, count + 1);
  CO_TRY_ASSIGN(const auto first, co_await w.replica->apply(inbox));
  EXPECT_FALSE(first.differs);
  const std::vector<sync::Entry> none;
  const sync::FeedMessage archive = synced(2, none, 1, 8);
  CO_TRY(co_await w.replica->apply(archive));
  co_return Result<>();
}

inline Task<Result<Content>> put(World& w, std::string octets) {
  CO_TRY_ASSIGN(auto writer, co_await w.replica->begin_content(octets.size()));
  const Bytes bytes = codec::to_bytes(octets);
  CO_TRY(co_await writer->write(bytes));
  co_return co_await writer->finish();
}

inline std::string uids(const std::vector<MessageRow>& rows) {
  std::string text;
  for (const MessageRow& row : rows) {
    text += (text.empty() ? "" : " ") + std::to_string(row.number) + ":" + std::to_string(row.uid.value);
    if (row.flags.system != 0) text += "/" + std::to_string(row.flags.system);
  }
  return text;
}

inline RowQuery all_rows() {
  RowQuery query;
  query.set.push_back({1, 0xffffffff});
  return query;
}

inline Task<Result<std::string>> shown(World& w, std::string name) {
  CO_TRY_ASSIGN(auto view, co_await w.replica->view(name));
  const RowQuery query = all_rows();
  CO_TRY_ASSIGN(const auto rows, co_await view->rows(query, LocalUid()));
  co_return uids(rows);
}

}  // namespace proxy::client::replica
