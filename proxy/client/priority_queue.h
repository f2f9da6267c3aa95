// PriorityQueue: what of one account waits for the link, both ways, as a person sees it and orders it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/client/account_engine.h"
#include "proxy/client/replica_store.h"
#include "proxy/queue/outbox.h"

namespace proxy::client {

enum class QueueVerb : std::uint8_t { Raise, Lower, Hold, Release, Cancel, SendAgain, TakeAsSent };
std::optional<QueueVerb> queue_verb(std::string_view word);  // "raise", "send-again" …

class PriorityQueue {
 public:
  // `account` makes its ids unlike those of others.   Owns  all references outlive it
  PriorityQueue(std::uint32_t account, replica::Replica& replica, ReplicaStore& store, AccountEngine& engine)
      : account_(account), replica_(replica), store_(store), engine_(engine) {}

  // In the order of the link: class by class, in one what goes up before what comes down.
  Task<Result<std::vector<queue::QueueEntry>>> list();

  // What a person should know about what was done; nullopt: no such entry here. Durable.
  //   Errors  Unsupported: that entry cannot be ordered so, with the reason · Conflict: not any more · NotFound
  Task<Result<std::optional<std::string>>> act(QueueVerb verb, std::string id);

 private:
  struct Place {  // of an id
    char kind = 0;
    std::int64_t first = 0;  // mailbox, or the change's sequence
    std::uint32_t uid = 0;
  };
  std::optional<Place> place_of(std::string_view id) const;
  std::string id_of(MailboxId mailbox, LocalUid uid) const;
  queue::QueueEntry entry_of(const replica::Backlog& line, const std::vector<BodyFetcher::UnderWay>& under_way) const;
  Task<Result<std::vector<replica::Backlog>>> coming_down(const std::vector<BodyFetcher::UnderWay>& under_way);
  Task<Result<std::string>> act_on_submission(QueueVerb verb, std::string id);
  Task<Result<std::string>> act_on_bodies(QueueVerb verb, MailboxId mailbox, LocalUid uid);

  std::uint32_t account_;
  replica::Replica& replica_;
  ReplicaStore& store_;
  AccountEngine& engine_;
};

}  // namespace proxy::client
