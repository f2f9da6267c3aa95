// Bodies wanted: by programs, then by policy in the order that a person may have changed.
#include <algorithm>

#include "proxy/client/replica/replica.h"
#include "proxy/client/replica/work.h"

namespace proxy::client::replica {
namespace {

using queue::BodyOrder;
using queue::BodyOrders;
using queue::BodyRank;

constexpr std::int64_t kAlwaysRecent = 7 * 86'400;  // fetched although the limit is reached: old content gives way
constexpr std::int64_t kAnySize = INT64_MAX;

#define PB_WANTED_COLUMNS "m.key,m.server,m.size,b.server_name,b.server_validity,m.date"
#define PB_WANTED_WHERE                                                                             \
  " WHERE m.body=0 AND m.shown=1 AND m.server IS NOT NULL AND m.date>=? AND m.size>? AND m.size<=?" \
  " AND b.server_name IS NOT NULL"

WantedBody wanted_of(booster::sql::Row row) {
  WantedBody wanted;
  const auto key = row.get<std::int64_t>(0);
  wanted.mailbox = mailbox_of(key);
  wanted.uid = {uid_of(key)};
  wanted.server_uid = {uid_of(row.get<std::int64_t>(1))};
  wanted.size = row.get<std::uint64_t>(2);
  wanted.server_mailbox = row.get<std::string>(3);
  wanted.uid_validity = {row.get<std::uint32_t>(4)};
  return wanted;
}

Result<> add_part(Work& work, WantedBody& wanted) {
  TRY_ASSIGN(const auto names, work.store().contents().parts());
  const std::string name = part_name(wanted.mailbox, wanted.uid_validity, wanted.server_uid);
  if (!std::binary_search(names.begin(), names.end(), name)) return {};
  TRY_ASSIGN(const auto file, work.store().contents().open_part(name));
  TRY_ASSIGN(const auto found, look_at_part(*file));
  if (found.first == 0) return {};
  wanted.offset = found.first;
  wanted.running = found.second.digest().bytes;
  return {};
}

// What stands together: bodies of one mailbox (or of all of which nothing was said), small or large.
struct Group {
  BodyRank rank;
  MailboxId mailbox;  // 0: all others
  LocalUid above;     // only local UIDs above
  bool large = false;
};

class ByPolicy {
 public:
  ByPolicy(Work& work, BodyOrders orders, std::int64_t since, std::size_t limit)
      : work_(work), orders_(std::move(orders)), since_(since), limit_(limit) {}

  // Class by class; inside one newest first.
  Result<std::vector<WantedBody>> choose() {
    std::vector<WantedBody> wanted;
    std::vector<Group> groups = make_groups();
    std::stable_sort(groups.begin(), groups.end(),
                     [](const Group& a, const Group& b) { return place(a.rank) < place(b.rank); });
    TRY(find_single());
    std::size_t at = 0;
    while (wanted.size() < limit_ && (at < groups.size() || !single_.empty())) {
      std::pair<Class, std::int64_t> now = at < groups.size() ? place(groups[at].rank) : place(single_.begin()->first);
      if (!single_.empty()) now = std::min(now, place(single_.begin()->first));
      std::vector<Dated> together;
      for (; at < groups.size() && place(groups[at].rank) == now; ++at) TRY(read(groups[at], together));
      while (!single_.empty() && place(single_.begin()->first) == now) {
        together.push_back(std::move(single_.front().second));
        single_.erase(single_.begin());
      }
      std::stable_sort(together.begin(), together.end(),
                       [](const Dated& a, const Dated& b) { return a.date > b.date; });
      for (Dated& each : together) wanted.push_back(std::move(each.body));
    }
    if (wanted.size() > limit_) wanted.resize(limit_);
    return wanted;
  }

 private:
  struct Dated {
    std::int64_t date = 0;
    WantedBody body;
  };
  static std::pair<Class, std::int64_t> place(const BodyRank& rank) { return {rank.of, rank.position}; }

  std::vector<Group> make_groups() {
    std::vector<Group> groups;
    const BodyOrder nothing;
    for (const bool large : {false, true}) {
      Group others;
      others.rank.of = large ? queue::one_down(nothing.of) : nothing.of;
      others.large = large;
      groups.push_back(others);
    }
    for (const MailboxId mailbox : orders_.mailboxes()) {
      ids_ += (ids_.empty() ? "" : ",") + std::to_string(mailbox.value);
      const BodyOrder whole = orders_.order_of(mailbox, LocalUid(), 0);
      if (whole.held) continue;
      for (const bool large : {false, true}) {
        Group group;
        group.mailbox = mailbox;
        group.above = whole.cancelled_to;
        group.large = large;
        group.rank = orders_.rank(mailbox, LocalUid{UINT32_MAX}, large ? queue::kLargeBody + 1 : 0);
        groups.push_back(group);
      }
    }
    return groups;
  }

  Result<> find_single() {
    for (const BodyOrder& order : orders_.single()) {
      const BodyRank rank = orders_.rank(order.mailbox, order.uid, 0);
      if (!rank.comes()) continue;
      TRY(work_.database().for_each(
          "SELECT " PB_WANTED_COLUMNS " FROM messages m CROSS JOIN mailboxes b ON b.id=m.mailbox" PB_WANTED_WHERE
          " AND m.key=?",
          [&](booster::sql::Row row) {
            WantedBody body = wanted_of(row);
            body.of = rank.of;
            single_.emplace_back(rank, Dated{row.get<std::int64_t>(5), std::move(body)});
          },
          since_, std::int64_t{-1}, kAnySize, key_of(order.mailbox, order.uid.value)));
    }
    std::stable_sort(single_.begin(), single_.end(),
                     [](const auto& a, const auto& b) { return place(a.first) < place(b.first); });
    return {};
  }

  // A few more than are needed: those of which something of their own was said are left out here.
  Result<> read(const Group& group, std::vector<Dated>& into) {
    const auto low = group.large ? static_cast<std::int64_t>(queue::kLargeBody) : std::int64_t{-1};
    const auto high = group.large ? kAnySize : static_cast<std::int64_t>(queue::kLargeBody);
    const std::size_t limit = limit_ + orders_.size();
    const auto take = [&](booster::sql::Row row) {
      WantedBody body = wanted_of(row);
      if (orders_.find(body.mailbox, body.uid) != nullptr) return;
      body.of = group.rank.of;
      into.push_back({row.get<std::int64_t>(5), std::move(body)});
    };
    if (group.mailbox.value == 0) {
      return work_.database().for_each(
          "SELECT " PB_WANTED_COLUMNS
          " FROM messages m INDEXED BY messages_missing CROSS JOIN mailboxes b ON b.id=m.mailbox" PB_WANTED_WHERE
          " AND m.mailbox NOT IN (SELECT value FROM json_each(?)) ORDER BY m.date DESC LIMIT ?",
          take, since_, low, high, "[" + ids_ + "]", limit);
    }
    return work_.database().for_each(
        "SELECT " PB_WANTED_COLUMNS
        " FROM messages m INDEXED BY messages_missing_in CROSS JOIN mailboxes b ON b.id=m.mailbox" PB_WANTED_WHERE
        " AND m.mailbox=? AND m.key>? ORDER BY m.date DESC LIMIT ?",
        take, since_, low, high, group.mailbox.value, key_of(group.mailbox, group.above.value), limit);
  }

  Work& work_;
  BodyOrders orders_;
  std::int64_t since_;
  std::size_t limit_;
  std::string ids_;  // of mailboxes of which something was said
  std::vector<std::pair<BodyRank, Dated>> single_;
};

}  // namespace

Result<std::int64_t> Replica::policy_since(Work& work, BodyPolicy policy, std::int64_t recent_since) {
  const std::int64_t since = policy == BodyPolicy::Recent ? recent_since : INT64_MIN;
  TRY_ASSIGN(const auto bytes, work.database().one<std::uint64_t>("SELECT content_bytes FROM meta"));
  if (options_.size_limit == 0 || bytes.value_or(0) < options_.size_limit) return since;
  return std::max(since, queue::seconds_now() - kAlwaysRecent);
}

Task<Result<std::vector<WantedBody>>> Replica::wanted_bodies(BodyPolicy policy, std::int64_t recent_since,
                                                             std::size_t limit) {
  std::vector<WantedBody> wanted;
  const Job job = [&](Work& work) -> Result<> {
    TRY(work.database().for_each(
        "SELECT " PB_WANTED_COLUMNS
        " FROM wishes w JOIN messages m ON m.key=w.key JOIN mailboxes b ON b.id=m.mailbox"
        " WHERE m.body<>1 AND m.server IS NOT NULL AND b.server_name IS NOT NULL"
        " ORDER BY w.since LIMIT ?",
        [&](booster::sql::Row row) {
          wanted.push_back(wanted_of(row));
          wanted.back().raised = true;
          wanted.back().of = Class::Interactive;
        },
        limit));
    if (policy != BodyPolicy::OnDemand && wanted.size() < limit) {
      TRY_ASSIGN(const std::int64_t since, policy_since(work, policy, recent_since));
      TRY_ASSIGN(BodyOrders orders, work.journal().body_orders());
      ByPolicy by_policy(work, std::move(orders), since, limit);
      TRY_ASSIGN(std::vector<WantedBody> more, by_policy.choose());
      const std::size_t raised = wanted.size();
      for (WantedBody& each : more) {
        const bool twice = std::any_of(
            wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(raised),
            [&](const WantedBody& other) { return other.mailbox == each.mailbox && other.uid == each.uid; });
        if (!twice && wanted.size() < limit) wanted.push_back(std::move(each));
      }
    }
    TRY_ASSIGN(const auto parts, work.store().contents().parts());
    if (parts.empty()) return {};
    for (WantedBody& each : wanted) TRY(add_part(work, each));
    return {};
  };
  CO_TRY(co_await look(job));
  co_return wanted;
}

Task<Result<std::optional<WantedBody>>> Replica::wanted_body(MailboxId mailbox, LocalUid uid) {
  std::optional<WantedBody> wanted;
  const Job job = [&](Work& work) -> Result<> {
    TRY(work.database().for_each(
        "SELECT " PB_WANTED_COLUMNS
        " FROM messages m JOIN mailboxes b ON b.id=m.mailbox WHERE m.key=? AND m.body<>1"
        " AND m.server IS NOT NULL AND b.server_name IS NOT NULL",
        [&](booster::sql::Row row) { wanted = wanted_of(row); }, key_of(mailbox, uid.value)));
    return wanted ? add_part(work, *wanted) : Result<>();
  };
  CO_TRY(co_await look(job));
  co_return wanted;
}

}  // namespace proxy::client::replica
