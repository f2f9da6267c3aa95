#include "proxy/queue/body_order.h"

#include <algorithm>

namespace proxy::queue {

BodyOrders::BodyOrders(const std::vector<BodyOrder>& orders) {
  for (const BodyOrder& order : orders) orders_[{order.mailbox, order.uid}] = order;
}

const BodyOrder* BodyOrders::find(MailboxId mailbox, LocalUid uid) const {
  const auto found = orders_.find({mailbox, uid});
  return found == orders_.end() ? nullptr : &found->second;
}

BodyOrder BodyOrders::order_of(MailboxId mailbox, LocalUid uid, std::uint64_t size) const {
  if (const BodyOrder* said = find(mailbox, uid)) return *said;
  BodyOrder order;
  if (const BodyOrder* whole = find(mailbox, LocalUid())) order = *whole;
  order.mailbox = mailbox;
  order.uid = uid;
  if (uid.value != 0 && size > kLargeBody) order.of = one_down(order.of);
  return order;
}

BodyRank BodyOrders::rank(MailboxId mailbox, LocalUid uid, std::uint64_t size) const {
  const BodyOrder order = order_of(mailbox, uid, size);
  BodyRank rank;
  rank.of = order.of;
  rank.position = order.position;
  rank.held = order.held;
  rank.cancelled = uid <= order.cancelled_to;
  return rank;
}

std::vector<MailboxId> BodyOrders::mailboxes() const {
  std::vector<MailboxId> ids;
  for (const auto& [key, order] : orders_) {
    if (ids.empty() || ids.back() != key.first) ids.push_back(key.first);
  }
  return ids;
}

std::vector<BodyOrder> BodyOrders::single() const {
  std::vector<BodyOrder> found;
  for (const auto& [key, order] : orders_) {
    if (key.second.value != 0) found.push_back(order);
  }
  return found;
}

Class BodyOrders::first() const {
  Class best = Class::Bodies;
  for (const auto& [key, order] : orders_) best = std::min(best, order.of);
  return best;
}

std::int64_t BodyOrders::edge_position(Class of, bool front) const {
  std::int64_t edge = 0;  // where those stand of which nothing was said
  for (const auto& [key, order] : orders_) {
    if (order.of == of) edge = front ? std::min(edge, order.position) : std::max(edge, order.position);
  }
  return front ? edge - 1 : edge + 1;
}

}  // namespace proxy::queue
