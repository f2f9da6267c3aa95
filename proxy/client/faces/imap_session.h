// One IMAP connection: reads commands, answers each from the mail store. Handlers stand in imap_*.cc by command group.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/client/faces/face.h"
#include "proxy/client/faces/message_reader.h"
#include "proxy/client/faces/wire.h"
#include "proxy/imap/command_reader.h"
#include "proxy/imap/response.h"
#include "proxy/imap/write.h"

namespace proxy::client::faces {

constexpr Duration kIdleLimit = std::chrono::minutes(30);    // RFC 3501 §5.4
constexpr Duration kLoginLimit = std::chrono::minutes(2);    // a stranger's whole stay
constexpr Duration kCommandLimit = std::chrono::minutes(2);  // from a command's first octet to its last, and
constexpr std::uint64_t kMinimumRate = 500;                  // more time for what comes at least so fast (octets/s)
constexpr int kMaxBadCommands = 50;                          // then it is no mail program
constexpr std::size_t kConnectionBudget = 512 * 1024;        // of the lexer

class ImapSession {
 public:
  ImapSession(booster::net::StreamPtr stream, const FaceSettings& settings, AccountBook& accounts,
              Doorkeeper& doorkeeper);
  ~ImapSession();
  Task<Result<>> serve();

 private:
  using Condition = imap::response::Condition;
  using Tag = imap::Tag;

  // imap_session.cc
  Task<Result<>> serve_commands();
  Task<Result<>> say_bye(Error end);
  Task<Result<std::optional<imap::CommandEvent>>> next_event();  // nullopt: the program has gone
  Duration patience() const;
  Task<Result<>> handle(imap::CommandEvent event);
  Task<Result<>> execute(imap::Command command);
  bool allowed(const imap::Command& command);
  void untagged(imap::Response response) { imap::write_response(wire_.out(), response); }
  void reply(const Tag& tag, Condition condition, std::string_view text, std::optional<imap::Code> code = {});
  void refuse(const Tag& tag, const Error& error, std::string_view what);  // NO with the code that fits
  // Tells what changed, then `tag OK text`.
  Task<Result<>> done(const Tag& tag, std::string_view text, bool expunges = true);
  Task<Result<>> tell_changes(bool expunges);
  void bad_command(const std::optional<Tag>& tag, std::string_view text);
  Task<Result<std::optional<std::string>>> read_line();  // the next line as it is; nullopt: gone
  Task<Result<>> append(imap::AppendBegin begin);        // imap_append.cc
  template <class T>
  Task<Result<T>> patiently(std::string_view text, Task<Result<T>> work) {
    return with_progress(wire_, "* OK " + std::string(text) + "\r\n", std::move(work));
  }

  Task<Result<>> run(const Tag& tag, imap::command::Append& c);

  // imap_access.cc
  Task<Result<>> run(const Tag& tag, imap::command::Capability& c);
  Task<Result<>> run(const Tag& tag, imap::command::Noop& c);
  Task<Result<>> run(const Tag& tag, imap::command::Logout& c);
  Task<Result<>> run(const Tag& tag, imap::command::StartTls& c);
  Task<Result<>> run(const Tag& tag, imap::command::Id& c);
  Task<Result<>> run(const Tag& tag, imap::command::Enable& c);
  Task<Result<>> run(const Tag& tag, imap::command::Authenticate& c);
  Task<Result<>> run(const Tag& tag, imap::command::Login& c);
  Task<Result<>> run(const Tag& tag, imap::command::Compress& c);
  Task<Result<>> run(const Tag& tag, imap::command::Namespace& c);
  Task<Result<>> log_in(const Tag& tag, std::string user, std::string password);
  std::vector<std::string> capabilities() const;
  bool may_log_in() const { return tls_ || !settings_.require_tls; }

  // imap_mailboxes.cc
  Task<Result<>> run(const Tag& tag, imap::command::Create& c);
  Task<Result<>> run(const Tag& tag, imap::command::Delete& c);
  Task<Result<>> run(const Tag& tag, imap::command::Rename& c);
  Task<Result<>> run(const Tag& tag, imap::command::Subscribe& c);
  Task<Result<>> run(const Tag& tag, imap::command::Unsubscribe& c);
  Task<Result<>> run(const Tag& tag, imap::command::List& c);
  Task<Result<>> run(const Tag& tag, imap::command::Lsub& c);
  Task<Result<>> run(const Tag& tag, imap::command::Status& c);
  Task<Result<>> write_status(const imap::MailboxName& name, imap::StatusItems items, const Tag* tag);
  Task<Result<>> finish(const Tag& tag, Result<> result, std::string_view what);

  // imap_select.cc
  Task<Result<>> run(const Tag& tag, imap::command::Select& c);
  Task<Result<>> run(const Tag& tag, imap::command::Close& c);
  Task<Result<>> run(const Tag& tag, imap::command::Unselect& c);
  Task<Result<>> run(const Tag& tag, imap::command::Check& c);
  Task<Result<>> run(const Tag& tag, imap::command::Idle& c);
  Task<Result<>> describe_selected();

  // imap_fetch.cc
  Task<Result<>> run(const Tag& tag, imap::command::Fetch& c);
  Task<Result<>> fetch_rows(const imap::command::Fetch& c, std::vector<Row> rows, std::size_t& missing);
  Task<Result<bool>> fetch_row(const imap::command::Fetch& c, const Row& row, bool with_flags);
  Task<Result<>> write_section(imap::FetchWriter& w, const imap::FetchItem& item, MessageReader& reader,
                               const SectionPlace& place);
  // What a set of a command names: closed, of UIDs.
  Task<Result<imap::SequenceSet>> uids_of(bool uid, const imap::SequenceSet& set);

  // imap_store.cc
  Task<Result<>> run(const Tag& tag, imap::command::Store& c);
  Task<Result<>> run(const Tag& tag, imap::command::Copy& c);
  Task<Result<>> run(const Tag& tag, imap::command::Move& c);
  Task<Result<>> run(const Tag& tag, imap::command::Expunge& c);
  Task<Result<>> write_flags_of(const imap::SequenceSet& uids, bool uid, bool flags);
  Task<Result<imap::SequenceSet>> numbers_of(const imap::SequenceSet& uids);

  // imap_search.cc
  Task<Result<>> run(const Tag& tag, imap::command::Search& c);

  Wire wire_;
  const FaceSettings& settings_;
  AccountBook& accounts_;
  Doorkeeper& doorkeeper_;
  imap::ByteBudget budget_;
  imap::CommandReader reader_;

  bool tls_ = false;
  bool ending_ = false;  // LOGOUT was answered, or the peer was dropped
  int bad_commands_ = 0;
  std::optional<booster::runtime::TimePoint> command_began_;
  std::uint64_t command_octets_ = 0;
  booster::runtime::TimePoint connected_{};
  booster::runtime::Loop* loop_ = nullptr;

  Mailstore* store_ = nullptr;  // logged in
  std::unique_ptr<MailboxView> view_;
  std::optional<imap::MailboxName> selected_;
  bool read_only_ = false;
  bool condstore_ = false;
  imap::Uid structure_of_;  // of the selected mailbox
  StructurePtr structure_;  // kept for the next part of the same message
};

}  // namespace proxy::client::faces
