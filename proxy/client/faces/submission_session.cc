#include "proxy/client/faces/submission_session.h"

#include <algorithm>

namespace proxy::client::faces {

using booster::runtime::shielded;
using booster::runtime::sleep_for;
using booster::runtime::surroundings;
using booster::runtime::TimePoint;

namespace {

smtp::Capabilities offers_of(const FaceSettings& settings) {
  smtp::Capabilities offers;
  offers.pipelining = offers.eight_bit_mime = offers.smtp_utf8 = offers.dsn = offers.enhanced_status_codes = true;
  offers.start_tls = settings.tls.has_value();
  offers.auth.emplace_back("PLAIN");
  offers.auth.emplace_back("LOGIN");
  return offers;
}

// A temporary refusal in every case: the program keeps the message and tries again.
smtp::Reply refusal_for(const Error& error) {
  if (error.code == Errc::Full) return {452, "4.3.1 The disk is full; nothing was queued"};
  return {451, "4.3.0 Cannot be queued now; nothing was queued"};
}

std::uint8_t notify_bits(const std::optional<smtp::Notify>& notify) {
  if (!notify) return 0;
  if (!notify->success && !notify->failure && !notify->delay) return 1;
  return static_cast<std::uint8_t>((notify->success ? 2 : 0) | (notify->failure ? 4 : 0) | (notify->delay ? 8 : 0));
}

}  // namespace

SubmissionSession::SubmissionSession(booster::net::StreamPtr stream, const FaceSettings& settings,
                                     AccountBook& accounts, Doorkeeper& doorkeeper)
    : wire_(std::move(stream)), settings_(settings), accounts_(accounts), doorkeeper_(doorkeeper) {}

Task<Result<>> SubmissionSession::serve() {
  const booster::runtime::Surroundings here = co_await surroundings();
  loop_ = here.loop;
  connected_ = loop_->now();
  bool tls = false;
  if (settings_.implicit_tls && settings_.tls) {
    CO_TRY(co_await wire_.start_tls(*settings_.tls));
    tls = true;
  }
  smtp::ServerOptions options;
  options.host = settings_.host_name;
  options.offers = offers_of(settings_);
  options.tls = tls;
  options.login_needs_tls = settings_.require_tls;
  options.max_size = settings_.max_append;
  server_.emplace(std::move(options));
  Result<> end = co_await serve_events();
  constexpr Duration kGoodbye = std::chrono::seconds(5);
  if (wire_.open()) {
    const Error why = end ? Error(Errc::Closed) : end.error();
    (void)co_await shielded(kGoodbye, say_goodbye(why));
  }
  content_ = nullptr;
  wire_.close();
  co_return end;
}

Task<Result<>> SubmissionSession::say_goodbye(Error end) {
  if (end.code == Errc::Timeout) server_->say_goodbye({421, "4.4.2 Nothing was said for too long"});
  if (end.code == Errc::Cancelled) server_->say_goodbye({421, "4.3.2 Packetboat is shutting down"});
  CO_TRY(co_await flush());
  co_return co_await wire_.stream().finish();
}

Task<Result<>> SubmissionSession::serve_events() {
  while (!ending_) {
    ByteView in = as_bytes(wire_.input());
    Result<std::optional<smtp::ServerEvent>> event = server_->next_event(in);
    wire_.input() = as_text(in);
    CO_TRY(event);
    if (*event) {
      Task<Result<>> work = std::visit([this](auto& e) { return on(std::move(e)); }, **event);
      CO_TRY(co_await std::move(work));
      continue;
    }
    CO_TRY_ASSIGN(const bool more, co_await read_more());
    if (!more) co_return Result<>();
  }
  co_return Result<>();
}

Task<Result<>> SubmissionSession::flush() {
  const Bytes output = server_->take_output();
  wire_.out().append(as_text(output));
  co_return co_await wire_.flush();
}

Duration SubmissionSession::patience() const {
  const TimePoint now = loop_->now();
  TimePoint until = now + kSubmissionIdle;
  if (store_ == nullptr) until = std::min(until, connected_ + kSubmissionLogin);
  if (server_->in_data()) {
    const Duration extra = std::chrono::seconds(data_octets_ / kDataRate);
    until = std::min(until, data_began_ + kDataLimit + extra);
  }
  return std::max<Duration>(until - now, std::chrono::milliseconds(1));
}

Task<Result<bool>> SubmissionSession::read_more() {
  CO_TRY(co_await flush());
  CO_TRY_ASSIGN(const Woken woken, co_await wire_.fill(patience()));
  if (woken == Woken::Ended) co_return false;
  data_octets_ += wire_.input().size();
  // Whoever says more has read the last answer.
  const std::string read = std::exchange(unread_, {});
  if (!read.empty()) (void)co_await store_->answered(read);
  co_return true;
}

void SubmissionSession::forget_transaction() {
  submission_ = {};
  tap_.reset();
  content_ = nullptr;
  content_failed_.reset();
}

Task<Result<>> SubmissionSession::on(smtp::LoginRequest request) {
  const std::string peer = wire_.stream().peer();
  const bool jailed = doorkeeper_.jailed(peer, request.user, loop_->now());
  const std::optional<AccountBook::Entry> entry = accounts_.find(request.user);
  const ByteView expected = entry && entry->password != nullptr ? entry->password->reveal() : ByteView();
  const bool right = doorkeeper_.matches(request.password, expected);
  const bool as_other = !request.authorization.empty() && request.authorization != request.user;
  if (!jailed && right && !as_other) {
    doorkeeper_.admitted(peer, request.user);
    store_ = entry->store;
    server_->accept();
    co_return Result<>();
  }
  Duration delay = kLongestDelay;
  if (!jailed) delay = doorkeeper_.refused(peer, request.user, request.password, loop_->now());
  if (settings_.log) settings_.log("submission: login refused");
  CO_TRY(co_await sleep_for(delay));
  if (jailed) {
    server_->refuse({454, "4.7.0 Too many wrong passwords; try again in a minute"});
  } else {
    server_->refuse({535, "5.7.8 User name or password is wrong"});
  }
  co_return Result<>();
}

Task<Result<>> SubmissionSession::on(smtp::StartTlsRequest) {
  CO_TRY(co_await flush());
  CO_TRY(co_await wire_.start_tls(*settings_.tls));
  store_ = nullptr;
  forget_transaction();
  server_->tls_started();
  co_return Result<>();
}

Task<Result<>> SubmissionSession::on(smtp::MailFrom mail) {
  forget_transaction();
  const SubmissionOffers offers = store_->submission_offers();
  if (mail.parameters.size && offers.max_size != 0 && *mail.parameters.size > offers.max_size) {
    server_->refuse({552, "5.3.4 The mail server takes no message of that size"});
    co_return Result<>();
  }
  if (mail.parameters.smtp_utf8 && !offers.smtp_utf8) {
    server_->refuse({550, "5.6.7 The mail server takes no SMTPUTF8"});
    co_return Result<>();
  }
  if (mail.from.mailbox() != nullptr) submission_.sender = mail.from.mailbox()->text();
  submission_.eight_bit = mail.parameters.body == smtp::BodyType::EightBitMime;
  submission_.utf8 = mail.parameters.smtp_utf8;
  if (mail.parameters.ret) submission_.ret = *mail.parameters.ret == smtp::Return::Full ? "FULL" : "HDRS";
  submission_.envid = mail.parameters.envid.value_or("");
  server_->accept();
  co_return Result<>();
}

Task<Result<>> SubmissionSession::on(smtp::RecipientTo recipient) {
  FaceRecipient to;
  to.address = recipient.to.mailbox()->text();
  to.notify = notify_bits(recipient.parameters.notify);
  to.original = recipient.parameters.orcpt.value_or("");
  submission_.recipients.push_back(std::move(to));
  server_->accept();
  co_return Result<>();
}

Task<Result<>> SubmissionSession::on(smtp::DataBegin) {
  Result<std::unique_ptr<ContentWriter>> content = co_await store_->begin_content(0);
  if (!content) {
    server_->refuse(refusal_for(content.error()));
    forget_transaction();
    co_return Result<>();
  }
  content_ = std::move(*content);
  content_failed_.reset();
  const auto now = loop_->wall_now().time_since_epoch();
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  tap_.emplace(make_message_id(submission_.sender), write_mail_date(seconds));
  data_began_ = loop_->now();
  data_octets_ = 0;
  server_->accept();
  co_return Result<>();
}

Task<Result<>> SubmissionSession::write_content(Bytes octets) {
  if (octets.empty() || content_failed_ || !content_) co_return Result<>();
  Result<> written = co_await content_->write(octets);
  if (!written) content_failed_ = written.error();
  co_return Result<>();
}

Task<Result<>> SubmissionSession::on(smtp::DataPiece piece) {
  if (!tap_) co_return Result<>();
  Bytes out;
  tap_->feed(piece.octets, out);
  co_return co_await write_content(std::move(out));
}

Task<Result<>> SubmissionSession::on(smtp::DataEnd end) {
  Bytes last;
  tap_->finish(last);
  CO_TRY(co_await write_content(std::move(last)));
  const SubmissionOffers offers = store_->submission_offers();
  if (offers.max_size != 0 && end.size > offers.max_size) {
    server_->refuse({552, "5.3.4 The mail server takes no message of that size"});
    forget_transaction();
    co_return Result<>();
  }
  submission_.message_id = tap_->message_id();
  submission_.start_class = tap_->start_class();
  Result<Submitted> submitted = fail(Errc::Io, "content file");
  if (content_failed_) {
    submitted = tl::unexpected(*content_failed_);
  } else {
    submitted = co_await store_->submit(submission_, std::move(content_));
  }
  if (submitted) {
    unread_ = submitted->queue_id;
    server_->accept("2.6.0 Queued as " + submitted->queue_id);
  } else {
    server_->refuse(refusal_for(submitted.error()));
    if (settings_.log) settings_.log("submission: " + codec::to_string(submitted.error()));
  }
  forget_transaction();
  co_return Result<>();
}

Task<Result<>> SubmissionSession::on(smtp::DataRefused) {
  forget_transaction();
  co_return Result<>();
}

Task<Result<>> SubmissionSession::on(smtp::TransactionReset) {
  forget_transaction();
  co_return Result<>();
}

Task<Result<>> SubmissionSession::on(smtp::Goodbye) {
  ending_ = true;
  co_return Result<>();
}

}  // namespace proxy::client::faces
