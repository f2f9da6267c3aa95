// The order in which mail comes down, as a person changed it: of all of a mailbox, or of one mail. Pure.
// Nothing said: bodies newest first, large ones after them.
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "proxy/queue/priority.h"
#include "proxy/queue/types.h"

namespace proxy::queue {

// A mail above this is an entry of its own and comes one class later: 8 s of a 1 Mbit/s link in which nothing else
// came.
constexpr std::uint64_t kLargeBody = 1u << 20;
constexpr std::size_t kMaxBodyOrders = 10'000;  // rows: read as a whole at each change of the order

struct BodyOrder {
  MailboxId mailbox;
  LocalUid uid;  // 0: all of the mailbox
  Class of = Class::Bodies;
  std::int64_t position = 0;  // inside the class, rising
  bool held = false;
  LocalUid cancelled_to;  // mails up to here come only when a program asks for them
  bool operator==(const BodyOrder&) const = default;
};

// Where one body stands.
struct BodyRank {
  Class of = Class::Bodies;
  std::int64_t position = 0;
  bool held = false;
  bool cancelled = false;
  bool comes() const { return !held && !cancelled; }
  bool operator==(const BodyRank&) const = default;
};

class BodyOrders {
 public:
  BodyOrders() = default;
  explicit BodyOrders(const std::vector<BodyOrder>& orders);

  BodyRank rank(MailboxId mailbox, LocalUid uid, std::uint64_t size) const;
  // What was said of it; nullptr: nothing. `uid` 0: of the mailbox.
  const BodyOrder* find(MailboxId mailbox, LocalUid uid) const;
  // As said, or as it is when nothing was: what a change starts from.
  BodyOrder order_of(MailboxId mailbox, LocalUid uid, std::uint64_t size) const;
  // Mailboxes of which, or of whose mails, something was said; rising.
  std::vector<MailboxId> mailboxes() const;
  std::vector<BodyOrder> single() const;  // those of one mail
  Class first() const;                    // the best class that a body may have
  // A place before (or behind) all others of a class.
  std::int64_t edge_position(Class of, bool front) const;
  std::size_t size() const { return orders_.size(); }

 private:
  std::map<std::pair<MailboxId, LocalUid>, BodyOrder> orders_;
};

}  // namespace proxy::queue
