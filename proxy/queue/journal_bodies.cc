// What a person said of the order in which mail comes down.
#include "proxy/queue/body_order.h"
#include "proxy/queue/journal.h"
#include "proxy/queue/journal_rows.h"

namespace proxy::queue {

Result<BodyOrders> Journal::body_orders() {
  std::vector<BodyOrder> orders;
  TRY(database_.for_each(
      "SELECT mailbox,uid,class,position,held,cancelled_to FROM body_orders LIMIT ?",
      [&](booster::sql::Row row) -> Result<> {
        BodyOrder order;
        order.mailbox = {row.get<std::int64_t>(0)};
        order.uid = {row.get<std::uint32_t>(1)};
        const auto of = booster::schedule::class_from(row.get<std::uint8_t>(2));
        if (!of) return tl::unexpected(broken("a class of bodies"));
        order.of = *of;
        order.position = row.get<std::int64_t>(3);
        order.held = row.get<bool>(4);
        order.cancelled_to = {row.get<std::uint32_t>(5)};
        orders.push_back(order);
        return {};
      },
      kMaxBodyOrders));
  return BodyOrders(orders);
}

Result<> Journal::put_body_order(const BodyOrder& order) {
  TRY_ASSIGN(const auto count, database_.one<std::uint64_t>("SELECT count(*) FROM body_orders"));
  TRY_ASSIGN(const auto there, database_.one<int>("SELECT 1 FROM body_orders WHERE mailbox=? AND uid=?",
                                                  order.mailbox.value, order.uid.value));
  if (!there && count.value_or(0) >= kMaxBodyOrders) return fail(Errc::Limit, "queue: too many entries were moved");
  return database_.run("INSERT OR REPLACE INTO body_orders VALUES(?,?,?,?,?,?)", order.mailbox.value, order.uid.value,
                       order.of, order.position, order.held, order.cancelled_to.value);
}

Result<> Journal::drop_body_order(MailboxId mailbox, LocalUid uid) {
  return database_.run("DELETE FROM body_orders WHERE mailbox=? AND uid=?", mailbox.value, uid.value);
}

Result<> Journal::drop_single_body_orders(MailboxId mailbox) {
  return database_.run("DELETE FROM body_orders WHERE mailbox=? AND uid<>0", mailbox.value);
}

Result<> Journal::hold_body_orders(MailboxId mailbox) {
  return database_.run("UPDATE body_orders SET held=1 WHERE mailbox=?", mailbox.value);
}

Result<> Journal::release_body_orders(MailboxId mailbox) {
  return database_.run("UPDATE body_orders SET held=0,cancelled_to=0 WHERE mailbox=?", mailbox.value);
}

Result<> Journal::prune_body_orders() {
  return database_.run("DELETE FROM body_orders WHERE mailbox NOT IN (SELECT id FROM mailboxes WHERE state<>2)");
}

}  // namespace proxy::queue
