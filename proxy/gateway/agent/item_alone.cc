// What came just now shares no window with what others sent, but for the mails it may refer to: who watches sizes would
// learn what both hold.                                                                Source: codec/refer/RULES.md
#include <algorithm>

#include "booster/crypto/digest.h"
#include "booster/runtime/offload.h"
#include "codec/refer/prefix.h"
#include "proxy/gateway/agent/device_session.h"

namespace proxy::gateway::agent {
namespace {

Task<codec::refer::Traits> traits_of(MailPtr mail, const Shared& shared, std::string mailbox) {
  const Mailbox* const place = shared.mailboxes.find(mailbox);
  const bool sent = place != nullptr && place->folder.special_use == "\\Sent";
  const auto author = sent ? codec::refer::Author::User : codec::refer::Author::Anybody;
  const auto look = [mail, author, &id = shared.authserv_id] {
    return codec::refer::traits_of(mail->octets(), id, author);
  };
  co_return co_await runtime::offload(look);
}

std::size_t size_of(const Mail& mail) {
  return std::min(mail.octets().size(), codec::refer::kMostOfOne);
}

}  // namespace

Task<Result<>> ItemFeed::send_alone(const Want& want, MailPtr mail, const codec::property::Chain& start,
                                    std::uint64_t offset) {
  const sync::ItemKey key{want.mailbox, {want.uid_validity}, {want.uid}};
  const messaging::Load load = messaging::alone(mail->octets().size());
  const bool interactive = urgency_ == Urgency::Interactive;
  const messaging::MessageOptions coding = interactive ? messaging::unmixed(load) : alone_.choose(load, link_);
  codec::refer::Traits traits = co_await traits_of(mail, shared_, want.mailbox);
  Prefix prefix;
  if (!interactive && offset == 0 && !want.plain) {
    const bool mixed = coding.encoding == codec::compress::Encoding::Mix;
    const std::size_t room = mixed ? messaging::kMixReferences : messaging::kReferences;
    const auto since_boot = shared_.loop.now().time_since_epoch();
    const auto seconds = static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(since_boot).count());
    std::vector<sync::ItemKey> keys = held_.choose(traits, room, seconds);
    CO_TRY_ASSIGN(prefix, co_await prefix_of(key, std::move(keys)));
  }
  std::vector<codec::property::Chain> heads;
  heads.push_back(start);
  if (prefix.head) heads.push_back(*std::move(prefix.head));
  const std::size_t whole_size = mail->octets().size();
  const std::size_t size = size_of(*mail);
  CO_TRY(co_await stream_.begin_alone(coding, heads, std::move(prefix.octets)));
  CO_TRY(co_await send_blocks(std::move(mail), offset));
  CO_TRY(co_await stream_.end_alone());
  alone_.rest();
  if (!interactive && whole_size <= kLargestReferred) held_.add(key, std::move(traits), size);
  co_return Result<>();
}

// The octets of what is referred to, from the mail server; what it does not give now is not referred to.
Task<Result<ItemFeed::Prefix>> ItemFeed::prefix_of(sync::ItemKey item, std::vector<sync::ItemKey> keys) {
  Prefix prefix;
  sync::ItemReferences references;
  for (sync::ItemKey& key : keys) {
    const Mailbox* const mailbox = shared_.mailboxes.find(key.mailbox);
    Result<MailPtr> mail = fail(Errc::NotFound, "no such mailbox");
    if (mailbox != nullptr)
      mail = co_await shared_.mails.get(mailbox->number, key.uid_validity.value, key.uid.value, urgency_);
    if (!mail && mail.error().code == Errc::Cancelled) co_return tl::unexpected(mail.error());
    if (!mail) {
      held_.forget(key);
      continue;
    }
    codec::refer::append_reference((*mail)->octets(), prefix.octets);
    if (key.mailbox == item.mailbox && key.uid_validity == item.uid_validity) {  // not said
      key.mailbox.clear();
      key.uid_validity = {};
    }
    references.items.push_back(std::move(key));
  }
  if (references.items.empty()) co_return prefix;
  const booster::crypto::Digest digest = booster::crypto::sha256(prefix.octets);
  std::copy_n(digest.bytes.begin(), references.check.size(), references.check.begin());
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
    if (!mail || (*mail)->octets().size() > kLargestReferred) continue;
    codec::refer::Traits traits = co_await traits_of(*mail, shared_, key.mailbox);
    held_.add(key, std::move(traits), size_of(**mail));
  }
}

}  // namespace proxy::gateway::agent
