// The sync stream of one device: what it says, and whose turn it is.                            Source: PROTOCOL.md §3
#include <algorithm>

#include "booster/crypto/digest.h"
#include "booster/runtime/timer.h"
#include "codec/property/encode.h"
#include "proxy/gateway/agent/device_session.h"

namespace proxy::gateway::agent {
namespace {

constexpr std::size_t kMaxNotices = 16;  // the newest are kept
constexpr std::size_t kMaxAsked = 64;    // refreshes under way
constexpr std::size_t kManyRows = 8;     // overviews in one message that are worth a larger window
constexpr std::size_t kMaxVectors = 20'000;
constexpr auto kTurnAfterTrouble = std::chrono::seconds(2);

Task<Result<>> both(Task<Result<>> task, runtime::CancelScope& scope) {
  Result<> done = co_await std::move(task);
  scope.cancel();  // one end of the stream is not enough
  co_return done;
}
}  // namespace

Task<Result<>> SyncFeed::serve() {
  const runtime::Surroundings here = co_await runtime::surroundings();
  runtime::TaskScope tasks(*here.loop, *here.scope, ignore_errors);
  tasks.spawn("sync reader", both(read(), tasks.cancel_scope()));
  tasks.spawn("sync feed", both(feed(), tasks.cancel_scope()));
  co_await tasks.join();
  stream_.close();
  co_return Result<>();
}

Task<Result<>> SyncFeed::read() {
  for (;;) {
    CO_TRY_ASSIGN(const codec::property::Chain chain, co_await stream_.receive());
    CO_TRY_ASSIGN(sync::UpMessage message, sync::decode_up(chain));
    CO_TRY(take(std::move(message)));
    changed_.notify_all();
  }
}

Result<> SyncFeed::take(sync::UpMessage message) {
  if (auto* vectors = std::get_if<sync::Vectors>(&message)) {
    if (vectors->mailboxes.size() > kMaxVectors) return fail(Errc::Limit, "state vectors");
    take_vectors(std::move(*vectors));
    return {};
  }
  if (const auto* refresh = std::get_if<sync::Refresh>(&message)) {
    if (asked_.size() >= kMaxAsked) return fail(Errc::Limit, "refreshes under way");
    asked_.push_back({refresh->token, shared_.rounds_begun + 1});
    shared_.round_wanted = true;
    shared_.wake_watcher.notify_all();
    return {};
  }
  const auto& answer = std::get<sync::RangeStates>(message);
  const auto held = held_.find(answer.mailbox);
  if (held == held_.end() || !held->second.descent) return {};  // of a comparison that was given up
  held->second.asked = false;
  return held->second.descent->on_answer(answer);
}

// The first time: all the device holds. Later: mailboxes whose digest did not come out, or that were matched anew:
// these are compared by ranges, not by modification sequences.
void SyncFeed::take_vectors(sync::Vectors vectors) {
  const bool first = !greeted_;
  if (first) {
    folders_digest_ = std::move(vectors.folders_digest);
    previews_ = !vectors.bodies_follow;
    // A device that knows no folder will answer LIST from what comes first: that must be the server's list of now.
    if (folders_digest_.empty()) first_folders_round_ = shared_.rounds_begun + 1;
    asked_.push_back({0, shared_.rounds_begun + 1});
    shared_.round_wanted = true;
    shared_.wake_watcher.notify_all();
  }
  greeted_ = true;
  for (sync::MailboxVector& vector : vectors.mailboxes) {
    const Mailbox* mailbox = shared_.mailboxes.find(vector.name);
    if (mailbox == nullptr) {
      if (early_.size() < kMaxVectors) early_.insert_or_assign(vector.name, std::move(vector));
      continue;
    }
    Held held;
    held.state = Held::State::Base;
    held.trusted = first;
    held.sent_next = std::max(vector.uid_next.value, 1U);
    const std::uint32_t low = vector.overview_below.value == 0 ? 1 : vector.overview_below.value;
    if (held.sent_next > low) held.overviews.add(imap::Range{low, held.sent_next - 1});
    if (!first) {  // what was under way for it is still owed
      const auto before = held_.find(mailbox->number);
      if (before != held_.end()) held.gone = before->second.gone;
    }
    held.base = std::move(vector);
    held_.insert_or_assign(mailbox->number, std::move(held));
  }
}

void SyncFeed::on_change(const Mailbox& mailbox, const Change& change) {
  const auto found = held_.find(mailbox.number);
  if (found != held_.end()) {
    Held& held = found->second;
    if (!change.empty()) held.announced = false;
    for (const std::uint32_t uid : change.flags)
      if (uid < held.sent_next) held.dirty.insert(uid);
    for (const std::uint32_t uid : change.gone) {
      if (uid >= held.sent_next) continue;
      held.dirty.erase(uid);
      if (held.missing.erase(uid) == 0) held.gone.insert(uid);
    }
  }
  changed_.notify_all();
}

void SyncFeed::on_new_validity(const Mailbox& mailbox) {
  const auto found = held_.find(mailbox.number);
  if (found != held_.end()) {
    const bool empty = found->second.sent_next <= 1;
    Held fresh;
    fresh.state = empty ? Held::State::Live : Held::State::Rematching;
    found->second = std::move(fresh);
  }
  changed_.notify_all();
}

void SyncFeed::on_gone(std::uint32_t mailbox) {
  held_.erase(mailbox);
  changed_.notify_all();
}

void SyncFeed::tell(std::string text, bool trouble) {
  if (notices_.size() >= kMaxNotices) notices_.pop_front();
  notices_.push_back({std::move(text), trouble});
  changed_.notify_all();
}

Task<Result<>> SyncFeed::send(sync::FeedMessage message) {
  const auto* overviews = std::get_if<sync::Overviews>(&message);
  if (overviews != nullptr && overviews->items.size() >= kManyRows) {  // the bulk of what is said here
    const messaging::MessageOptions coding = coding_.choose(messaging::Load::Bulk, link_, stream_.mixing_pace());
    CO_TRY(co_await stream_.use(coding));
  }
  const codec::property::Chain chain = sync::encode(message);
  auto sent = co_await stream_.send(chain);
  if (!sent) broken_ = true;
  co_return sent;
}

Task<Result<>> SyncFeed::feed() {
  for (;;) {
    const Result<bool> worked = co_await step();
    if (worked && *worked) continue;
    if (worked) {
      CO_TRY(co_await changed_.wait());
      continue;
    }
    // Upstream trouble is no reason to leave the device: it is told (by the agent), and its turn comes again.
    if (broken_ || worked.error().code == Errc::Cancelled || shared_.upstream.denied())
      co_return tl::unexpected(worked.error());
    for (const std::uint32_t number : shared_.mailboxes.in_order()) shared_.mailboxes.find(number)->wanted = true;
    shared_.wake_watcher.notify_all();
    CO_TRY(co_await runtime::sleep_for(kTurnAfterTrouble));
  }
}

// The picture is newer than the last STATUS once there is one: IDLE's news are in it.
bool SyncFeed::same_as_base(const Mailbox& mailbox, const Held& held) const {
  if (!held.trusted || held.base.mod_seq.value == 0 || !mailbox.status) return false;
  if (mailbox.loaded)
    return mailbox.uid_validity == held.base.uid_validity.value && mailbox.end() == held.base.uid_next.value &&
           mailbox.picture.count() == held.base.count && mailbox.mod_seq == held.base.mod_seq.value;
  const imap::response::Status& now = *mailbox.status;
  return now.uid_validity && now.uid_next && now.messages && now.highest_mod_seq &&
         now.uid_validity->value == held.base.uid_validity.value && now.uid_next->value == held.base.uid_next.value &&
         *now.messages == held.base.count && now.highest_mod_seq->value == held.base.mod_seq.value;
}

bool SyncFeed::settled(const Mailbox& mailbox) const {
  if (!mailbox.folder.selectable || mailbox.broken) return true;
  const auto found = held_.find(mailbox.number);
  if (found == held_.end()) return false;
  const Held& held = found->second;
  if (held.state == Held::State::Base) return same_as_base(mailbox, held);
  return held.state == Held::State::Live && held.announced;
}

bool SyncFeed::all_settled() const {
  const auto& all = shared_.mailboxes.all();
  return std::all_of(all.begin(), all.end(), [this](const auto& entry) { return settled(entry.second); });
}

// Most urgent first; looked at from the top each time, because anything may have changed while a message was sent.
Task<Result<bool>> SyncFeed::step() {
  if (!notices_.empty()) {
    sync::Notice notice = std::move(notices_.front());
    notices_.pop_front();
    CO_TRY(co_await send(std::move(notice)));
    co_return true;
  }
  if (!greeted_ || shared_.rounds_done < first_folders_round_) co_return false;
  if (folders_sent_ != shared_.folders_version) {
    folders_sent_ = shared_.folders_version;
    sync::FeedMessage folders = shared_.mailboxes.folders(shared_.sent_by_server);
    const Bytes encoded = codec::property::encode(sync::encode(folders));
    const booster::crypto::Digest digest = booster::crypto::sha256(encoded);
    const bool known =
        std::equal(digest.bytes.begin(), digest.bytes.end(), folders_digest_.begin(), folders_digest_.end());
    folders_digest_.assign(digest.bytes.begin(), digest.bytes.end());
    if (!known) CO_TRY(co_await send(std::move(folders)));
    co_return true;
  }
  const std::vector<std::uint32_t> order = shared_.mailboxes.in_order();
  for (const std::uint32_t number : order) {
    auto worked = co_await step_mailbox(number);
    if (!worked) co_return worked;
    if (*worked) co_return true;
  }
  if (!asked_.empty() && asked_.front().round <= shared_.rounds_done && all_settled()) {
    const sync::Confirmed confirmed{asked_.front().token};
    asked_.pop_front();
    CO_TRY(co_await send(confirmed));
    co_return true;
  }
  if (order.empty()) co_return false;
  ++overview_turn_;
  for (std::size_t i = 0; i < order.size(); ++i) {
    auto worked = co_await step_overviews(order[(overview_turn_ + i) % order.size()]);
    if (!worked || *worked) co_return worked;
  }
  if (coding_.mixing()) {  // what is said from now on is little
    coding_.give_back_permit();
    CO_TRY(co_await stream_.use(messaging::kTrickle));
  }
  co_return false;
}

}  // namespace proxy::gateway::agent
