// Bodies and Fetch streams of one device: whole items in blocks, in the client's order.          Source: PROTOCOL.md §5
#include <algorithm>

#include "booster/crypto/digest.h"
#include "booster/runtime/offload.h"
#include "booster/runtime/timer.h"
#include "codec/content/unwrapper.h"
#include "proxy/gateway/agent/device_session.h"

namespace proxy::gateway::agent {
namespace {

constexpr std::size_t kMaxWants = 100'000;       // items asked for and not sent: a whole mailbox in one breath
constexpr std::size_t kMostLearned = 256;        // mails that the device names as held
constexpr std::size_t kMostHistory = 128;        // mails of a first synchronization that may be referred to: the newest
constexpr std::size_t kMany = 16;                // wants that are worth a large window
constexpr auto kRest = std::chrono::minutes(1);  // without a want: its memory is worth more
constexpr int kTries = 3;                        // upstream connections that may break over one item

Task<Result<>> then_end(Task<Result<>> task, runtime::CancelScope& scope, bool always) {
  Result<> done = co_await std::move(task);
  if (!done || always) scope.cancel();
  co_return done;
}
}  // namespace

ItemFeed::~ItemFeed() {
  if (standing_.feed == this) standing_ = StandingWant();
  leave_bodies();
}

void ItemFeed::push(const std::string& mailbox, sync::UidValidity uid_validity,
                    const std::vector<sync::ServerUid>& uids) {
  for (auto uid = uids.rbegin(); uid != uids.rend(); ++uid) {
    Want want{mailbox, uid_validity.value, uid->value};
    want.pushed = true;
    begun_.forget(want.key());
    wants_.push_front(std::move(want));
  }
  changed_.notify_all();
}

void ItemFeed::learn_of(sync::ItemKey held) {
  if (to_learn_.size() >= kMostLearned) return;
  to_learn_.push_back(std::move(held));
  changed_.notify_all();
}

// The client's half-close says that it asks for nothing more: what it asked for still goes out.
Task<Result<>> ItemFeed::serve() {
  const runtime::Surroundings here = co_await runtime::surroundings();
  runtime::TaskScope tasks(*here.loop, *here.scope, ignore_errors);
  tasks.spawn("item reader", then_end(read(), tasks.cancel_scope(), false));
  tasks.spawn("item feed", then_end(feed(), tasks.cancel_scope(), true));
  tasks.spawn("held mails", learn());
  co_await tasks.join();
  stream_.close();
  co_return Result<>();
}

Task<Result<>> ItemFeed::read() {
  for (;;) {
    auto chain = co_await stream_.receive();
    if (!chain && chain.error().code == Errc::Closed) {
      finished_ = true;
      changed_.notify_all();
      co_return Result<>();
    }
    if (!chain) co_return tl::unexpected(std::move(chain).error());
    CO_TRY_ASSIGN(sync::ItemMessage message, sync::decode_item(*chain));
    CO_TRY(take(std::move(message)));
    changed_.notify_all();
  }
}

Result<> ItemFeed::take(sync::ItemMessage message) {
  if (const auto* want = std::get_if<sync::WantItems>(&message)) {
    if (wants_.size() + want->uids.size() > kMaxWants) return fail(Errc::Limit, "items wanted");
    for (const sync::ItemKey& key : want->missing) {
      held_.forget(key);
      here_.remove(key);
    }
    bool first = true;
    for (const sync::ServerUid uid : want->uids) {
      Want one{want->mailbox, want->uid_validity.value, uid.value};
      if (std::exchange(first, false)) {
        one.offset = want->offset;
        one.running = want->running;
        one.plain = !want->missing.empty();
        one.raw = want->raw;
        one.asked_for = want->asked_for;
      }
      plan(std::move(one));
    }
  } else if (const auto* cancel = std::get_if<sync::CancelItems>(&message)) {
    const std::set<sync::ServerUid> uids(cancel->uids.begin(), cancel->uids.end());
    std::erase_if(wants_, [&](const Want& one) {
      return one.mailbox == cancel->mailbox && one.uid_validity == cancel->uid_validity.value &&
             uids.count(sync::ServerUid{one.uid}) > 0;
    });
  } else if (const auto* want_new = std::get_if<sync::WantNew>(&message)) {
    standing_ = StandingWant{this, want_new->serial, want_new->most};
    if (want_new->most > 0) here_.replace(want_new->here);
    for (const sync::HeldItems& held : want_new->held) {
      for (const sync::ServerUid uid : held.uids) learn_of({held.mailbox, held.uid_validity, uid});
    }
  } else {
    return fail(Errc::Protocol, "an item message that only the agent sends");
  }
  return {};
}

Task<Result<>> ItemFeed::feed() {
  for (;;) {
    if (wants_.empty()) {
      if (finished_) co_return co_await stream_.finish();
      CO_TRY(co_await await_wants());
      continue;
    }
    if (wants_.size() >= kMany) load_ = messaging::Load::Bulk;
    Want want = std::move(wants_.front());
    wants_.pop_front();
    if (want.elsewhere || (want.asked_for && is_begun_elsewhere(want))) {
      CO_TRY(co_await send_elsewhere(want));
      continue;
    }
    const sync::ItemKey key = want.key();
    begun_.begin(key, stream_.coded_sent());
    CO_TRY(co_await send_item(std::move(want)));
    begun_.end(key, stream_.coded_sent());
  }
}

// A person waits for what a Fetch stream brings, and it brings too little to learn from.
Task<Result<>> ItemFeed::pack() {
  if (urgency_ == Urgency::Interactive && !coding_.in_haste(link_)) co_return Result<>();
  const messaging::MessageOptions coding = coding_.choose(load_, link_, stream_.mixing_pace());
  co_return co_await stream_.use(coding);
}

Task<Result<>> ItemFeed::change() {
  co_return co_await changed_.wait();
}

Task<Result<>> ItemFeed::await_wants() {
  const Result<> soon = co_await runtime::with_timeout(kRest, change());
  if (soon || soon.error().code != Errc::Timeout) co_return soon;
  load_ = messaging::Load::Trickle;
  CO_TRY(co_await pack());
  if (!wants_.empty() || finished_) co_return Result<>();  // while the time-out unwound
  co_return co_await changed_.wait();
}

Task<Result<>> ItemFeed::send_failed(const Want& want, const Error& error) {
  const bool gone = error.code == Errc::NotFound || error.code == Errc::Conflict;
  sync::ItemFailed failed;
  failed.mailbox = want.mailbox;
  failed.uid_validity.value = want.uid_validity;
  failed.uid.value = want.uid;
  failed.gone = gone;
  failed.text = gone ? "not there any more" : "the mail server does not give it now";
  const codec::property::Chain chain = sync::encode(sync::ItemMessage(std::move(failed)));
  begun_.forget(want.key());  // nothing of it is under way
  co_return co_await stream_.send(chain);
}

// Begins where the client stands when its running digest is that of our octets, else at the front.
Task<Result<>> ItemFeed::send_item(Want want) {
  // Before the first look nothing is known of any mailbox, and what is not known would be called gone.
  while (shared_.rounds_done == 0) CO_TRY(co_await shared_.first_round.wait());
  Result<MailPtr> mail = fail(Errc::NotFound, "no such mailbox");
  for (int tries = 0; tries < kTries; ++tries) {
    const Mailbox* mailbox = shared_.mailboxes.find(want.mailbox);
    if (mailbox == nullptr) break;
    mail = co_await shared_.mails.get(mailbox->number, want.uid_validity, want.uid, urgency_);
    if (mail || mail.error().code == Errc::Cancelled) break;
    if (mail.error().code == Errc::NotFound || mail.error().code == Errc::Conflict || shared_.upstream.connected())
      break;
  }
  if (!mail) {
    if (mail.error().code == Errc::Cancelled) co_return tl::unexpected(mail.error());
    co_return co_await send_failed(want, mail.error());
  }
  const ByteView octets = (*mail)->octets();
  std::uint64_t offset = want.offset;
  if (offset > octets.size()) offset = 0;
  if (offset > 0) {
    const booster::crypto::Digest before = booster::crypto::sha256(octets.first(static_cast<std::size_t>(offset)));
    if (before.bytes != want.running) offset = 0;
  }
  sync::ItemStart start;
  const auto place = std::pair(want.mailbox, want.uid_validity);
  if (urgency_ == Urgency::Interactive || place != place_) {
    start.mailbox = want.mailbox;
    start.uid_validity.value = want.uid_validity;
    place_ = place;
  }
  start.uid.value = want.uid;
  start.size = octets.size();
  start.offset = offset;
  const codec::property::Chain chain = sync::encode(sync::ItemMessage(std::move(start)));
  if (want.raw) {
    CO_TRY(co_await send_raw(std::move(*mail), chain, offset));
  } else if (want.pushed || (*mail)->is_live(shared_.wall_seconds())) {
    CO_TRY(co_await send_alone(want, std::move(*mail), chain, offset));
  } else {
    CO_TRY(co_await pack());
    Repeats repeats;
    if (urgency_ != Urgency::Interactive && !want.plain) {
      CO_TRY_ASSIGN(repeats, co_await repeats_of(*mail, nullptr));
    }
    count(repeats);
    CO_TRY(co_await stream_.batch(chain));
    if (!repeats.sources.empty()) {
      sync::ItemReferences references;
      references.sources = repeats.sources;
      const sync::ItemMessage message = std::move(references);
      const codec::property::Chain head = sync::encode(message);
      CO_TRY(co_await stream_.batch(head));
    }
    const bool small = octets.size() <= kLargestReferred;
    CO_TRY(co_await send_blocks(*mail, offset, &repeats));
    sync::ItemKey key{want.mailbox, {want.uid_validity}, {want.uid}};
    CO_TRY(co_await gone_out(std::move(key), *mail, std::move(repeats), std::nullopt));
    if (small && urgency_ != Urgency::Interactive && history_seen_ < kMostHistory) {
      ++history_seen_;
      learn_of({want.mailbox, {want.uid_validity}, {want.uid}});
    }
  }
  ++shared_.bodies_sent;
  ++shared_.down.items;
  count();
  if (!wants_.empty()) co_return Result<>();  // small items share a block
  CO_TRY(co_await stream_.flush());
  count();
  shared_.counted.notify_all();
  co_return Result<>();
}

// What the stream has cost since the last time.
void ItemFeed::count() {
  shared_.down.charge(stream_.cost_sent() - counted_);
  counted_ = stream_.cost_sent();
}

Task<Result<>> ItemFeed::send_raw(MailPtr mail, const codec::property::Chain& start, std::uint64_t offset) {
  messaging::MessageOptions stored;
  stored.encoding = codec::compress::Encoding::Stored;
  CO_TRY(co_await stream_.flush());
  const messaging::MessageOptions before = stream_.coding();
  CO_TRY(co_await stream_.use(stored));
  CO_TRY(co_await stream_.batch(start));
  CO_TRY(co_await send_blocks(std::move(mail), offset, nullptr, true));
  CO_TRY(co_await stream_.flush());
  ++shared_.down.fell_back;
  co_return co_await stream_.use(before);
}

Task<Result<>> ItemFeed::send_blocks(MailPtr mail, std::uint64_t offset, Repeats* repeats, bool raw) {
  const ByteView octets = mail->octets();
  booster::crypto::Sha256 digest;
  digest.update(octets.first(static_cast<std::size_t>(offset)));
  codec::content::Unwrapper unwrapper(messaging::containers(link_));
  for (auto at = static_cast<std::size_t>(offset); at < octets.size();) {
    const ByteView rest = octets.subspan(at);
    const ByteView piece = rest.first(codec::content::next_piece(rest));
    sync::ItemBlock block;
    block.offset = at;
    runtime::Duration cpu{};
    const auto look = [&] {
      digest.update(piece);
      const auto unwrap = [&] {
        if (raw) return codec::content::as_written(piece);
        return repeats != nullptr ? repeats->of.block(at, piece, unwrapper) : unwrapper.unwrap(piece);
      };
      block.block = runtime::timed(stream_.cpu_clock(), cpu, unwrap);
      return true;
    };
    (void)co_await runtime::offload(look);
    shared_.down.count(block.block);
    shared_.down.cpu += cpu;
    const sync::ItemMessage message = std::move(block);
    const codec::property::Chain chain = sync::encode(message);
    CO_TRY(co_await stream_.batch(chain));
    at += piece.size();
  }
  sync::ItemEnd end;
  end.digest = sync::front_of(digest.digest().bytes);
  const codec::property::Chain chain = sync::encode(sync::ItemMessage(end));
  co_return co_await stream_.batch(chain);
}

}  // namespace proxy::gateway::agent
