// AskServer: did the server take a mail whose final dot was never answered?           Source: DESIGN promise 3
#pragma once
#include "proxy/gateway/agent/operations_host.h"
#include "proxy/gateway/agent/tickets.h"

namespace proxy::gateway::agent {

class AskServer {
 public:
  enum class Answer : std::uint8_t { Taken, NotTaken, CannotTell };

  virtual ~AskServer() = default;
  // Before the final dot: what must be written down to tell this mail from its twins. Empty: nothing.
  virtual Task<Result<Bytes>> prepare(OperationsAccess& agent, const StoredSubmission& submission) = 0;
  //   Errors  cannot be asked now: ask again later
  virtual Task<Result<Answer>> ask(OperationsAccess& agent, const StoredSubmission& submission) = 0;
};

// For servers that file what is submitted into Sent: the copy with this Message-ID, above the UIDNEXT of before, that
// no other ticket has claimed. A copy may come late: it is looked for several times before the answer is no.
class SentCopy final : public AskServer {
 public:
  explicit SentCopy(Tickets& tickets) : tickets_(tickets) {}
  Task<Result<Bytes>> prepare(OperationsAccess& agent, const StoredSubmission& submission) override;
  Task<Result<Answer>> ask(OperationsAccess& agent, const StoredSubmission& submission) override;

 private:
  Task<Result<Answer>> look(OperationsAccess& agent, const StoredSubmission& submission);
  Tickets& tickets_;
};

}  // namespace proxy::gateway::agent
