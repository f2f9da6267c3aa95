// One submission before the server: the transaction, what it said, and what a lost reply leaves in doubt.
#include <algorithm>

#include "proxy/gateway/agent/delivery_report.h"
#include "proxy/gateway/agent/spool_source.h"
#include "proxy/gateway/agent/submissions.h"
#include "proxy/smtp/text.h"

namespace proxy::gateway::agent {

namespace {

// "550 5.1.1 no such user": the server's own words, fit for a message of ours.
std::string words(const smtp::Reply& reply) {
  return std::to_string(reply.code) + " " + smtp::printable(reply.words());
}

// About our login, not about this mail: it waits.                                              RFC 4954 §4, §6
bool about_login(const smtp::Reply& reply) {
  return reply.code == 530 || reply.code == 534 || reply.code == 535 || reply.code == 538;
}

bool is_refused_login(const Error& error) {
  return error.code == Errc::Denied && error.what.starts_with("login");
}

smtp::RecipientParameters recipient_parameters(const sync::Recipient& recipient) {
  smtp::RecipientParameters parameters;
  if (recipient.notify != 0) {
    smtp::Notify notify;
    notify.success = (recipient.notify & 2) != 0;
    notify.failure = (recipient.notify & 4) != 0;
    notify.delay = (recipient.notify & 8) != 0;
    parameters.notify = notify;
  }
  if (!recipient.original.empty()) parameters.orcpt = recipient.original;
  return parameters;
}

smtp::MailParameters mail_parameters(const sync::Submission& submission) {
  smtp::MailParameters parameters;
  if (submission.eight_bit) parameters.body = smtp::BodyType::EightBitMime;
  parameters.smtp_utf8 = submission.utf8;
  if (submission.ret == "FULL") parameters.ret = smtp::Return::Full;
  if (submission.ret == "HDRS") parameters.ret = smtp::Return::Headers;
  if (!submission.envid.empty()) parameters.envid = submission.envid;
  return parameters;
}

}  // namespace

// Makes SENDING durable, for exactly the recipients whose mail the dot would send.
class Submissions::Sending final : public connector::BeforeFinalDot {
 public:
  Sending(Submissions& owner, const Ticket& ticket, const std::vector<std::size_t>& indices, Bytes marker)
      : owner_(owner), ticket_(ticket), indices_(indices), marker_(std::move(marker)) {}
  Task<Result<>> before_final_dot(std::vector<std::size_t> accepted) override {
    std::vector<std::size_t> recipients;
    recipients.reserve(accepted.size());
    for (const std::size_t i : accepted) recipients.push_back(indices_[i]);
    auto job = [this, &recipients](TicketFile& file) { return file.mark_sending(ticket_, recipients, marker_); };
    CO_TRY(co_await owner_.tickets_.run(std::move(job)));
    owner_.tell(ticket_);
    co_return Result<>();
  }

 private:
  Submissions& owner_;
  const Ticket& ticket_;
  const std::vector<std::size_t>& indices_;
  Bytes marker_;
};

bool Submissions::asks(const StoredSubmission& stored) const {
  return settings_.ask_when_ambiguous || stored.submission.ask_when_ambiguous;
}

Task<Result<>> Submissions::resolve(OperationsAccess& agent, Ticket ticket, StoredSubmission& stored) {
  AskServer::Answer answer = AskServer::Answer::CannotTell;
  if (ask_ != nullptr) {
    auto said = co_await ask_->ask(agent, stored);
    if (!said) {
      auto job = [ticket](TicketFile& file) {
        return file.set_text(ticket, "sent, but not answered: the server cannot be asked about it now");
      };
      (void)co_await tickets_.run(std::move(job));
      tell(ticket);
      co_return tl::unexpected(said.error());
    }
    answer = *said;
  }
  ++counts_.in_doubt;
  std::vector<RecipientChange> changes;
  const bool too_often = stored.ambiguous + 1 >= kMaxAmbiguous || asks(stored);
  std::string text;
  for (const std::size_t i : stored.in(SubmissionState::Sending)) {
    if (answer == AskServer::Answer::Taken)
      changes.push_back({i, SubmissionState::Done, "found at the server, whose answer was lost"});
    else if (answer == AskServer::Answer::NotTaken || !too_often)
      changes.push_back({i, SubmissionState::Stored, "the server's answer was lost: sent once more"});
    else
      changes.push_back({i, SubmissionState::Unknown, "the server's answer was lost: it may have the mail or not"});
    text = changes.back().reply;
  }
  if (answer != AskServer::Answer::CannotTell) ++counts_.found_out;
  if (answer != AskServer::Answer::Taken && changes.front().state == SubmissionState::Stored) ++counts_.sent_again;
  if (answer == AskServer::Answer::Taken) counts_.sent += changes.size();
  co_return co_await settle(ticket, std::move(changes), std::move(text), true);
}

Task<Result<>> Submissions::connect(OperationsAccess& agent) {
  if (connection_ && connection_->usable()) co_return Result<>();
  connection_.reset();
  if (refusal_ && loop_.now() < refused_until_) co_return tl::unexpected(*refusal_);
  refusal_.reset();
  const connector::Login login = agent.upstream().login().copy();
  auto made = co_await dialer_.connect(login);
  if (made) {
    connection_ = std::move(*made);
    co_return Result<>();
  }
  if (is_refused_login(made.error()) && login == agent.upstream().login()) {
    refusal_ = made.error();
    refused_until_ = loop_.now() + kRefusedFor;
    agent.tell("The mail server refuses the password for sending; what is to be sent waits for the right one.", true);
  }
  co_return tl::unexpected(std::move(made).error());
}

// The queue's other mails must not each wait for their own turn.
void Submissions::credential_renewed() {
  refusal_.reset();
  waiting_.clear();
  wake();
}

Task<Result<>> Submissions::fail_all(Ticket ticket, const StoredSubmission& stored, std::vector<std::size_t> indices,
                                     std::string text) {
  std::vector<RecipientChange> changes;
  changes.reserve(indices.size());
  for (const std::size_t i : indices)
    changes.push_back({i, SubmissionState::Failed, text, wants_report(stored.submission, i)});
  counts_.failed += changes.size();
  co_return co_await settle(ticket, std::move(changes), text, false);
}

Task<Result<>> Submissions::send(OperationsAccess& agent, Ticket ticket, StoredSubmission& stored) {
  const sync::Submission& submission = stored.submission;
  smtp::Envelope envelope;
  envelope.parameters = mail_parameters(submission);
  std::vector<std::size_t> indices, bad;
  for (const std::size_t i : stored.in(SubmissionState::Stored)) {
    auto mailbox = smtp::make_mailbox(submission.recipients[i].address);
    (mailbox ? indices : bad).push_back(i);
    if (!mailbox) continue;
    smtp::Envelope::Recipient recipient{smtp::Path(std::move(*mailbox)),
                                        recipient_parameters(submission.recipients[i])};
    envelope.recipients.push_back(std::move(recipient));
  }
  if (!bad.empty()) CO_TRY(co_await fail_all(ticket, stored, bad, "501 5.1.3 This is no address"));
  if (indices.empty()) co_return Result<>();
  if (!submission.sender.empty()) {
    auto sender = smtp::make_mailbox(submission.sender);
    if (!sender) co_return co_await fail_all(ticket, stored, indices, "501 5.1.7 The sender is no address");
    envelope.from = smtp::Path(std::move(*sender));
  }
  Bytes marker;
  Result<> ready;
  if (ask_ != nullptr) {
    auto prepared = co_await ask_->prepare(agent, stored);
    if (prepared)
      marker = std::move(*prepared);
    else
      ready = tl::unexpected(prepared.error());
  }
  if (ready) ready = co_await connect(agent);
  if (!ready) {
    if (ready.error().code == Errc::Cancelled) co_return ready;
    const std::string why = smtp::printable(ready.error().what);
    auto job = [ticket, why](TicketFile& file) { return file.set_text(ticket, why); };
    (void)co_await tickets_.run(std::move(job));
    tell(ticket);
    co_return ready;
  }
  SpoolSource octets(tickets_, ticket, submission.size);
  Sending sending(*this, ticket, indices, std::move(marker));
  connector::Transaction outcome = co_await connection_->send(std::move(envelope), octets, sending);
  const bool cancelled = outcome.broken && outcome.broken->code == Errc::Cancelled;
  // Also when we are to end: what is known is written down first (the store's thread cannot be cancelled).
  auto taken = co_await take_outcome(ticket, stored, std::move(indices), std::move(outcome));
  if (cancelled) co_return fail(Errc::Cancelled, "submission");
  co_return taken;
}

// Each recipient by what was said to it, then by what was said to all. Who was in the dot whose answer was lost stays
// in SENDING: the next look at it resolves that.
Task<Result<>> Submissions::take_outcome(Ticket ticket, const StoredSubmission& stored,
                                         std::vector<std::size_t> indices, connector::Transaction outcome) {
  std::vector<RecipientChange> changes;
  std::string text;
  bool again = false;
  const auto change = [&](std::size_t i, SubmissionState state, const smtp::Reply& reply) {
    const bool failed = state == SubmissionState::Failed;
    changes.push_back({i, state, words(reply), failed && wants_report(stored.submission, i)});
    if (failed) ++counts_.failed;
    if (state == SubmissionState::Done) ++counts_.sent;
    if (state == SubmissionState::Stored) text = connection_->host() + " said: " + words(reply);
  };
  for (std::size_t n = 0; n < indices.size(); ++n) {
    const std::optional<smtp::Reply>& own = outcome.recipients[n];
    const smtp::Reply* said = own && !own->positive() ? &*own : nullptr;
    if (said == nullptr && outcome.taken && own) {
      change(indices[n], SubmissionState::Done, *outcome.taken);
      continue;
    }
    if (said == nullptr && outcome.refusal) said = &*outcome.refusal;
    if (said != nullptr && said->permanent() && !about_login(*said)) {
      change(indices[n], SubmissionState::Failed, *said);
    } else if (said != nullptr) {
      change(indices[n], SubmissionState::Stored, *said);
      again = true;
    } else if (!outcome.ambiguous) {
      const std::string why = outcome.broken ? smtp::printable(outcome.broken->what) : std::string("not answered");
      changes.push_back({indices[n], SubmissionState::Stored, stored.recipients[indices[n]].reply});
      text = why;
      again = true;
    }
  }
  if (outcome.ambiguous) text = "sent, but the server's answer was lost";
  const bool all_done = !again && !outcome.ambiguous;
  CO_TRY(co_await settle(ticket, std::move(changes), std::move(text), false));
  if (all_done) {
    waiting_.erase(ticket);
  } else {
    put_off(ticket);
  }
  co_return Result<>();
}

}  // namespace proxy::gateway::agent
