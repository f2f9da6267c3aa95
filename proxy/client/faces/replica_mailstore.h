// The replica and the outbox as the faces' Mailstore.
#pragma once
#include <functional>
#include <memory>

#include "proxy/client/faces/mailstore.h"
#include "proxy/client/replica/replica.h"

namespace proxy::client::faces {

class ReplicaMailstore final : public Mailstore {
 public:
  // `online`: whether what is asked of the agent may come soon.   Owns    the replica outlives it and its views
  explicit ReplicaMailstore(
      replica::Replica& replica, std::function<bool()> online = [] { return false; },
      std::function<std::string()> trouble = [] { return std::string(); })
      : replica_(replica), online_(std::move(online)), trouble_(std::move(trouble)) {}

  void set_submission_offers(const SubmissionOffers& offers) { offers_ = offers; }

  Task<Result<>> ready() override;
  std::string trouble() const override { return trouble_(); }
  Task<Result<std::vector<Mailbox>>> mailboxes() override;
  Task<Result<MailboxStatus>> status(const imap::MailboxName& name) override;
  Task<Result<std::unique_ptr<MailboxView>>> open(const imap::MailboxName& name) override;
  Task<Result<>> create(const imap::MailboxName& name, imap::MailboxAttributes special_use) override;
  Task<Result<>> remove(const imap::MailboxName& name) override;
  Task<Result<>> rename(const imap::MailboxName& from, const imap::MailboxName& to) override;
  Task<Result<>> subscribe(const imap::MailboxName& name, bool on) override;
  Task<Result<std::unique_ptr<ContentWriter>>> begin_content(std::uint64_t expected_size) override;
  Task<Result<Appended>> append(const imap::MailboxName& name, std::unique_ptr<ContentWriter> content,
                                const imap::FlagSet& flags, std::optional<imap::DateTime> date) override;
  SubmissionOffers submission_offers() const override { return offers_; }
  Task<Result<Submitted>> submit(const FaceSubmission& submission, std::unique_ptr<ContentWriter> content) override;
  Task<Result<>> answered(const std::string& queue_id) override;

 private:
  replica::Replica& replica_;
  std::function<bool()> online_;
  std::function<std::string()> trouble_;
  SubmissionOffers offers_;
};

}  // namespace proxy::client::faces
