// Words of the client's journal: what is named locally, and never crosses the link.
#pragma once
#include <compare>
#include <cstdint>

namespace proxy::queue {

// A mailbox as this client knows it; outlives renames. Never used again.
struct MailboxId {
  std::int64_t value = 0;  // < 2^31
  auto operator<=>(const MailboxId&) const = default;
};

// A message's eternal UID on the IMAP face (DESIGN promise 4).
struct LocalUid {
  std::uint32_t value = 0;
  auto operator<=>(const LocalUid&) const = default;
};

// Where an operation stands in the order in which the user made them.
struct Sequence {
  std::int64_t value = 0;
  auto operator<=>(const Sequence&) const = default;
};

}  // namespace proxy::queue
