#include "proxy/gateway/agent/mails.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace proxy::gateway::agent {

Mail::~Mail() {
  if (mapped_ != nullptr) munmap(mapped_, mapped_size_);
}

ByteView Mail::octets() const {
  if (mapped_ == nullptr) return memory_;
  return {static_cast<const std::byte*>(mapped_), mapped_size_};
}

namespace {

Result<int> open_unnamed(const std::string& directory) {
  const int file = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) return file;
  std::string name = directory + "/mail-XXXXXX";  // file systems without O_TMPFILE
  const int named = mkostemp(name.data(), O_CLOEXEC);
  if (named < 0) return fail(errno == ENOSPC ? Errc::Full : Errc::Io, "a file for a large mail", errno);
  unlink(name.c_str());
  return named;
}

Result<> write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(errno == ENOSPC ? Errc::Full : Errc::Io, "write a large mail", errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace

MailSink::~MailSink() {
  if (file_ >= 0) ::close(file_);
}

Result<> MailSink::begin(std::uint64_t size) {
  size_ = size;
  if (size <= kInMemory) {
    memory_.reserve(static_cast<std::size_t>(size));
    return {};
  }
  TRY_ASSIGN(file_, open_unnamed(directory_));
  return {};
}

Task<Result<>> MailSink::octets(std::string_view bytes) {
  written_ += bytes.size();
  if (written_ > size_) co_return fail(Errc::Protocol, "a mail of more octets than announced");
  if (file_ >= 0) co_return write_all(file_, bytes);
  const ByteView view = as_bytes(bytes);
  memory_.insert(memory_.end(), view.begin(), view.end());
  co_return Result<>();
}

Result<MailPtr> MailSink::take(Mail::Arrived arrived) {
  if (written_ != size_) return fail(Errc::Protocol, "a mail of fewer octets than announced");
  if (file_ < 0) return MailPtr(std::make_shared<const Mail>(std::move(memory_), arrived));
  const auto size = static_cast<std::size_t>(size_);
  void* mapped = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file_, 0);
  if (mapped == MAP_FAILED) return fail(Errc::Io, "map a large mail", errno);
  return MailPtr(std::make_shared<const Mail>(mapped, size, arrived));
}

MailPtr Mails::find(std::uint32_t mailbox, std::uint32_t uid_validity, std::uint32_t uid) {
  for (auto recent = recent_.begin(); recent != recent_.end(); ++recent) {
    if (recent->mailbox != mailbox || recent->uid_validity != uid_validity || recent->uid != uid) continue;
    recent_.splice(recent_.begin(), recent_, recent);
    return recent_.front().mail;
  }
  return nullptr;
}

void Mails::keep(Recent recent) {
  recent_.push_front(std::move(recent));
  std::size_t memory = 0, files = 0;
  for (auto one = recent_.begin(); one != recent_.end();) {
    const bool small = one->mail->in_memory();
    memory += small ? one->mail->octets().size() : 0;
    files += small ? 0 : 1;
    const bool over = small ? memory > kRecentMemory : files > kRecentFiles;
    one = over ? recent_.erase(one) : std::next(one);
  }
}

// A connection that opened the mailbox before the mail came may not know its UID yet: opened anew it does.
Task<Result<MailPtr>> Mails::get(std::uint32_t mailbox, std::uint32_t uid_validity, std::uint32_t uid,
                                 Urgency urgency) {
  if (MailPtr mail = find(mailbox, uid_validity, uid)) co_return mail;
  CO_TRY_ASSIGN(Upstream::Lease lease, co_await upstream_.work(urgency));
  if (MailPtr mail = find(mailbox, uid_validity, uid)) co_return mail;
  const Mailbox* known = mailboxes_.find(mailbox);
  if (known == nullptr) co_return fail(Errc::NotFound, "a mailbox that is gone");
  if (known->uid_validity != uid_validity) co_return fail(Errc::Conflict, "a mailbox with a new UIDVALIDITY");
  auto mail = co_await fetch(*lease, mailbox, uid, false);
  if (!mail && mail.error().code == Errc::NotFound && lease->usable())
    mail = co_await fetch(*lease, mailbox, uid, true);
  if (!mail) co_return tl::unexpected(std::move(mail).error());
  Recent recent{mailbox, uid_validity, uid, *mail};
  keep(std::move(recent));
  co_return std::move(*mail);
}

Task<Result<MailPtr>> Mails::fetch(ImapConnection& imap, std::uint32_t mailbox, std::uint32_t uid, bool anew) {
  CO_TRY(co_await mailboxes_.open(imap, mailbox, anew));
  MailSink sink(directory_);
  const imap::Uid wanted{uid};
  CO_TRY_ASSIGN(const std::optional<imap::DateTime> date, co_await imap.body(wanted, sink));
  Mail::Arrived arrived;
  if (date) arrived = date->seconds;
  co_return sink.take(arrived);
}

}  // namespace proxy::gateway::agent
