// The delivery report about recipients that failed for good, as it goes into the user's INBOX.
#pragma once
#include <chrono>

#include "proxy/gateway/agent/tickets.h"

namespace proxy::gateway::agent {

constexpr std::size_t kReportHeaders = 64 * 1024;  // of the mail's header block that is given back

// Whether the sender is to be told at all: not of mail without a sender (a report is never answered by a report), not
// where the program asked for silence (NOTIFY).                                                    RFC 3461 §4.1
bool wants_report(const sync::Submission& submission, std::size_t recipient);

struct ReportFacts {
  std::string own_host;
  std::string server;
  std::chrono::system_clock::time_point when;
  std::string_view head;  // the first octets of the mail
};
// Its ticket follows from the submission's and whom it is about.   Errors  Protocol: nobody is to be told
Result<PendingReport> make_report(const StoredSubmission& stored, const std::vector<std::size_t>& recipients,
                                  const ReportFacts& facts);

std::string message_id_in(std::string_view head);  // with its angles; empty: none

}  // namespace proxy::gateway::agent
