// UserOperations: the OperationsHost of one user: ticket store, operations, submissions, uploads.
#pragma once
#include <memory>

#include "proxy/gateway/agent/operations.h"
#include "proxy/gateway/agent/submissions.h"
#include "proxy/messaging/message_stream.h"

namespace proxy::gateway::agent {

struct UserOperationsSettings {
  disk::Path state_dir;
  std::string stem;             // of the user's files: state_file_stem(account)
  bool sent_by_server = false;  // the server files submitted mail into Sent: then it can be asked
  SubmissionSettings submission;
  booster::sql::Options sql;  // tests: the file layer
};

class UserOperations final : public OperationsHost {
 public:
  // Blocking, once per agent. `ask` null: SentCopy where sent_by_server, else nobody.
  //   Errors  Conflict: another worker serves this user; those of disk and sql
  //   Owns    loop, disk, dialer and ask outlive it
  static Result<std::unique_ptr<UserOperations>> open(runtime::Loop& loop, disk::Disk& disk,
                                                      connector::SubmissionDialer& dialer,
                                                      UserOperationsSettings settings, AskServer* ask = nullptr);

  Task<Result<>> serve_operations(OperationsAccess& agent, DeviceSessionId device, net::StreamPtr stream) override;
  Task<Result<>> serve_upload(OperationsAccess& agent, DeviceSessionId device, net::StreamPtr stream) override;
  Task<Result<>> serve_background(OperationsAccess& agent) override;
  void credential_renewed() override { submissions_.credential_renewed(); }

  Tickets& tickets() { return tickets_; }
  Submissions& submissions() { return submissions_; }
  Operations& operations() { return operations_; }

 private:
  UserOperations(runtime::Loop& loop, TicketFile file, connector::SubmissionDialer& dialer,
                 UserOperationsSettings settings, AskServer* ask);
  struct Lane;
  Task<Result<>> read_messages(OperationsAccess& agent, Lane& lane);
  Task<Result<>> take(Lane& lane, sync::OperationMessage message);
  Task<Result<>> work(OperationsAccess& agent, DeviceSessionId device, Lane& lane);
  Task<Result<>> send_reports(Lane& lane);
  Task<Result<>> sweep_now_and_then(OperationsAccess& agent);

  runtime::Loop& loop_;
  Tickets tickets_;
  std::uint32_t referring_uploads_ = 0;
  Operations operations_;
  SentCopy sent_copy_;
  Submissions submissions_;
};

}  // namespace proxy::gateway::agent
