// A Mailstore in memory: what the faces' transcripts talk to. Faults and missing bodies by hand.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "booster/crypto/secret.h"
#include "proxy/client/faces/face.h"

namespace support {

namespace faces = proxy::client::faces;
namespace imap = proxy::imap;
using booster::runtime::Notify;
using booster::runtime::Task;
using proxy::ByteView;
using proxy::Errc;
using proxy::fail;
using proxy::Result;

struct FakeMessage {
  std::uint32_t uid = 0;
  imap::FlagSet flags;
  std::uint64_t mod_seq = 0;
  imap::DateTime date;
  std::string octets;
  std::size_t here = SIZE_MAX;  // octets that have arrived
  bool overview = true;
};

struct FakeMailbox {
  faces::Mailbox info;
  std::uint32_t uid_validity = 7;
  std::uint32_t uid_next = 1;
  std::vector<FakeMessage> messages;
  std::uint64_t version = 0;
  Notify changed;
  bool read_only = false;
  bool any_keyword = true;

  explicit FakeMailbox(const std::string& name) : info{.name = *imap::make_mailbox_name(name), .special_use = {}} {}
  FakeMessage* find(std::uint32_t uid);
  void say() {
    ++version;
    changed.notify_all();
  }
};

struct FakeSubmission {
  faces::FaceSubmission envelope;
  std::string octets;
  std::string id;
  bool answered = false;
};

class FakeMailstore final : public faces::Mailstore {
 public:
  FakeMailstore() { add_mailbox("INBOX"); }

  FakeMailbox& add_mailbox(const std::string& name);
  FakeMailbox& mailbox(const std::string& name) { return *boxes_.at(name); }
  std::uint32_t add(const std::string& mailbox, const std::string& octets, imap::FlagSet flags = {});
  void set_flag(const std::string& mailbox, std::uint32_t uid, imap::SystemFlag flag);
  void remove_message(const std::string& mailbox, std::uint32_t uid);
  void arrive(const std::string& mailbox, std::uint32_t uid, std::size_t octets);
  std::uint64_t next_mod_seq() { return ++mod_seq_; }

  std::optional<Errc> write_fails;  // what every durable write says
  bool offline = false;
  std::string told_trouble;
  bool folders_known = true;
  Notify folders;
  Notify arrived;
  std::size_t body_opens = 0;
  std::vector<FakeSubmission> submissions;

  Task<Result<>> ready() override;
  std::string trouble() const override { return told_trouble; }
  Task<Result<std::vector<faces::Mailbox>>> mailboxes() override;
  Task<Result<faces::MailboxStatus>> status(const imap::MailboxName& name) override;
  Task<Result<std::unique_ptr<faces::MailboxView>>> open(const imap::MailboxName& name) override;
  Task<Result<>> create(const imap::MailboxName& name, imap::MailboxAttributes special_use) override;
  Task<Result<>> remove(const imap::MailboxName& name) override;
  Task<Result<>> rename(const imap::MailboxName& from, const imap::MailboxName& to) override;
  Task<Result<>> subscribe(const imap::MailboxName& name, bool on) override;
  Task<Result<std::unique_ptr<faces::ContentWriter>>> begin_content(std::uint64_t expected_size) override;
  Task<Result<faces::Appended>> append(const imap::MailboxName& name, std::unique_ptr<faces::ContentWriter> content,
                                       const imap::FlagSet& flags, std::optional<imap::DateTime> date) override;
  faces::SubmissionOffers submission_offers() const override { return {}; }
  Task<Result<faces::Submitted>> submit(const faces::FaceSubmission& submission,
                                        std::unique_ptr<faces::ContentWriter> content) override;
  Task<Result<>> answered(const std::string& queue_id) override;

  faces::MailboxStatus status_of(const FakeMailbox& box) const;
  std::shared_ptr<FakeMailbox> find(const imap::MailboxName& name);

 private:
  std::map<std::string, std::shared_ptr<FakeMailbox>> boxes_;
  std::uint64_t mod_seq_ = 0;
};

struct FakeAccounts final : faces::AccountBook {
  FakeMailstore store;
  booster::crypto::Secret password = booster::crypto::Secret::of_text("secret");
  std::optional<Entry> find(std::string_view user) override {
    if (user != "user") return std::nullopt;
    return Entry{&password, &store};
  }
};

}  // namespace support
