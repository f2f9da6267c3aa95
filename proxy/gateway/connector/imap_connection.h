// ImapConnection: one connection to a mail server as coroutines, one command at a time.          Source: RFC 3501, 9051
//
// What every command has in common
//   Errors  the server said NO or BAD: the code says what to do next (Denied, NotFound, Conflict, Full, Unreachable for
//           "later", Unsupported, Io for anything else), refusal() holds its words, usable() stays true.
//           Anything else (Closed, Timeout, Io, Protocol, Limit) ends the connection: usable() is false, and whether
//           the command ran is not known.
//   Limits  imap_limits.h: nothing for kStall, kCommandTime in all, octets of the answer
//   Cancel  ends the connection, save in idle()
//   Owns    the caller sees to it that one command runs at a time
#pragma once
#include <memory>

#include "proxy/gateway/connector/imap_limits.h"
#include "proxy/gateway/connector/imap_types.h"
#include "proxy/imap/response_reader.h"
#include "proxy/imap/write.h"

namespace proxy::gateway::connector {

enum class Access : std::uint8_t { ReadOnly, ReadWrite };

class ImapConnection {
 public:
  // Dials, greets, and comes back when the leg is as safe as `server.security` says.
  //   Errors  Denied: the certificate does not prove the host, PREAUTH before TLS, no STARTTLS offered; Unreachable
  static Task<Result<std::unique_ptr<ImapConnection>>> connect(const Server& server);
  // The same on a wire that is there already.
  static Task<Result<std::unique_ptr<ImapConnection>>> start(net::StreamPtr wire, const Server& server);
  ~ImapConnection();
  ImapConnection(const ImapConnection&) = delete;
  ImapConnection& operator=(const ImapConnection&) = delete;

  // Logs in, asks for capabilities anew, enables QRESYNC or CONDSTORE.
  //   Errors  Denied: the server refused the password · Unreachable: later (UNAVAILABLE, INUSE, LIMIT)
  Task<Result<>> login(const Login& login);
  Task<Result<>> logout();

  const Capabilities& can() const { return can_; }
  bool usable() const { return wire_ != nullptr; }
  // The last command's NO or BAD; null: it did not get one.
  const imap::response::State* refusal() const { return refusal_ ? &*refusal_ : nullptr; }
  const std::string& host() const { return host_; }
  void close();

  // ---- mailboxes
  // Everything that is there, with STATUS where `status` is not empty (LIST-STATUS, else one STATUS each).
  Task<Result<std::vector<ListedMailbox>>> list(imap::StatusItems status);
  Task<Result<imap::response::Status>> status(const MailboxName& mailbox, imap::StatusItems items);
  // Selects anew, also when it is selected already: the state is then fresh.
  Task<Result<Selected>> select(const MailboxName& mailbox, Access access);
  const Selected* selected() const { return selected_ ? &*selected_ : nullptr; }
  Task<Result<>> unselect();  // without UNSELECT: EXAMINE of nothing is not tried, the mailbox stays
  Task<Result<>> create(const MailboxName& mailbox, imap::MailboxAttributes special_use = {});  // Conflict: is there
  Task<Result<>> remove(const MailboxName& mailbox);                                            // NotFound
  Task<Result<>> rename(const MailboxName& from, const MailboxName& to);
  Task<Result<>> subscribe(const MailboxName& mailbox, bool wanted);
  Task<Result<>> noop();

  // ---- messages of the selected mailbox, by UID
  Task<Result<>> scan_flags(SequenceSet uids, OnFlagRow row);
  // What changed after `since`. Gives the UIDs that vanished when `vanished` (QRESYNC), else nothing.
  Task<Result<SequenceSet>> changed_since(ModSeq since, bool vanished, OnFlagRow row);
  Task<Result<SequenceSet>> uid_list();
  Task<Result<SequenceSet>> search(imap::SearchKey key);
  Task<Result<std::vector<SkeletonRow>>> skeleton(SequenceSet uids);  // ascending
  // Size and the named header fields (empty: the whole header block), ascending.
  Task<Result<std::vector<HeaderRow>>> headers(SequenceSet uids, std::vector<std::string> fields);
  // The octets as the server has them (BODY.PEEK[]). Gives when it came there (INTERNALDATE); nullopt: was not said.
  //   Errors  NotFound: expunged meanwhile; those of the sink
  Task<Result<std::optional<imap::DateTime>>> body(Uid uid, BodySink& sink);

  // +FLAGS.SILENT or -FLAGS.SILENT, with CONDSTORE guarded by `unchanged_since`. Gives what the guard refused.
  Task<Result<SequenceSet>> store(SequenceSet uids, imap::command::StoreMode mode, FlagSet flags,
                                  std::optional<ModSeq> unchanged_since);
  Task<Result<std::optional<imap::code::CopyUid>>> copy(SequenceSet uids, const MailboxName& target);
  Task<Result<std::optional<imap::code::CopyUid>>> move(SequenceSet uids, const MailboxName& target);  // can().move
  Task<Result<std::optional<imap::code::AppendUid>>> append(const MailboxName& mailbox, FlagSet flags,
                                                            std::optional<imap::DateTime> date, OctetSource& octets);
  // Expunges these, which are marked \Deleted, and no others. Without UIDPLUS only when nothing else is marked.
  //   Errors  Conflict: others are marked \Deleted; nothing was done, try later
  Task<Result<>> expunge(SequenceSet uids);

  // Waits for news until `limit`, then comes back; at once when it is cancelled (DONE is said, the connection lives).
  Task<Result<>> idle(IdleEvents& events, Duration limit);

 private:
  using State = imap::response::State;
  ImapConnection(net::StreamPtr wire, const Server& server);

  // imap_wire.cc
  Task<Result<imap::ResponseEvent>> next_event();
  Task<Result<imap::Response>> next_response();  // bodies are dropped
  Task<Result<>> write(std::string text);
  imap::Tag next_tag();
  imap::LiteralSupport literals() const;
  // Sends `command` and hands every untagged response to `exchange` until the tagged one.
  Task<Result<State>> run(imap::command::Any command, class Exchange& exchange);
  Task<Result<State>> send_and_read(imap::CommandText text, imap::Tag tag, class Exchange& exchange);
  Task<Result<std::optional<State>>> read_until(imap::Tag tag, class Exchange& exchange, bool continues);
  Task<Result<>> simple(imap::command::Any command);
  Result<> judge(State state);                // NO and BAD as errors
  void note(const imap::Response& response);  // what it says about the selected mailbox and capabilities
  void note_code(const imap::Code& code);

  // imap_login.cc
  Task<Result<>> greet();
  Task<Result<>> start_tls(const Server& server);
  Task<Result<>> ask_capabilities();
  Task<Result<>> login_in(const Login& login);
  Task<Result<>> prepare();
  Task<Result<>> authenticate(const Login& login);
  Task<Result<>> authenticate_plain(const Login& login);
  Task<Result<State>> authenticate_exchange(imap::Tag tag, std::string first, std::string message);
  Task<Result<>> login_command(const Login& login);
  Result<> as_login(Result<> done) const;
  Task<Result<>> enable_extensions();
  Task<Result<>> say_id();

  // imap_mailbox.cc
  Task<Result<std::vector<ListedMailbox>>> list_extended(imap::StatusItems status);
  Task<Result<std::vector<ListedMailbox>>> list_plain();
  Task<Result<>> ask_statuses(std::vector<ListedMailbox>& mailboxes, imap::StatusItems status);

  // imap_fetch.cc, imap_change.cc
  Task<Result<>> fetch(SequenceSet uids, std::vector<imap::FetchItem> items, class Exchange& exchange);
  Task<Result<std::optional<imap::code::CopyUid>>> copy_or_move(SequenceSet uids, const MailboxName& target, bool move);
  Task<Result<State>> append_in(imap::CommandText text, imap::Tag tag, OctetSource& octets, class Exchange& exchange);
  Task<Result<>> send_octets(OctetSource& octets);

  // imap_idle.cc
  Task<Result<>> idle_in(IdleEvents& events, imap::Tag tag, bool& ended);
  Task<Result<>> idle_done(imap::Tag tag);

  std::string host_;
  net::StreamPtr wire_;
  imap::ResponseReader reader_;
  Bytes buffer_;
  std::size_t begin_ = 0, end_ = 0;  // what was read and not taken
  std::uint64_t octets_left_ = 0;    // of the answer under way
  Duration stall_ = kStall;
  std::uint64_t tags_ = 0;
  bool logged_in_ = false;
  bool capabilities_known_ = false;
  bool bye_ = false;
  bool condstore_on_ = false;
  Capabilities can_;
  std::optional<Selected> selected_;
  std::optional<imap::response::State> refusal_;
};

}  // namespace proxy::gateway::connector
