// Operations: carries out what a client changed, before the mail server; each ticket once.
//                                                             Source: DESIGN promise 3, §8, THREATS §2.2, RFC 4549
#pragma once
#include <memory>

#include "booster/runtime/notify.h"
#include "proxy/gateway/agent/operations_host.h"
#include "proxy/gateway/agent/tickets.h"

namespace proxy::gateway::agent {

constexpr int kStoreRounds = 3;           // RFC 7162 §3.1.3: MODIFIED is retried twice at least
constexpr std::size_t kLookAtOnce = 200;  // messages whose headers are held at once while one is looked for
constexpr std::size_t kMaxOperationItems = 100'000;

class OperationRun;

class Operations {
 public:
  Operations(runtime::Loop& loop, Tickets& tickets, bool sent_by_server)
      : loop_(loop), tickets_(tickets), sent_by_server_(sent_by_server) {}

  // One at a time for a user. A ticket whose end is known is answered from the store. Later: nothing final is known (no
  // connection, the reply was lost): the same ticket again finds out whether it ran before it runs anew.
  //   Cancel  Later
  Task<sync::OperationResult> execute(OperationsAccess& agent, sync::Operation operation);
  // Messages moved away from servers without MOVE and UIDPLUS, once nothing else is marked \Deleted beside them.
  Task<Result<>> expunge_deferred(OperationsAccess& agent);

 private:
  friend class OperationRun;
  Task<sync::OperationResult> execute_alone(OperationsAccess& agent, const sync::Operation& operation);
  Task<Result<sync::OperationResult>> attempt(OperationsAccess& agent, const sync::Operation& operation,
                                              const std::optional<StoredOperation>& stored);
  std::int64_t now() const;

  runtime::Loop& loop_;
  Tickets& tickets_;
  bool sent_by_server_;
  runtime::Mutex one_;
};

}  // namespace proxy::gateway::agent
