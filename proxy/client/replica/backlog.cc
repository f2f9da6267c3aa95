// What comes down: how much of it, in which order, and how a person changes that.
#include <algorithm>

#include "proxy/client/replica/replica.h"
#include "proxy/client/replica/work.h"

namespace proxy::client::replica {
namespace {

using queue::BodyOrder;
using queue::BodyOrders;

#define PB_MISSING "body=0 AND shown=1 AND server IS NOT NULL AND date>=?"

struct Sum {
  std::uint64_t count = 0, bytes = 0;
  void add(std::uint64_t size) {
    ++count;
    bytes += size;
  }
  void take(std::uint64_t size) {
    count -= std::min<std::uint64_t>(count, 1);
    bytes -= std::min(bytes, size);
  }
};

struct OfMailbox {
  Sum coming, cancelled;
};

Backlog line_of(const Message& message, const MailboxRow& row) {
  Backlog line;
  line.mailbox = message.mailbox;
  line.name = row.name;
  line.uid = message.uid();
  line.count = 1;
  line.bytes = message.size;
  line.date = message.date;
  return line;
}

// What an earlier try has brought.
Result<std::uint64_t> part_octets(Work& work, const Message& message, const MailboxRow& row) {
  Contents& contents = work.store().contents();
  TRY_ASSIGN(const auto names, contents.parts());
  const std::string name = part_name(message.mailbox, row.server_validity, message.server_uid());
  if (!std::binary_search(names.begin(), names.end(), name)) return std::uint64_t{0};
  TRY_ASSIGN(const auto file, contents.open_part(name));
  TRY_ASSIGN(const auto stat, file->stat());
  return std::min(stat.size, message.size);
}

bool is_missing(const Message& message) {
  return message.body != BodyState::Here && message.shown && message.server;
}

class Listing {
 public:
  Listing(Work& work, BodyOrders orders, std::int64_t since) : work_(work), orders_(std::move(orders)), since_(since) {}

  Result<std::vector<Backlog>> by_policy() {
    TRY(count_mailboxes());
    std::vector<Backlog> lines;
    TRY(add_single(lines));
    for (const auto& [mailbox, sums] : sums_) {
      TRY_ASSIGN(const MailboxRow* row, work_.mailbox(mailbox));
      if (row == nullptr || !row->server_name || row->state != queue::MailboxState::Live) continue;
      if (sums.coming.count + sums.cancelled.count == 0) continue;
      Backlog line;
      line.mailbox = mailbox;
      line.name = row->name;
      line.rank = orders_.rank(mailbox, LocalUid{UINT32_MAX}, 0);
      line.count = sums.coming.count;
      line.bytes = sums.coming.bytes;
      line.cancelled_count = sums.cancelled.count;
      line.cancelled_bytes = sums.cancelled.bytes;
      lines.push_back(std::move(line));
    }
    return lines;
  }

 private:
  Result<> count_mailboxes() {
    TRY(work_.database().for_each(
        "SELECT mailbox,count(*),sum(size) FROM messages INDEXED BY messages_missing_in WHERE " PB_MISSING
        " GROUP BY mailbox",
        [&](booster::sql::Row row) {
          Sum& coming = sums_[{row.get<std::int64_t>(0)}].coming;
          coming.count = row.get<std::uint64_t>(1);
          coming.bytes = row.get<std::uint64_t>(2);
        },
        since_));
    for (auto& [mailbox, sums] : sums_) {
      const BodyOrder* said = orders_.find(mailbox, LocalUid());
      if (said == nullptr || said->cancelled_to.value == 0) continue;
      TRY(work_.database().for_each(
          "SELECT count(*),ifnull(sum(size),0) FROM messages INDEXED BY messages_missing_in WHERE " PB_MISSING
          " AND mailbox=? AND key<=?",
          [&cancelled = sums.cancelled](booster::sql::Row row) {
            cancelled.count = row.get<std::uint64_t>(0);
            cancelled.bytes = row.get<std::uint64_t>(1);
          },
          since_, mailbox.value, key_of(mailbox, said->cancelled_to.value)));
      sums.coming.count -= std::min(sums.coming.count, sums.cancelled.count);
      sums.coming.bytes -= std::min(sums.coming.bytes, sums.cancelled.bytes);
    }
    return {};
  }

  // Those of which something was said, then the largest.
  Result<> add_single(std::vector<Backlog>& lines) {
    std::vector<std::int64_t> keys;
    for (const BodyOrder& order : orders_.single()) keys.push_back(key_of(order.mailbox, order.uid.value));
    TRY(work_.database().for_each(
        "SELECT key FROM messages INDEXED BY messages_missing_in WHERE " PB_MISSING
        " AND size>? ORDER BY size DESC LIMIT ?",
        [&](booster::sql::Row row) {
          const auto key = row.get<std::int64_t>(0);
          if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
        },
        since_, queue::kLargeBody, kBacklogSingle));
    for (const std::int64_t key : keys) TRY(add_one(lines, key));
    return {};
  }

  Result<> add_one(std::vector<Backlog>& lines, std::int64_t key) {
    TRY_ASSIGN(const auto message, work_.message(key));
    if (!message || !is_missing(*message) || message->body != BodyState::Missing || message->date < since_) return {};
    TRY_ASSIGN(const MailboxRow* row, work_.mailbox(message->mailbox));
    if (row == nullptr || !row->server_name) return {};
    Backlog line = line_of(*message, *row);
    TRY_ASSIGN(line.here, part_octets(work_, *message, *row));
    line.rank = orders_.rank(message->mailbox, message->uid(), message->size);
    const bool own = orders_.find(message->mailbox, message->uid()) != nullptr;
    if (line.rank.cancelled && !own) return {};  // counted with its mailbox
    OfMailbox& sums = sums_[message->mailbox];
    const BodyOrder* whole = orders_.find(message->mailbox, LocalUid());
    const bool within = whole != nullptr && message->uid() <= whole->cancelled_to;
    (within ? sums.cancelled : sums.coming).take(message->size);
    lines.push_back(std::move(line));
    return {};
  }

  Work& work_;
  BodyOrders orders_;
  std::int64_t since_;
  std::map<MailboxId, OfMailbox> sums_;
};

Result<> change_one(Work& work, const BodyOrders& orders, BodyOrder order, Reorder how) {
  switch (how) {
    case Reorder::Raise:
      order.of = queue::one_up(order.of);
      order.position = orders.edge_position(order.of, true);
      break;
    case Reorder::Lower:
      order.of = queue::one_down(order.of);
      order.position = orders.edge_position(order.of, false);
      break;
    case Reorder::Hold:
      order.held = true;
      break;
    case Reorder::Release:
      order.held = false;
      order.cancelled_to = {};
      break;
    case Reorder::Cancel:
      order.held = false;
      order.cancelled_to = order.uid;
      if (order.uid.value == 0) {
        TRY_ASSIGN(const MailboxRow* row, work.mailbox(order.mailbox));
        order.cancelled_to = {row != nullptr && row->next_uid > 0 ? row->next_uid - 1 : 0};
      }
      break;
  }
  const bool nothing_said = order.uid.value == 0 && order == BodyOrder{order.mailbox, {}, Class::Bodies, 0, false, {}};
  if (nothing_said) return work.journal().drop_body_order(order.mailbox, order.uid);
  return work.journal().put_body_order(order);
}

}  // namespace

Task<Result<std::vector<Backlog>>> Replica::backlog(BodyPolicy policy, std::int64_t recent_since) {
  std::vector<Backlog> lines;
  const Job job = [&](Work& work) -> Result<> {
    if (policy != BodyPolicy::OnDemand) {
      TRY_ASSIGN(BodyOrders orders, work.journal().body_orders());
      TRY_ASSIGN(const std::int64_t since, policy_since(work, policy, recent_since));
      Listing listing(work, std::move(orders), since);
      TRY_ASSIGN(lines, listing.by_policy());
    }
    return add_wishes(work, lines);
  };
  CO_TRY(co_await look(job));
  co_return lines;
}

// What programs wait for, also while it cannot be fetched.
Result<> Replica::add_wishes(Work& work, std::vector<Backlog>& lines) {
  std::vector<std::int64_t> keys;
  TRY(work.database().for_each(
      "SELECT key FROM wishes ORDER BY since LIMIT ?",
      [&](booster::sql::Row row) { keys.push_back(row.get<std::int64_t>(0)); }, kBacklogSingle));
  for (const std::int64_t key : keys) {
    TRY_ASSIGN(const auto message, work.message(key));
    if (!message || !is_missing(*message)) continue;
    const auto there = std::find_if(lines.begin(), lines.end(), [&](const Backlog& line) {
      return line.mailbox == message->mailbox && line.uid == message->uid();
    });
    TRY_ASSIGN(const MailboxRow* row, work.mailbox(message->mailbox));
    if (row == nullptr) continue;
    Backlog line = line_of(*message, *row);
    line.waited_for = true;
    TRY_ASSIGN(line.here, part_octets(work, *message, *row));
    line.rank.of = Class::Interactive;
    if (there != lines.end()) {
      *there = std::move(line);
      continue;
    }
    // It was counted with its mailbox.
    for (Backlog& whole : lines) {
      if (whole.mailbox != message->mailbox || whole.uid.value != 0 || message->body != BodyState::Missing) continue;
      whole.count -= std::min<std::uint64_t>(whole.count, 1);
      whole.bytes -= std::min(whole.bytes, message->size);
    }
    lines.push_back(std::move(line));
  }
  std::erase_if(lines, [](const Backlog& line) { return line.count + line.cancelled_count == 0; });
  return {};
}

Task<Result<queue::BodyOrders>> Replica::body_orders() {
  queue::BodyOrders orders;
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(orders, work.journal().body_orders());
    return {};
  };
  CO_TRY(co_await look(job));
  co_return orders;
}

// What is said of a mailbox is said of each of its mails.
Task<Result<>> Replica::order_bodies(MailboxId mailbox, LocalUid uid, Reorder how) {
  const Job job = [&](Work& work) -> Result<> {
    TRY_ASSIGN(const MailboxRow* row, work.mailbox(mailbox));
    if (row == nullptr || row->state != queue::MailboxState::Live) return fail(Errc::NotFound, "the mailbox is gone");
    std::uint64_t size = 0;
    if (uid.value != 0) {
      TRY_ASSIGN(const auto message, work.message(key_of(mailbox, uid.value)));
      if (!message || !message->shown) return fail(Errc::NotFound, "the message is gone");
      if (message->body == BodyState::Here) return fail(Errc::Conflict, "the message is here already");
      size = message->size;
    }
    TRY_ASSIGN(const BodyOrders orders, work.journal().body_orders());
    if (uid.value == 0 && how == Reorder::Cancel) TRY(work.journal().drop_single_body_orders(mailbox));
    if (uid.value == 0 && how == Reorder::Release) TRY(work.journal().release_body_orders(mailbox));
    if (uid.value == 0 && how == Reorder::Hold) TRY(work.journal().hold_body_orders(mailbox));
    return change_one(work, orders, orders.order_of(mailbox, uid, size), how);
  };
  CO_TRY(co_await change(job));
  orders_.notify_all();
  co_return Result<>();
}

}  // namespace proxy::client::replica
