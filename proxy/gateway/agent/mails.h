// Octets of mails on their way: fetched once over the LAN, in memory while small, in an unlinked file while large.
#pragma once
#include <list>
#include <memory>

#include "proxy/gateway/agent/mailboxes.h"

namespace proxy::gateway::agent {

constexpr std::size_t kInMemory = 1024 * 1024;          // larger mails go to a file that has no name
constexpr std::size_t kRecentMemory = 8 * 1024 * 1024;  // overview and body of one mail are not far apart
constexpr std::size_t kRecentFiles = 2;
constexpr std::int64_t kLiveSeconds = 3600;

// One whole mail as the server gave it. Never changes.
class Mail {
 public:
  using Arrived = std::optional<std::int64_t>;  // INTERNALDATE, seconds since 1970

  Mail(Bytes octets, Arrived arrived) : memory_(std::move(octets)), arrived_(arrived) {}
  Mail(void* mapped, std::size_t size, Arrived arrived) : mapped_(mapped), mapped_size_(size), arrived_(arrived) {}
  Mail(const Mail&) = delete;
  Mail& operator=(const Mail&) = delete;
  ~Mail();
  ByteView octets() const;
  bool in_memory() const { return mapped_ == nullptr; }
  // It came within the last hour, or nobody knows when: nothing that others sent may share its window (codec/refer).
  bool is_live(std::int64_t now) const { return !arrived_ || *arrived_ > now - kLiveSeconds; }

 private:
  Bytes memory_;
  void* mapped_ = nullptr;
  std::size_t mapped_size_ = 0;
  Arrived arrived_;
};
using MailPtr = std::shared_ptr<const Mail>;

// Takes a body into memory, or into an unlinked file in `directory` once it is known to be large.
class MailSink final : public connector::BodySink {
 public:
  explicit MailSink(std::string directory) : directory_(std::move(directory)) {}
  ~MailSink() override;
  Result<> begin(std::uint64_t size) override;  // Errors  Full, Io: no file can be made
  Task<Result<>> octets(std::string_view bytes) override;
  Result<MailPtr> take(Mail::Arrived arrived);  // Errors  Protocol: fewer octets than announced

 private:
  std::string directory_;
  std::uint64_t size_ = 0;
  std::uint64_t written_ = 0;
  Bytes memory_;
  int file_ = -1;
};

class Mails {
 public:
  Mails(Upstream& upstream, Mailboxes& mailboxes, std::string directory)
      : upstream_(upstream), mailboxes_(mailboxes), directory_(std::move(directory)) {}

  //   Errors  NotFound: expunged, or the mailbox is gone · Conflict: another UIDVALIDITY · those of the upstream
  Task<Result<MailPtr>> get(std::uint32_t mailbox, std::uint32_t uid_validity, std::uint32_t uid, Urgency urgency);

 private:
  struct Recent {
    std::uint32_t mailbox, uid_validity, uid;
    MailPtr mail;
  };
  MailPtr find(std::uint32_t mailbox, std::uint32_t uid_validity, std::uint32_t uid);
  void keep(Recent recent);
  Task<Result<MailPtr>> fetch(ImapConnection& imap, std::uint32_t mailbox, std::uint32_t uid, bool anew);

  Upstream& upstream_;
  Mailboxes& mailboxes_;
  std::string directory_;
  std::list<Recent> recent_;  // newest first
};

}  // namespace proxy::gateway::agent
