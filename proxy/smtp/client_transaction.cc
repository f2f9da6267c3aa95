// One mail transaction at the client's side: MAIL and RCPT, then DATA, then the message.           Source: RFC 5321
// §3.3
#include <algorithm>
#include <utility>

#include "codec/base/check.h"
#include "proxy/smtp/client.h"

namespace proxy::smtp {

Result<> Client::begin(Envelope envelope) {
  CHECK(step_ == Step::Idle);
  CHECK(!envelope.recipients.empty() && envelope.recipients.size() <= kMaxRecipients);
  const bool ascii =
      envelope.from.ascii() && std::ranges::all_of(envelope.recipients, [](const auto& one) { return one.to.ascii(); });
  if (!ascii) envelope.parameters.smtp_utf8 = true;
  if (envelope.parameters.smtp_utf8 && !offers_.smtp_utf8)
    return fail(Errc::Unsupported, "submission: the server offers no SMTPUTF8");
  if (envelope.parameters.body == BodyType::EightBitMime && !offers_.eight_bit_mime)
    return fail(Errc::Unsupported, "submission: the server offers no 8BITMIME");
  if (offers_.max_size != 0 && envelope.parameters.size.value_or(0) > offers_.max_size)
    return fail(Errc::Limit, "submission: larger than the server takes");
  envelope_ = std::move(envelope);
  sender_answered_ = false;
  sender_refusal_.reset();
  asked_ = answered_ = accepted_ = 0;
  writer_ = DataWriter();
  step_ = Step::Recipients;
  send(write_mail(envelope_.from, envelope_.parameters, offers_));
  if (offers_.pipelining) send_recipients();
  return {};
}

// The next group; one at a time without PIPELINING.
void Client::send_recipients() {
  const std::size_t group = offers_.pipelining ? kMaxPipelined : 1;
  const std::size_t end = std::min(asked_ + group, envelope_.recipients.size());
  for (; asked_ < end; ++asked_) {
    const Envelope::Recipient& one = envelope_.recipients[asked_];
    send(write_recipient(one.to, one.parameters, offers_));
  }
}

Result<> Client::on_recipients(Reply reply) {
  if (reply.intermediate()) return fail(Errc::Protocol, "submission: 3xx to MAIL or RCPT");
  if (!sender_answered_) {
    sender_answered_ = true;
    if (!reply.positive()) sender_refusal_ = std::move(reply);
  } else {
    // Behind a refused sender these are only the echo of it, and still to be read.
    if (!sender_refusal_) {
      if (reply.positive()) ++accepted_;
      give(RecipientAnswer{answered_, std::move(reply)});
    }
    ++answered_;
  }
  if (answered_ < asked_) return {};
  if (sender_refusal_ || asked_ == envelope_.recipients.size())
    all_answered();
  else
    send_recipients();
  return {};
}

void Client::all_answered() {
  if (sender_refusal_) {
    give(SenderRefused{*std::move(sender_refusal_)});
    return reset();
  }
  if (accepted_ == 0) {
    give(NoRecipients{});
    return reset();
  }
  step_ = Step::Data;
  send("DATA\r\n");
}

void Client::reset() {
  step_ = Step::Reset;
  send("RSET\r\n");
}

void Client::on_data(Reply reply) {
  if (reply.code == 354) {
    step_ = Step::Message;
    give(SendMessage{});
    return;
  }
  if (reply.positive() || reply.intermediate())
    return leave(std::move(reply));  // neither yes nor no: nothing is safe here
  give(MessageUnwanted{std::move(reply)});
  reset();
}

Result<> Client::write_message(ByteView octets) {
  if (step_ != Step::Message) return fail(Errc::Closed, "submission: the server does not wait for a message");
  return writer_.write(octets, output_);
}

Result<> Client::end_message() {
  if (step_ != Step::Message) return fail(Errc::Closed, "submission: the server does not wait for a message");
  TRY(writer_.finish(output_));
  step_ = Step::FinalDot;
  return {};
}

}  // namespace proxy::smtp
