#include <algorithm>

#include "proxy/client/replica/reading.h"

namespace proxy::client::replica {

Result<Numbering> Numbering::make(Work& work, const ViewState& view) {
  Numbering numbering(work.database(), view.mailbox);
  TRY(work.database().for_each(
      "SELECT uid FROM gone INDEXED BY gone_mailbox WHERE mailbox=? AND mod_seq>?",
      [&](booster::sql::Row row) {
        const auto uid = row.get<std::uint32_t>(0);
        if (uid < view.bound.value) numbering.pending_.push_back(uid);
      },
      view.mailbox.value, view.expunged_to));
  std::sort(numbering.pending_.begin(), numbering.pending_.end());
  return numbering;
}

Result<std::uint32_t> Numbering::rank(booster::sql::Database& database, std::int64_t key) {
  const std::int64_t mailbox = key >> 32;
  TRY_ASSIGN(const auto large, database.one<std::uint32_t>("SELECT ifnull(sum(n),0) FROM chunks16 WHERE id>=? AND id<?",
                                                           mailbox << 16, key >> 16));
  TRY_ASSIGN(const auto small, database.one<std::uint32_t>("SELECT ifnull(sum(n),0) FROM chunks8 WHERE id>=? AND id<?",
                                                           (key >> 16) << 8, key >> 8));
  TRY_ASSIGN(const auto rows,
             database.one<std::uint32_t>("SELECT count(*) FROM messages WHERE key>=? AND key<? AND shown=1",
                                         (key >> 8) << 8, key));
  return large.value_or(0) + small.value_or(0) + rows.value_or(0);
}

namespace {

// Walks a chunk table until `left` falls into one: its id; 0: not there.
Result<std::int64_t> walk(booster::sql::Database& database, std::string_view sql, std::int64_t from, std::int64_t to,
                          std::uint32_t& left) {
  TRY_ASSIGN(booster::sql::Statement statement, database.prepared(sql));
  statement.bind(from, to);
  for (;;) {
    TRY_ASSIGN(const bool more, statement.step());
    if (!more) return 0;
    const auto n = statement.row().get<std::uint32_t>(1);
    if (left <= n) return statement.row().get<std::int64_t>(0);
    left -= n;
  }
}

}  // namespace

Result<std::uint32_t> Numbering::select(booster::sql::Database& database, MailboxId mailbox, std::uint32_t number) {
  std::uint32_t left = number;
  if (number == 0) return 0;
  TRY_ASSIGN(const std::int64_t large, walk(database, "SELECT id,n FROM chunks16 WHERE id>=? AND id<? ORDER BY id",
                                            mailbox.value << 16, (mailbox.value + 1) << 16, left));
  if (large == 0) return 0;
  TRY_ASSIGN(const std::int64_t small, walk(database, "SELECT id,n FROM chunks8 WHERE id>=? AND id<? ORDER BY id",
                                            large << 8, (large + 1) << 8, left));
  if (small == 0) return 0;
  TRY_ASSIGN(const auto key,
             database.one<std::int64_t>(
                 "SELECT key FROM messages WHERE key>=? AND key<? AND shown=1 ORDER BY key LIMIT 1 OFFSET ?",
                 small << 8, (small + 1) << 8, left - 1));
  return key ? uid_of(*key) : 0;
}

Result<std::uint32_t> Numbering::below(std::uint32_t uid) const {
  TRY_ASSIGN(const std::uint32_t shown, rank(*database_, key_of(mailbox_, uid)));
  const auto gone = std::lower_bound(pending_.begin(), pending_.end(), uid) - pending_.begin();
  return shown + static_cast<std::uint32_t>(gone);
}

Result<std::uint32_t> Numbering::number_of(std::uint32_t uid) const {
  TRY_ASSIGN(const std::uint32_t before, below(uid));
  return before + 1;
}

Result<std::uint32_t> Numbering::uid_at(std::uint32_t number) const {
  // How many of the expunged ones have a number up to `number`; their numbers rise with their UIDs.
  std::size_t low = 0;
  std::size_t high = pending_.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    TRY_ASSIGN(const std::uint32_t its, number_of(pending_[middle]));
    if (its == number) return pending_[middle];
    if (its < number) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return select(*database_, mailbox_, number - static_cast<std::uint32_t>(low));
}

}  // namespace proxy::client::replica
