// What the agent is told of our state.
#include <algorithm>

#include "proxy/client/replica/feed.h"
#include "proxy/sync/range_digest.h"

namespace proxy::client::replica {
namespace {

Result<std::vector<sync::Entry>> entries_in(Work& work, const MailboxRow& row, ServerUid low, ServerUid high) {
  std::vector<sync::Entry> entries;
  TRY(work.database().for_each(
      "SELECT server,server_flags,server_keywords FROM messages INDEXED BY messages_server"
      " WHERE server IS NOT NULL AND server>=? AND server<=? AND known=1 ORDER BY server",
      [&](booster::sql::Row found) {
        entries.push_back({{uid_of(found.get<std::int64_t>(0))},
                           {found.get<std::uint8_t>(1), split_words(found.get<std::string_view>(2))}});
      },
      key_of(row.id, low.value), key_of(row.id, high.value)));
  return entries;
}

}  // namespace

Result<std::optional<sync::MailboxVector>> vector_of(Work& work, const MailboxRow& row, bool asked) {
  if (row.local_only || !row.server_name || row.server_validity.value == 0) return std::optional<sync::MailboxVector>();
  if (!asked && !row.whole && row.known == 0) return std::optional<sync::MailboxVector>();  // nothing of it
  sync::MailboxVector vector;
  vector.name = *row.server_name;
  vector.uid_validity = row.server_validity;
  vector.uid_next = row.server_next;
  vector.mod_seq = row.mod_seq;
  vector.count = row.known;
  vector.digest = row.digest;
  TRY_ASSIGN(const auto beyond, entries_in(work, row, row.server_next, {0xffffffff}));
  for (const sync::Entry& entry : beyond) {
    --vector.count;
    vector.digest.remove(entry.uid, entry.flags);
  }
  TRY_ASSIGN(const auto bare, work.database().one<std::int64_t>(
                                  "SELECT server FROM messages INDEXED BY messages_bare WHERE overview=0 AND known=1"
                                  " AND server>=? AND server<=? ORDER BY server DESC LIMIT 1",
                                  key_of(row.id, 0), key_of(row.id, 0xffffffff)));
  if (bare) vector.overview_below = {uid_of(*bare) + 1};
  return std::optional(std::move(vector));
}

Result<sync::RangeStates> states_of(Work& work, const sync::AskRanges& ask) {
  sync::RangeStates states;
  states.mailbox = ask.mailbox;
  TRY_ASSIGN(const MailboxRow* row, work.mailbox_by_feed(ask.mailbox));
  if (row == nullptr) return fail(Errc::Protocol, "ranges: a mailbox that no list has named");
  if (ask.ranges.size() > sync::kMaxAsked) return fail(Errc::Limit, "ranges: too many");
  for (const sync::AskRanges::Range& range : ask.ranges) {
    TRY_ASSIGN(auto entries, entries_in(work, *row, range.low, range.high));
    if (range.whole) {
      states.entries.insert(states.entries.end(), entries.begin(), entries.end());
    } else {
      states.ranges.push_back(sync::state_of_range(entries, range.low, range.high));
    }
  }
  std::sort(states.entries.begin(), states.entries.end(),
            [](const sync::Entry& a, const sync::Entry& b) { return a.uid < b.uid; });
  return states;
}

}  // namespace proxy::client::replica
