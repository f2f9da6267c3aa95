// Envelope, structure and preview of each mail, newest first, made from its octets.              Source: DESIGN §8
#include "booster/runtime/offload.h"
#include "codec/convert/overview_chain.h"
#include "codec/property/encode.h"
#include "proxy/gateway/agent/device_session.h"

namespace proxy::gateway::agent {
namespace {

constexpr std::size_t kOverviewOctets = 64 * 1024;  // of one message, about
constexpr std::size_t kOverviewItems = 32;          // so that the first ones do not wait for a batch of small ones
constexpr std::size_t kOffloadAbove = 32 * 1024;    // octets that take longer to read than a trip to a thread

}  // namespace

// The newest whose overview the device does not have; 0: none.
std::uint32_t SyncFeed::next_overview(const Mailbox& mailbox, const Held& held) const {
  std::uint32_t uid = mailbox.picture.below(held.sent_next);
  const auto ranges = held.overviews.ranges();
  for (auto range = ranges.rbegin(); uid != 0 && range != ranges.rend(); ++range) {
    if (range->first > uid) continue;
    if (range->last < uid) break;
    uid = mailbox.picture.below(range->first);
  }
  return uid;
}

Task<Result<bool>> SyncFeed::step_overviews(std::uint32_t number) {
  Mailbox* mailbox = shared_.mailboxes.find(number);
  auto found = held_.find(number);
  const bool unopened = mailbox != nullptr && !mailbox->loaded && !mailbox->broken && found != held_.end() &&
                        found->second.state == Held::State::Base && found->second.base.overview_below.value != 0;
  if (unopened && !std::exchange(mailbox->wanted, true)) shared_.wake_watcher.notify_all();
  if (mailbox == nullptr || !mailbox->loaded || found == held_.end() || found->second.state != Held::State::Live)
    co_return false;
  if (next_overview(*mailbox, found->second) == 0) co_return false;
  const std::uint32_t validity = mailbox->uid_validity;
  Batch batch;
  batch.overviews.mailbox = number;
  batch.overviews.uid_validity.value = validity;
  for (std::size_t tries = 0; tries < kOverviewItems && batch.octets < kOverviewOctets; ++tries) {
    mailbox = shared_.mailboxes.find(number);
    found = held_.find(number);
    if (mailbox == nullptr || found == held_.end() || mailbox->uid_validity != validity) co_return true;
    const std::uint32_t uid = next_overview(*mailbox, found->second);
    if (uid == 0) break;
    const bool begun = !batch.overviews.items.empty();
    if (begun && !found->second.announced) break;  // something more urgent came up
    const Result<> added = co_await add_overview(number, uid, batch);
    if (!added && !begun) co_return tl::unexpected(added.error());
    if (!added) break;          // what is made already goes out first
    if (begun && batch.live) {  // its turn comes next
      batch.overviews.items.pop_back();
      batch.live = false;
      break;
    }
    mailbox = shared_.mailboxes.find(number);
    found = held_.find(number);
    if (mailbox == nullptr || found == held_.end() || mailbox->uid_validity != validity) co_return true;
    found->second.overviews.add(imap::Range{mailbox->picture.below(uid) + 1, uid});
    if (batch.live) break;
  }
  mailbox = shared_.mailboxes.find(number);
  found = held_.find(number);
  if (mailbox == nullptr || found == held_.end() || mailbox->uid_validity != validity) co_return true;
  if (batch.overviews.items.empty()) co_return true;
  // Complete from the lowest of the top run, or of everything.
  const std::uint32_t next = next_overview(*mailbox, found->second);
  batch.overviews.complete_from.value = next == 0 ? 0 : next + 1;
  shared_.overviews_sent += batch.overviews.items.size();
  if (batch.live) {
    CO_TRY(co_await send_alone(std::move(batch.overviews)));
  } else {
    CO_TRY(co_await send(std::move(batch.overviews)));
  }
  co_return true;
}

Task<Result<>> SyncFeed::send_alone(sync::Overviews overview) {
  const messaging::MessageOptions coding = alone_.choose(messaging::Alone{}, link_);
  const std::vector<codec::property::Chain> no_heads;
  const codec::property::Chain chain = sync::encode(sync::FeedMessage(std::move(overview)));
  Bytes no_references;
  Result<> sent = co_await stream_.begin_alone(coding, no_heads, std::move(no_references));
  if (sent) sent = co_await stream_.batch(chain);
  if (sent) sent = co_await stream_.end_alone();
  alone_.give_back_permit();
  if (!sent) broken_ = true;
  co_return sent;
}

// A mail that cannot be read is told of and left out; upstream trouble ends this try, and the mail's turn comes again.
Task<Result<>> SyncFeed::add_overview(std::uint32_t number, std::uint32_t uid, Batch& batch) {
  const std::uint32_t validity = batch.overviews.uid_validity.value;
  auto mail = co_await shared_.mails.get(number, validity, uid, Urgency::Overview);
  if (!mail) {
    if (mail.error().code == Errc::NotFound || mail.error().code == Errc::Conflict) co_return Result<>();
    if (mail.error().code == Errc::Cancelled || !shared_.upstream.connected())
      co_return tl::unexpected(std::move(mail).error());
    tell("A mail could not be read from the mail server.", true);
    co_return Result<>();
  }
  const MailPtr held = std::move(*mail);
  const auto make = [held, previews = previews_] {
    codec::convert::Overview overview = codec::convert::overview(held->octets());
    if (!previews) overview.preview.clear();
    return codec::convert::encode_overview(overview);
  };
  codec::property::Chain chain;
  if (held->octets().size() > kOffloadAbove) {
    chain = co_await runtime::offload(make);
  } else {
    chain = make();
  }
  batch.octets += codec::property::encoded_size(chain);
  batch.overviews.items.push_back({sync::ServerUid{uid}, std::move(chain)});
  batch.live = held->is_live(shared_.wall_seconds());
  co_return Result<>();
}

}  // namespace proxy::gateway::agent
