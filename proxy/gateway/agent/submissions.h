// Submissions: hands stored mail to the submission server; each recipient once, and honest where that cannot be known.
//                                                                               Source: DESIGN promise 3, THREATS §2.1
#pragma once
#include <map>
#include <set>
#include <string>

#include "booster/runtime/notify.h"
#include "proxy/gateway/agent/ask_server.h"
#include "proxy/gateway/agent/operations.h"
#include "proxy/gateway/connector/submission.h"

namespace proxy::gateway::agent {

constexpr auto kFirstRetry = std::chrono::seconds(30);  // a greylisting server forgives after minutes
constexpr auto kLastRetry = std::chrono::minutes(30);   // RFC 5321 §4.5.4.1 asks for 30 minutes at least between later
                                                        // tries
constexpr auto kRefusedFor = std::chrono::hours(1);     // a refused password may be right again by then
constexpr std::uint32_t kMaxAmbiguous = 2;              // final dots without a reply: never a third copy by ourselves
constexpr std::size_t kWatched = 4096;                  // tickets one stream is kept informed of

struct SubmissionSettings {
  std::string own_host = "localhost";  // in delivery reports
  bool ask_when_ambiguous = false;     // the domain's policy; a submission may ask for it by itself
};

struct SubmissionCounts {
  std::uint64_t sent = 0;       // recipients the server took
  std::uint64_t failed = 0;     // recipients refused for good
  std::uint64_t in_doubt = 0;   // final dots whose reply was lost
  std::uint64_t found_out = 0;  // of these settled by asking the server
  std::uint64_t sent_again = 0;
};

// What one operations stream is told of.
struct SubmissionWatch {
  std::set<Ticket> tickets;
  std::set<Ticket> changed;
  runtime::Notify woken;
};

class Submissions {
 public:
  // `ask` may be null: then the policy decides.
  Submissions(runtime::Loop& loop, Tickets& tickets, Operations& operations, connector::SubmissionDialer& dialer,
              AskServer* ask, SubmissionSettings settings)
      : loop_(loop),
        tickets_(tickets),
        operations_(operations),
        dialer_(dialer),
        ask_(ask),
        settings_(std::move(settings)) {}

  // Durable when it returns (STORED), or the state of a ticket that is known, or that octets are needed, or a conflict.
  //   Errors  the store's: nothing was taken
  Task<Result<sync::SubmissionReport>> accept(sync::Submission submission);
  Task<Result<std::optional<sync::SubmissionReport>>> report(Ticket ticket);
  Task<Result<std::optional<sync::SubmissionReport>>> decide(sync::Decide decision);

  void watch(SubmissionWatch& watch) { watches_.insert(&watch); }
  void unwatch(SubmissionWatch& watch) { watches_.erase(&watch); }

  // Sends what is stored, in order, as long as it is not cancelled; writes delivery reports.
  Task<Result<>> serve(OperationsAccess& agent);
  void credential_renewed();
  const SubmissionCounts& counts() const { return counts_; }

 private:
  class Sending;
  struct Waiting {
    TimePoint not_before{};
    Duration delay{};
  };
  Task<Result<>> round(OperationsAccess& agent, TimePoint& next);
  Task<Result<>> carry_on(OperationsAccess& agent, Ticket ticket);
  Task<Result<>> resolve(OperationsAccess& agent, Ticket ticket, StoredSubmission& stored);
  Task<Result<>> send(OperationsAccess& agent, Ticket ticket, StoredSubmission& stored);
  Task<Result<>> take_outcome(Ticket ticket, const StoredSubmission& stored, std::vector<std::size_t> indices,
                              connector::Transaction outcome);
  Task<Result<>> settle(Ticket ticket, std::vector<RecipientChange> changes, std::string text, bool lost);
  Task<Result<>> save(Ticket ticket);
  Task<Result<std::optional<StoredSubmission>>> find(Ticket ticket);
  Task<Result<>> fail_all(Ticket ticket, const StoredSubmission& stored, std::vector<std::size_t> indices,
                          std::string words);
  Task<Result<>> write_reports(OperationsAccess& agent, Ticket ticket, const StoredSubmission& stored);
  Task<Result<>> deliver_reports(OperationsAccess& agent);
  Task<Result<>> connect(OperationsAccess& agent);
  Task<Result<>> wait_for_work(TimePoint until);
  bool asks(const StoredSubmission& stored) const;
  void put_off(const Ticket& ticket);
  void wake();
  void tell(const Ticket& ticket);
  std::int64_t now() const;

  runtime::Loop& loop_;
  Tickets& tickets_;
  Operations& operations_;
  connector::SubmissionDialer& dialer_;
  AskServer* ask_;
  SubmissionSettings settings_;
  std::unique_ptr<connector::SubmissionConnection> connection_;
  std::map<Ticket, Waiting> waiting_;
  // What the server said and the store would not take yet (a full disk): tried again before anything else is done with
  // the ticket, so that an answer that came is never in doubt while we live.
  struct Unsaved {
    std::vector<RecipientChange> changes;
    std::string text;
    bool lost = false;
  };
  std::map<Ticket, Unsaved> unsaved_;
  std::set<SubmissionWatch*> watches_;
  runtime::Notify work_;
  bool has_work_ = true;
  // The server refused the credential: it is not shown again before that.
  std::optional<Error> refusal_;
  TimePoint refused_until_{};
  SubmissionCounts counts_;
};

}  // namespace proxy::gateway::agent
