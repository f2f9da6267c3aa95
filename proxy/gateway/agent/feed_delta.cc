// What a device lacks of one mailbox: skeleton, flags, expunges; the comparison with its vector; matching anew.
#include <algorithm>

#include "codec/convert/overview.h"
#include "proxy/gateway/agent/device_session.h"

namespace proxy::gateway::agent {

using sync::ServerUid;
namespace {

constexpr std::size_t kSkeletonWindow = 2'000;  // entries a message; also what the work connection is lent for
constexpr std::size_t kFlagWindow = 5'000;
constexpr std::size_t kGoneWindow = 20'000;
constexpr std::size_t kRematchWindow = 500;  // each costs a header fetched
constexpr std::size_t kPushed = 32;          // bodies at once; of a flood the device asks for what it wants
// Octets of a mail that comes unasked so fast that its overview would only cost: the device makes it from the octets.
constexpr std::uint64_t kNoOverview = 32 * 1024;

template <class Set>
std::vector<std::uint32_t> take_front(Set& set, std::size_t most) {
  std::vector<std::uint32_t> taken;
  while (!set.empty() && taken.size() < most) taken.push_back(set.extract(set.begin()).value());
  return taken;
}

imap::SequenceSet set_of(const std::vector<std::uint32_t>& uids) {
  imap::SequenceSet set;
  for (const std::uint32_t uid : uids) set.add(uid);
  return set;
}

sync::SkeletonEntry entry_of(const connector::SkeletonRow& row, const sync::Flags& flags) {
  sync::SkeletonEntry entry;
  entry.uid.value = row.uid.value;
  entry.size = static_cast<std::uint32_t>(std::min<std::uint64_t>(row.size, UINT32_MAX));
  entry.internal_date = row.internal_date.seconds;
  entry.zone_minutes = static_cast<std::int16_t>(std::clamp(row.internal_date.zone_minutes, -1440, 1440));
  entry.flags = flags;
  return entry;
}

}  // namespace

// The device may hold it under an earlier name: told what its mails are, it finds out. Here or while it was away.
bool SyncFeed::perhaps_known(const Mailbox& mailbox) const {
  if (!mailbox.folder.object_id.empty() || mailbox.uid_validity == 0) return false;
  return mailbox.perhaps_renamed || std::any_of(early_.begin(), early_.end(), [&mailbox](const auto& vector) {
           return vector.second.uid_validity.value == mailbox.uid_validity && vector.second.count > 0;
         });
}

Task<Result<bool>> SyncFeed::step_mailbox(std::uint32_t number) {
  Mailbox* mailbox = shared_.mailboxes.find(number);
  if (mailbox == nullptr || !mailbox->folder.selectable || mailbox->broken) co_return false;
  auto early = early_.find(mailbox->name.utf8());
  if (early != early_.end()) {
    sync::Vectors late;
    late.mailboxes.push_back(std::move(early->second));
    early_.erase(early);
    const bool trusted = held_.find(number) == held_.end();
    take_vectors(std::move(late));
    held_[number].trusted = trusted;
  }
  const auto [place, fresh_to_it] = held_.try_emplace(number);
  Held& held = place->second;
  if (fresh_to_it && perhaps_known(*mailbox)) held.state = Held::State::Rematching;
  if (held.state == Held::State::Base && mailbox->uid_validity != 0 &&
      held.base.uid_validity.value != mailbox->uid_validity) {
    Held fresh;
    fresh.state = held.base.count == 0 ? Held::State::Live : Held::State::Rematching;
    held = std::move(fresh);
  }
  // Nothing changed: not even opened, unless overviews are missing and the picture came for their sake.
  const bool idle = held.base.overview_below.value == 0 || !mailbox->loaded;
  if (held.state == Held::State::Base && idle && same_as_base(*mailbox, held)) co_return false;
  if (held.state == Held::State::AwaitVector) co_return false;
  if (!mailbox->loaded) {
    if (!std::exchange(mailbox->wanted, true)) shared_.wake_watcher.notify_all();
    co_return false;
  }
  if (held.state == Held::State::Base) {
    CO_TRY(co_await resolve(number));
    co_return true;
  }
  if (held.state == Held::State::Descending) co_return co_await step_descent(number);
  if (held.state == Held::State::Rematching) {
    CO_TRY(co_await step_rematch(number));
    co_return true;
  }
  co_return co_await step_live(number);
}

// From what the vector says to what is lacking: by modification sequence where that can be trusted, by digest, or by
// ranges.
Task<Result<>> SyncFeed::resolve(std::uint32_t number) {
  Mailbox* mailbox = shared_.mailboxes.find(number);
  const std::uint32_t end = held_[number].sent_next;
  const sync::MailboxVector base = held_[number].base;
  const bool alike =
      mailbox->picture.count_below(end) == base.count && mailbox->picture.digest_below(end) == base.digest;
  if (!alike && held_[number].trusted && base.mod_seq.value != 0 && mailbox->mod_seq != 0) {
    auto lease = co_await shared_.upstream.work(Urgency::Sync);
    if (!lease) co_return tl::unexpected(std::move(lease).error());
    held_[number].trusted = false;  // once
    auto opened = co_await shared_.mailboxes.open(**lease, number, true);
    if (opened) {
      std::vector<std::uint32_t> touched;
      const auto row = [&touched](connector::FlagRow found) { touched.push_back(found.uid.value); };
      connector::OnFlagRow on_row = row;
      const bool qresync = (*lease)->can().qresync;
      const imap::ModSeq since{base.mod_seq.value};
      auto vanished = co_await (*lease)->changed_since(since, qresync, std::move(on_row));
      mailbox = shared_.mailboxes.find(number);
      Held& held = held_[number];
      if (vanished && mailbox != nullptr && held.state == Held::State::Base) {
        for (const std::uint32_t uid : touched)
          if (uid < end && mailbox->picture.find(uid) != nullptr) held.dirty.insert(uid);
        for (const imap::Range& range : vanished->ranges())
          for (std::uint64_t uid = range.first; uid <= range.last && uid < end; ++uid)
            if (mailbox->picture.find(static_cast<std::uint32_t>(uid)) == nullptr)
              held.gone.insert(static_cast<std::uint32_t>(uid));
        const bool counted = mailbox->picture.count_below(end) == base.count;
        if (qresync || counted) held.state = Held::State::Live;
      }
    }
  } else {
    held_[number].trusted = false;
  }
  mailbox = shared_.mailboxes.find(number);
  Held& held = held_[number];
  if (mailbox == nullptr || held.state != Held::State::Base) co_return Result<>();
  if (alike) {
    held.state = Held::State::Live;
  } else {
    begin_descent(*mailbox, held);
  }
  co_return Result<>();
}

void SyncFeed::begin_descent(const Mailbox& mailbox, Held& held) {
  held.state = Held::State::Descending;
  held.asked = false;
  held.snapshot = mailbox.picture.entries_below(held.sent_next);
  const ServerUid high{held.sent_next - 1};
  held.descent = std::make_unique<sync::RangeDescent>(held.snapshot, mailbox.number, high);
  const sync::RangeState whole{ServerUid{1}, high, held.base.count, held.base.digest};
  held.descent->start_with(whole);
}

Task<Result<bool>> SyncFeed::step_descent(std::uint32_t number) {
  Held& held = held_[number];
  if (held.asked) co_return false;
  if (std::optional<sync::AskRanges> question = held.descent->next_question()) {
    held.asked = true;
    CO_TRY(co_await send(std::move(*question)));
    co_return true;
  }
  if (!held.descent->done()) co_return false;
  const Mailbox* mailbox = shared_.mailboxes.find(number);
  const sync::Difference& difference = held.descent->difference();
  for (const sync::Entry& entry : difference.changed)
    if (mailbox->picture.find(entry.uid.value) != nullptr) held.dirty.insert(entry.uid.value);
  imap::SequenceSet missing;
  for (const sync::Entry& entry : difference.missing_there) {
    missing.add(entry.uid.value);
    held.gone.erase(entry.uid.value);
    held.dirty.erase(entry.uid.value);
    if (mailbox->picture.find(entry.uid.value) != nullptr) held.missing.insert(entry.uid.value);
  }
  held.overviews = subtract(held.overviews, missing);
  for (const ServerUid uid : difference.extra_there)
    if (mailbox->picture.find(uid.value) == nullptr) held.gone.insert(uid.value);
  held.descent.reset();
  held.snapshot.clear();
  held.state = Held::State::Live;
  co_return true;
}

Task<Result<bool>> SyncFeed::step_live(std::uint32_t number) {
  const Mailbox* mailbox = shared_.mailboxes.find(number);
  Held& held = held_[number];
  if (!held.gone.empty()) {
    CO_TRY(co_await send_gone(number));
    co_return true;
  }
  if (!held.dirty.empty()) {
    CO_TRY(co_await send_flags(number));
    co_return true;
  }
  if (!held.missing.empty()) {
    std::vector<std::uint32_t> uids = take_front(held.missing, kSkeletonWindow);
    CO_TRY(co_await send_skeleton(number, std::move(uids), false));
    co_return true;
  }
  std::vector<std::uint32_t> fresh = mailbox->picture.from(held.sent_next, kSkeletonWindow);
  if (!fresh.empty()) {
    CO_TRY(co_await send_skeleton(number, std::move(fresh), true));
    co_return true;
  }
  if (held.announced) {
    // A new mail's overview goes right behind its skeleton; old ones wait their turn.
    const std::uint32_t next = next_overview(*mailbox, held);
    const std::optional<std::uint32_t> top = held.overviews.back();
    if (next != 0 && top && next > *top) co_return co_await step_overviews(number);
    co_return false;
  }
  held.announced = true;
  held.caught_up = true;
  held.sent_next = std::max(held.sent_next, mailbox->end());
  const sync::MailboxSynced synced{number,
                                   sync::UidValidity{mailbox->uid_validity},
                                   ServerUid{held.sent_next},
                                   sync::ModSeq{mailbox->mod_seq},
                                   mailbox->picture.count(),
                                   mailbox->picture.digest(),
                                   mailbox->rights.value_or(sync::Rights())};
  CO_TRY(co_await send(synced));
  co_return true;
}

Task<Result<>> SyncFeed::send_gone(std::uint32_t number) {
  sync::Vanished vanished;
  vanished.mailbox = number;
  held_[number].announced = false;
  for (const std::uint32_t uid : take_front(held_[number].gone, kGoneWindow)) vanished.uids.push_back(ServerUid{uid});
  co_return co_await send(std::move(vanished));
}

Task<Result<>> SyncFeed::send_flags(std::uint32_t number) {
  const Mailbox* mailbox = shared_.mailboxes.find(number);
  sync::FlagChanges changes;
  changes.mailbox = number;
  held_[number].announced = false;
  for (const std::uint32_t uid : take_front(held_[number].dirty, kFlagWindow)) {
    const sync::Flags* flags = mailbox->picture.find(uid);
    if (flags != nullptr) changes.entries.push_back({ServerUid{uid}, *flags});
  }
  if (changes.entries.empty()) co_return Result<>();
  co_return co_await send(std::move(changes));
}

// Flags are the picture's, so that the digest comes out. What the server counts and does not show is left out for good.
Task<Result<>> SyncFeed::send_skeleton(std::uint32_t number, std::vector<std::uint32_t> uids, bool in_order) {
  const std::uint32_t validity = shared_.mailboxes.find(number)->uid_validity;
  std::vector<connector::SkeletonRow> rows;
  {
    CO_TRY_ASSIGN(const Upstream::Lease lease, co_await shared_.upstream.work(Urgency::Sync));
    for (const bool anew : {false, true}) {
      CO_TRY(co_await shared_.mailboxes.open(*lease, number, anew));
      imap::SequenceSet wanted = set_of(uids);
      // A run of neighbours goes out as one range: gaps hold nothing that we would not know.
      if (in_order) wanted = imap::SequenceSet::range(uids.front(), uids.back());
      CO_TRY_ASSIGN(rows, co_await lease->skeleton(std::move(wanted)));
      if (rows.size() >= uids.size()) break;
    }
  }
  const Mailbox* mailbox = shared_.mailboxes.find(number);
  const auto found = held_.find(number);
  if (mailbox == nullptr || found == held_.end()) co_return Result<>();
  Held& held = found->second;
  if (held.state != Held::State::Live || mailbox->uid_validity != validity) co_return Result<>();
  sync::Skeleton skeleton;
  skeleton.mailbox = number;
  skeleton.uid_validity.value = validity;
  std::set<std::uint32_t> seen;
  const std::set<std::uint32_t> asked(uids.begin(), uids.end());
  for (const connector::SkeletonRow& row : rows) {
    const sync::Flags* flags = mailbox->picture.find(row.uid.value);
    if (asked.count(row.uid.value) == 0 || flags == nullptr || !seen.insert(row.uid.value).second) continue;
    skeleton.entries.push_back(entry_of(row, *flags));
  }
  std::vector<std::uint32_t> unseen;
  for (const std::uint32_t uid : uids)
    if (seen.count(uid) == 0 && mailbox->picture.find(uid) != nullptr) unseen.push_back(uid);
  held.announced = false;
  if (!unseen.empty()) shared_.mailboxes.hide(number, unseen);
  if (in_order) held.sent_next = uids.back() + 1;
  skeleton.complete_below.value = held.sent_next;
  if (skeleton.entries.empty()) co_return Result<>();
  if (in_order && held.caught_up) push_bodies(*mailbox, held, skeleton);
  co_return co_await send(std::move(skeleton));
}

// The body of a mail that arrives leaves with its skeleton: the device need not ask first. Only where notification is
// at once does the round trip matter.
void SyncFeed::push_bodies(const Mailbox& mailbox, Held& held, sync::Skeleton& skeleton) {
  if (standing_.feed == nullptr || !mailbox.name.is_inbox()) return;
  for (const sync::SkeletonEntry& entry : skeleton.entries) {
    if (entry.size > standing_.most || skeleton.pushed.size() >= kPushed) continue;
    skeleton.pushed.push_back(entry.uid);
    if (entry.size > kNoOverview) continue;
    held.overviews.add(imap::Range{mailbox.picture.below(entry.uid.value) + 1, entry.uid.value});
  }
  if (skeleton.pushed.empty()) return;
  skeleton.pushed_for = standing_.serial;
  standing_.feed->push(mailbox.name.utf8(), skeleton.uid_validity, skeleton.pushed);
}

Task<Result<>> SyncFeed::step_rematch(std::uint32_t number) {
  const Mailbox* mailbox = shared_.mailboxes.find(number);
  const std::uint32_t validity = mailbox->uid_validity;
  const std::vector<std::uint32_t> uids = mailbox->picture.from(held_[number].rematch_next, kRematchWindow);
  sync::Rematch rematch;
  rematch.mailbox = number;
  rematch.uid_validity.value = validity;
  rematch.last = uids.size() < kRematchWindow;
  if (!uids.empty()) {
    CO_TRY_ASSIGN(const Upstream::Lease lease, co_await shared_.upstream.work(Urgency::Sync));
    CO_TRY(co_await shared_.mailboxes.open(*lease, number, false));
    std::vector<std::string> fields;
    for (const char* field : {"MESSAGE-ID", "DATE", "FROM", "SUBJECT"}) fields.emplace_back(field);
    CO_TRY_ASSIGN(const std::vector<connector::HeaderRow> rows,
                  co_await lease->headers(set_of(uids), std::move(fields)));
    for (const connector::HeaderRow& row : rows) {
      const auto size = static_cast<std::uint32_t>(std::min<std::uint64_t>(row.size, UINT32_MAX));
      rematch.items.push_back({ServerUid{row.uid.value}, codec::convert::match_key(as_bytes(row.header)), size});
    }
  }
  const auto found = held_.find(number);
  if (found == held_.end() || found->second.state != Held::State::Rematching) co_return Result<>();
  mailbox = shared_.mailboxes.find(number);
  if (mailbox == nullptr || mailbox->uid_validity != validity) co_return Result<>();
  if (!uids.empty()) found->second.rematch_next = uids.back() + 1;
  if (rematch.last) found->second.state = Held::State::AwaitVector;
  co_return co_await send(std::move(rematch));
}

}  // namespace proxy::gateway::agent
