// What came just now shares no window with what others sent, but for the mails it may refer to: who watches sizes would
// learn what both hold.                                                                Source: codec/refer/RULES.md
#include <algorithm>

#include "booster/crypto/digest.h"
#include "booster/runtime/offload.h"
#include "codec/refer/prefix.h"
#include "proxy/gateway/agent/device_session.h"

namespace proxy::gateway::agent {
Task<Result<>> ItemFeed::send_alone(const Want& want, MailPtr mail, const codec::property::Chain& start,
                                    std::uint64_t offset) {
  const sync::ItemKey key{want.mailbox, {want.uid_validity}, {want.uid}};
  const bool interactive = urgency_ == Urgency::Interactive;
  codec::refer::Traits traits = co_await traits_of(mail, shared_, want.mailbox, codec::refer::Content::Looked);
  Prefix prefix;
  Repeats repeats;
  if (!interactive && offset == 0 && !want.plain) {
    const auto since_boot = shared_.loop.now().time_since_epoch();
    const auto seconds = static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(since_boot).count());
    CO_TRY_ASSIGN(repeats, co_await repeats_of(mail, &traits));
    codec::refer::Traits rest = traits;
    if (repeats.of.octets >= traits.content_size / 2) rest.chunks.clear();  // a likeness would say the same again
    auto chosen = held_.choose(rest, messaging::kRoom, seconds, !repeats.sources.empty());
    if (chosen.braked) {
      repeats.of.forget();
      repeats.sources.clear();
    }
    CO_TRY_ASSIGN(prefix, co_await prefix_of(key, std::move(chosen), repeats.sources));
  }
  const messaging::Alone size{traits.content_size, prefix.octets.size()};
  messaging::MessageOptions coding = messaging::unmixed(size);
  if (!interactive || alone_.in_haste(link_)) coding = alone_.choose(size, link_);
  std::vector<codec::property::Chain> heads;
  heads.push_back(start);
  if (prefix.head) heads.push_back(*std::move(prefix.head));
  const std::size_t whole_size = mail->octets().size();
  shared_.down.referring += prefix.mails > 0 && repeats.sources.empty() ? 1 : 0;
  count(repeats);
  shared_.down.references += prefix.mails;
  shared_.down.referred += prefix.octets.size();
  CO_TRY(co_await stream_.begin_alone(coding, heads, std::move(prefix.octets)));
  CO_TRY(co_await send_blocks(mail, offset, &repeats));
  CO_TRY(co_await stream_.end_alone());
  alone_.give_back_permit();
  if (!interactive && whole_size <= kLargestReferred) held_.add(key, traits, whole_size);
  co_return co_await gone_out(key, std::move(mail), std::move(repeats), std::move(traits));
}

// Before the first look nothing is known of any mailbox.
Task<Result<MailPtr>> held_mail(Shared& shared, sync::ItemKey key, Urgency urgency) {
  while (shared.rounds_done == 0) CO_TRY(co_await shared.first_round.wait());
  const Mailbox* const mailbox = shared.mailboxes.find(key.mailbox);
  Result<MailPtr> mail = fail(Errc::NotFound, "no such mailbox");
  if (mailbox != nullptr)
    mail = co_await shared.mails.get(mailbox->number, key.uid_validity.value, key.uid.value, urgency);
  if (mail || mail.error().code == Errc::Cancelled) co_return mail;
  co_return fail(Errc::NotFound, "a mail that is not to be had now");
}

Task<Result<bool>> append_held(Shared& shared, sync::ItemKey key, codec::refer::Extent extent, Urgency urgency,
                               Bytes& prefix) {
  const Result<MailPtr> mail = co_await held_mail(shared, std::move(key), urgency);
  if (!mail && mail.error().code == Errc::Cancelled) co_return tl::unexpected(mail.error());
  if (!mail) co_return false;
  const auto append = [&prefix, mail = *mail, extent] {
    return codec::refer::append_reference(mail->octets(), extent, prefix);
  };
  const Result<> appended = co_await runtime::offload(append);
  co_return appended.has_value();
}

// What is not to be had is not referred to again.
Task<Result<bool>> ItemFeed::append_reference(sync::ItemKey key, codec::refer::Extent extent, Bytes& octets) {
  CO_TRY_ASSIGN(const bool there, co_await append_held(shared_, key, extent, urgency_, octets));
  if (!there) held_.forget(key);
  co_return there;
}

// What is not given is not referred to.
Task<Result<ItemFeed::Prefix>> ItemFeed::prefix_of(sync::ItemKey item, HeldMails::Choice chosen,
                                                   const std::vector<sync::ItemKey>& sources) {
  using codec::refer::Extent;
  Prefix prefix;
  sync::ItemReferences references;
  const auto place = [&item](sync::ItemKey key) {
    const bool of_the_same = key.mailbox == item.mailbox && key.uid_validity == item.uid_validity;
    return of_the_same ? sync::ItemKey{{}, {}, key.uid} : key;
  };
  for (const sync::ItemKey& key : chosen.fronts) {
    CO_TRY_ASSIGN(const bool there, co_await append_reference(key, Extent::Front, prefix.octets));
    if (there) references.fronts.push_back(place(key));
  }
  for (const sync::ItemKey& key : chosen.whole) {
    CO_TRY_ASSIGN(const bool there, co_await append_reference(key, Extent::Whole, prefix.octets));
    if (there) references.whole.push_back(place(key));
  }
  for (const sync::ItemKey& key : sources) references.sources.push_back(place(key));
  if (prefix.octets.empty() && sources.empty()) co_return prefix;
  const booster::crypto::Digest digest = booster::crypto::sha256(prefix.octets);
  std::copy_n(digest.bytes.begin(), references.check.size(), references.check.begin());
  prefix.mails = references.fronts.size() + references.whole.size();
  prefix.head = sync::encode(sync::ItemMessage(std::move(references)));
  co_return prefix;
}

// What the device names as held is looked at one by one, while nobody waits.
Task<Result<>> ItemFeed::learn() {
  for (;;) {
    if (to_learn_.empty()) {
      CO_TRY(co_await changed_.wait());
      continue;
    }
    while (shared_.rounds_done == 0) CO_TRY(co_await shared_.first_round.wait());
    const sync::ItemKey key = std::move(to_learn_.front());
    to_learn_.pop_front();
    const Mailbox* const mailbox = shared_.mailboxes.find(key.mailbox);
    if (mailbox == nullptr || held_.holds(key)) continue;
    auto mail = co_await shared_.mails.get(mailbox->number, key.uid_validity.value, key.uid.value, Urgency::Learn);
    if (!mail && mail.error().code == Errc::Cancelled) co_return tl::unexpected(mail.error());
    if (!mail) continue;
    codec::refer::Traits traits = co_await traits_of(*mail, shared_, key.mailbox, codec::refer::Content::Looked);
    const std::size_t size = (*mail)->octets().size();
    if (size <= kLargestReferred) held_.add(key, traits, size);
    Repeats known;
    known.of.outline = co_await outline_of(*mail, shared_);
    CO_TRY(co_await gone_out(key, *std::move(mail), std::move(known), std::move(traits)));
  }
}

}  // namespace proxy::gateway::agent
