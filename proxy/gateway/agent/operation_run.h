// One operation on a connection that is its own for as long. Inside of operations only.
#pragma once
#include "proxy/gateway/agent/marker.h"
#include "proxy/gateway/agent/operations.h"
#include "proxy/gateway/connector/imap_connection.h"

namespace proxy::gateway::agent {

namespace imap = proxy::imap;
using connector::ImapConnection;
using Code = sync::OperationResult::Code;

// What came of it. Not `final`: nothing is stored under the ticket, so that it may be asked again.
struct Outcome {
  sync::OperationResult result;
  bool final = true;
  std::vector<Claim> claims;
};

class OperationRun {
 public:
  OperationRun(Tickets& tickets, ImapConnection& connection, const sync::Operation& operation,
               std::optional<Marker> marker, bool sent_by_server, std::int64_t now)
      : tickets_(tickets),
        connection_(connection),
        operation_(operation),
        digest_(operation_digest(operation)),
        marker_(std::move(marker)),
        sent_by_server_(sent_by_server),
        now_(now) {}

  //   Errors  the connection is over (it is not usable), or the store failed (stored() is false): nothing final is
  //   known
  Task<Result<Outcome>> run();
  bool store_failed() const { return store_failed_; }

 private:
  using Uids = std::vector<sync::ServerUid>;  // per item of the operation; 0: not there

  // operations.cc
  Task<Result<Outcome>> carry_out();
  Outcome end(Code code, std::string text = {}) const;
  Outcome not_now(Code code, std::string text) const;
  Outcome refused(const Error& error, bool missing_is_gone) const;
  bool said_no(const Error& error) const;
  Task<Result<imap::MailboxName>> name_of(const std::string& utf8);
  template <class Job>
  auto store(Job job) -> Task<std::invoke_result_t<Job&, TicketFile&>> {
    auto done = co_await tickets_.run(std::move(job));
    if (!done) store_failed_ = true;
    co_return done;
  }
  // Opens the mailbox the messages are in and finds their UIDs. An Outcome: it cannot be done.
  Task<Result<std::optional<Outcome>>> open_items(connector::Access access, Uids& uids);
  Task<Result<>> resolve(const sync::ItemRef& item, sync::UidValidity here, sync::ServerUid& uid, bool& later);

  // operation_flags.cc
  Task<Result<Outcome>> change_flags();
  Task<Result<Outcome>> expunge();
  Task<Result<Outcome>> expunge_set(imap::SequenceSet set);

  // operation_place.cc
  Task<Result<Outcome>> copy_or_move();
  Task<Result<std::optional<Outcome>>> prepare_sources(const Uids& uids);
  Task<Result<>> read_likeness(std::vector<Likeness>& sources);
  Task<Result<>> find_copies(const imap::MailboxName& target);
  Task<Result<imap::SequenceSet>> unclaimed(const imap::MailboxName& target);
  Task<Result<imap::SequenceSet>> still_there(const imap::MailboxName& source, connector::Access access);
  Task<Result<>> write_target_marker(const imap::MailboxName& target);
  Task<Result<>> write_marker(std::vector<Claim> claims);
  void take_copy_uid(const std::optional<imap::code::CopyUid>& code);
  Task<Result<std::optional<Outcome>>> place_missing(const imap::MailboxName& target, const imap::SequenceSet& there);
  Task<Result<Outcome>> remove_sources(const imap::MailboxName& source);
  Outcome placed(Code code, std::string text = {}) const;
  std::vector<Claim> claims() const;
  bool moves() const { return operation_.kind == sync::OperationKind::Move; }

  // operation_append.cc
  Task<Result<Outcome>> append();
  Task<Result<std::optional<Outcome>>> appended_before(const imap::MailboxName& target);
  Task<Result<sync::ServerUid>> find_appended(const imap::MailboxName& target);
  Task<Result<bool>> is_ours(imap::Uid uid);
  Task<Result<std::unique_ptr<connector::OctetSource>>> octets(std::string& conflict);
  Task<Result<sync::ServerUid>> filed_by_server(const imap::MailboxName& target);
  Outcome appended(sync::ServerUid uid) const;

  // operation_mailbox.cc
  Task<Result<Outcome>> create();
  Task<Result<Outcome>> remove();
  Task<Result<Outcome>> rename();
  Task<Result<Outcome>> subscribe();
  Task<Result<bool>> is_listed(const imap::MailboxName& name);

  Tickets& tickets_;
  ImapConnection& connection_;
  const sync::Operation& operation_;
  ContentDigest digest_;
  std::optional<Marker> marker_;
  bool sent_by_server_;
  std::int64_t now_;
  bool store_failed_ = false;
};

// Flags as the connector writes them.   Errors  Protocol: a keyword that cannot be written
Result<imap::FlagSet> flag_set(const sync::Flags& flags);
imap::SequenceSet set_of(const std::vector<sync::ServerUid>& uids);
// What the server said, for a person: its own words, else what happened.
std::string words_of(const ImapConnection& connection, const Error& error);

}  // namespace proxy::gateway::agent
