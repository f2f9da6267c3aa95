#include "proxy/client/feed_reader.h"

#include "proxy/client/together.h"

namespace proxy::client {

namespace {

constexpr int kVectorsInARow = 3;  // one for what crossed, one for a repair, one more; then a person is told

// The mailbox number of a message that ends a mailbox's delta.
std::optional<std::uint32_t> ended_mailbox(const sync::FeedMessage& message) {
  if (const auto* synced = std::get_if<sync::MailboxSynced>(&message)) return synced->mailbox;
  if (const auto* rematch = std::get_if<sync::Rematch>(&message); rematch != nullptr && rematch->last)
    return rematch->mailbox;
  return std::nullopt;
}

}  // namespace

Task<Result<>> FeedReader::serve(SessionLink& link, sync::AccountHandle account) {
  CO_TRY_ASSIGN(const std::unique_ptr<MessageStream> stream,
                co_await link.open(account, sync::MailPurpose::Sync, Class::Interactive, Class::Headers));
  TrafficMeter meter(*stream, traffic_);
  began_ = loop_.wall_now();
  caught_up_ = false;
  differed_.clear();
  CO_TRY(co_await send_vectors(*stream));
  ++serial_;
  serving_ = true;
  bodies_.follow_feed(true);
  meter_ = &meter;
  const booster::runtime::Surroundings here = co_await booster::runtime::surroundings();
  Together stories(loop_, *here.scope);
  stories.add("feed", read_feed(*stream));
  stories.add("questions", send_questions(*stream));
  const Result<> end = co_await stories.join();
  serving_ = false;
  bodies_.follow_feed(false);
  meter_ = nullptr;
  ++serial_;
  changed_.raise();
  co_return end;
}

Task<Result<>> FeedReader::send_vectors(MessageStream& stream) {
  CO_TRY_ASSIGN(sync::Vectors vectors, co_await store_.vectors());
  ledger_ = vectors.ledger;
  const sync::UpMessage message = std::move(vectors);
  const codec::property::Chain chain = sync::encode(message);
  co_return co_await stream.send(chain);
}

// The mailbox's state as it really is here, for an agent that thinks otherwise.
Task<Result<>> FeedReader::send_vector(MessageStream& stream, std::uint32_t mailbox) {
  CO_TRY_ASSIGN(std::optional<sync::MailboxVector> vector, co_await store_.vector_of(mailbox));
  if (!vector) co_return Result<>();
  sync::Vectors vectors;
  vectors.ledger = ledger_;
  vectors.mailboxes.push_back(*std::move(vector));
  const sync::UpMessage message = std::move(vectors);
  const codec::property::Chain chain = sync::encode(message);
  co_return co_await stream.send(chain);
}

Task<Result<>> FeedReader::read_feed(MessageStream& stream) {
  for (;;) {
    CO_TRY_ASSIGN(const codec::property::Chain chain, co_await stream.receive());
    last_contact_ = loop_.wall_now();
    meter_->update();
    Result<sync::FeedMessage> message = sync::decode_feed(chain);
    if (!message && message.error().code == Errc::Unsupported) continue;  // of a newer agent
    if (!message) co_return tl::unexpected(std::move(message).error().context("sync stream"));
    CO_TRY(co_await take(stream, *std::move(message)));
  }
}

Task<Result<>> FeedReader::take(MessageStream& stream, sync::FeedMessage message) {
  if (const auto* asked = std::get_if<sync::AskRanges>(&message)) {
    CO_TRY_ASSIGN(sync::RangeStates states, co_await store_.range_states(*asked));
    const sync::UpMessage answer = std::move(states);
    const codec::property::Chain chain = sync::encode(answer);
    co_return co_await stream.send(chain);
  }
  if (const auto* confirmed = std::get_if<sync::Confirmed>(&message)) {
    take_confirmed(confirmed->token);
    co_return Result<>();
  }
  if (auto* notice = std::get_if<sync::Notice>(&message)) {
    events_.notice(address_, std::move(notice->text), notice->trouble);
    co_return Result<>();
  }
  if (auto* skeleton = std::get_if<sync::Skeleton>(&message)) co_return co_await take_skeleton(std::move(*skeleton));
  co_return co_await take_change(stream, std::move(message));
}

// What comes unasked is known to do so before its row can make anybody ask for it.
Task<Result<>> FeedReader::take_skeleton(sync::Skeleton skeleton) {
  const bool pushed = !skeleton.pushed.empty();
  if (pushed) {
    CO_TRY_ASSIGN(const std::optional<sync::MailboxVector> mailbox, co_await store_.vector_of(skeleton.mailbox));
    std::vector<BodyKey> keys;
    if (mailbox) {
      for (const sync::ServerUid uid : skeleton.pushed)
        keys.push_back(BodyKey{mailbox->name, skeleton.uid_validity, uid});
    }
    bodies_.announce(skeleton.pushed_for, std::move(keys));
  }
  sync::FeedMessage message = std::move(skeleton);
  CO_TRY(co_await store_.apply(std::move(message)));
  if (pushed) bodies_.announced_are_stored();
  co_return Result<>();
}

Task<Result<>> FeedReader::take_change(MessageStream& stream, sync::FeedMessage message) {
  const std::optional<std::uint32_t> ended = ended_mailbox(message);
  CO_TRY_ASSIGN(const Applied applied, co_await store_.apply(std::move(message)));
  if (!ended) co_return Result<>();
  if (!applied.differs) {
    differed_.erase(*ended);
    co_return Result<>();
  }
  const int times = ++differed_[*ended];
  if (times <= kVectorsInARow) co_return co_await send_vector(stream, *ended);
  if (times == kVectorsInARow + 1)
    events_.notice(address_, "A mailbox does not agree with the server after three repairs", true);
  co_return Result<>();
}

}  // namespace proxy::client
