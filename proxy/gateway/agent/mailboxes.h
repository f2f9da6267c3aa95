// The user's mailboxes as the agent knows them, and how each is kept in step (DESIGN §9: three classes).
#pragma once
#include <functional>
#include <map>
#include <set>

#include "proxy/gateway/agent/picture.h"
#include "proxy/gateway/agent/upstream.h"

namespace proxy::gateway::agent {

struct Mailbox {
  std::uint32_t number = 0;
  imap::MailboxName name;
  sync::Folder folder;
  std::optional<sync::Rights> rights;  // once SELECT has stated them
  std::uint32_t uid_validity = 0;      // 0: not known yet
  std::uint32_t uid_next = 0;
  std::uint64_t mod_seq = 0;  // up to which the picture is right; 0: the server has none
  bool loaded = false;        // the picture is whole
  Picture picture;
  std::uint32_t hidden = 0;                      // messages the server counts and does not show
  std::optional<imap::response::Status> status;  // the last one
  bool wanted = false;                           // must be looked at
  // It came as another with its UIDVALIDITY went: that one renamed, or not. UIDVALIDITYs are alike where they are
  // seconds.
  bool perhaps_renamed = false;
  bool broken = false;  // cannot be opened; told once, tried again when its status changes
  TimePoint scanned{};  // the last look (Plain)

  std::uint32_t end() const { return std::max(uid_next, picture.last() + 1); }
};

// Who wants to know; called while the work connection is lent, must not wait.
class MailboxListener {
 public:
  virtual ~MailboxListener() = default;
  virtual void on_folders() = 0;
  virtual void on_change(const Mailbox& mailbox, const Change& change) = 0;
  virtual void on_new_validity(const Mailbox& mailbox) = 0;  // nothing of before counts; the picture is the new one
  virtual void on_gone(std::uint32_t mailbox) = 0;
};

// How the server lets it be kept in step.
sync::SyncClass sync_class(const connector::Capabilities& can, const Mailbox& mailbox);

// One file each: brings the picture of the mailbox, which is selected, up to date.
Task<Result<>> load_picture(ImapConnection& imap, Mailbox& mailbox, Change& change);
Task<Result<>> update_qresync(ImapConnection& imap, Mailbox& mailbox, Change& change);
Task<Result<>> update_condstore(ImapConnection& imap, Mailbox& mailbox, Change& change);
Task<Result<>> update_plain(ImapConnection& imap, Mailbox& mailbox, Change& change);
// Whether the picture holds as many as the server counts.
bool counts_agree(const ImapConnection& imap, const Mailbox& mailbox);

class Mailboxes {
 public:
  explicit Mailboxes(runtime::Loop& loop, MailboxListener& listener) : loop_(loop), listener_(listener) {}

  // LIST and STATUS; marks what has to be looked at.
  Task<Result<>> list(ImapConnection& imap, bool thorough);
  // Brings one mailbox's picture up to date.   Errors  NotFound: it is gone; Io: it cannot be opened now
  Task<Result<>> look(ImapConnection& imap, std::uint32_t number);

  Mailbox* find(std::uint32_t number);
  Mailbox* find(const std::string& name);
  const std::map<std::uint32_t, Mailbox>& all() const { return mailboxes_; }
  std::vector<std::uint32_t> in_order() const;  // INBOX first
  // Nothing is selected twice: opens `mailbox` unless the connection has it open already.
  //   Errors  Conflict: its UIDVALIDITY is another one now
  Task<Result<>> open(ImapConnection& imap, std::uint32_t number, bool anew);
  sync::Folders folders(bool sent_by_server) const;
  // The messages that the server would not show are left out from now on.
  void hide(std::uint32_t number, const std::vector<std::uint32_t>& uids);

 private:
  void take(connector::ListedMailbox listed, bool thorough);
  bool changed_since_seen(const Mailbox& mailbox) const;
  void describe(Mailbox& mailbox, const connector::ListedMailbox& listed);

  runtime::Loop& loop_;
  MailboxListener& listener_;
  std::map<std::uint32_t, Mailbox> mailboxes_;
  std::map<std::string, std::uint32_t> numbers_;
  std::uint32_t last_number_ = 0;
  bool condstore_ = false;
  bool folders_changed_ = false;
};

}  // namespace proxy::gateway::agent
