// COPY and MOVE: what a lost reply leaves unknown is found out by likeness above the UIDNEXT of before. A message
// leaves its mailbox only once its copy is known.                          Source: DESIGN promise 3, RFC 6851, 4315,
// RFC 4549 §5.1
#include <algorithm>
#include <map>

#include "proxy/gateway/agent/operation_run.h"

namespace proxy::gateway::agent {

using connector::Access;

namespace {

imap::SequenceSet source_set(const Marker& marker, const auto& wanted) {
  std::vector<imap::Range> ranges;
  for (std::size_t i = 0; i < marker.sources.size(); ++i)
    if (marker.sources[i].uid != 0 && wanted(i)) ranges.push_back({marker.sources[i].uid, marker.sources[i].uid});
  return imap::SequenceSet(std::move(ranges));
}

// The first `count` UIDs of a set, taken off it.
imap::SequenceSet take_front(imap::SequenceSet& set, std::size_t count) {
  imap::SequenceSet front;
  for (const imap::Range& range : set.ranges()) {
    const std::uint64_t some = std::min<std::uint64_t>(range.size(), count);
    if (some == 0) break;
    front.add(imap::Range{range.first, static_cast<std::uint32_t>(range.first + some - 1)});
    count -= some;
  }
  set = subtract(set, front);
  return front;
}

}  // namespace

std::vector<Claim> OperationRun::claims() const {
  std::vector<Claim> all;
  for (const sync::ServerUid uid : marker_->made)
    if (uid.value != 0) all.push_back({operation_.target, marker_->uid_validity, uid});
  return all;
}

Outcome OperationRun::placed(Code code, std::string text) const {
  Outcome outcome = end(code, std::move(text));
  outcome.result.target_validity = marker_->uid_validity;
  outcome.result.made = marker_->made;
  outcome.claims = claims();
  return outcome;
}

Task<Result<>> OperationRun::write_marker(std::vector<Claim> claims) {
  const Bytes bytes = encode_marker(*marker_);
  auto job = [&](TicketFile& file) { return file.set_marker(operation_.ticket, digest_, bytes, claims, now_); };
  co_return co_await store(std::move(job));
}

Task<Result<>> OperationRun::read_likeness(std::vector<Likeness>& sources) {
  std::multimap<std::uint32_t, Likeness*> by_uid;
  std::vector<imap::Range> ranges;
  for (Likeness& one : sources) {
    if (one.uid == 0) continue;
    ranges.push_back({one.uid, one.uid});
    by_uid.emplace(std::exchange(one.uid, 0U), &one);  // until it is seen to be there
  }
  imap::SequenceSet left(std::move(ranges));
  while (!left.empty()) {
    CO_TRY_ASSIGN(const std::vector<connector::HeaderRow> rows,
                  co_await connection_.headers(take_front(left, kLookAtOnce), std::vector<std::string>()));
    for (const connector::HeaderRow& row : rows) {
      const auto [begin, end] = by_uid.equal_range(row.uid.value);
      for (auto at = begin; at != end; ++at) {
        at->second->uid = row.uid.value;
        at->second->size = row.size;
        at->second->header = header_digest(row.header);
      }
    }
  }
  co_return Result<>();
}

Task<Result<std::optional<Outcome>>> OperationRun::prepare_sources(const Uids& uids) {
  Marker marker;
  for (const sync::ServerUid uid : uids) {
    Likeness source;
    source.uid = uid.value;
    marker.sources.push_back(source);
  }
  marker.made.resize(uids.size());
  CO_TRY(co_await read_likeness(marker.sources));
  if (std::ranges::all_of(marker.sources, [](const Likeness& one) { return one.uid == 0; }))
    co_return end(Code::Gone, "the messages are not there any more");
  marker_ = std::move(marker);
  co_return std::optional<Outcome>();
}

// What is in the target from the UIDNEXT of before on and belongs to no other ticket. After a change of UIDVALIDITY
// nothing older is worth anything: all of it.
Task<Result<imap::SequenceSet>> OperationRun::unclaimed(const imap::MailboxName& target) {
  CO_TRY_ASSIGN(const connector::Selected selected, co_await connection_.select(target, Access::ReadOnly));
  const sync::UidValidity here{selected.uid_validity.value};
  if (here != marker_->uid_validity) {
    marker_->uid_validity = here;
    marker_->uid_next = {1};
    marker_->made.assign(marker_->made.size(), {});
  }
  const std::uint32_t from = std::max(marker_->uid_next.value, 1U);
  imap::search::Numbers numbers{.uid = true, .set = imap::SequenceSet::from(from)};
  imap::SearchKey key{std::move(numbers)};
  CO_TRY_ASSIGN(imap::SequenceSet found, co_await connection_.search(std::move(key)));
  if (from > 1) found = subtract(found, imap::SequenceSet::range(1, from - 1));
  const std::string& mailbox = target.utf8();
  auto job = [&](TicketFile& file) { return file.claimed(operation_.ticket, mailbox, here, {from}); };
  CO_TRY_ASSIGN(const std::set<std::uint32_t> others, co_await store(std::move(job)));
  imap::SequenceSet taken;
  for (const std::uint32_t uid : others) taken.add(uid);
  for (const sync::ServerUid uid : marker_->made)
    if (uid.value != 0) taken.add(uid.value);
  co_return subtract(found, taken);
}

Task<Result<>> OperationRun::find_copies(const imap::MailboxName& target) {
  CO_TRY_ASSIGN(imap::SequenceSet candidates, co_await unclaimed(target));
  if (candidates.empty()) co_return Result<>();
  std::multimap<std::pair<std::uint64_t, ContentDigest>, std::size_t> wanted;
  std::set<std::uint64_t> sizes;
  for (std::size_t i = 0; i < marker_->sources.size(); ++i) {
    if (marker_->sources[i].uid == 0 || marker_->made[i].value != 0) continue;
    wanted.emplace(std::pair(marker_->sources[i].size, marker_->sources[i].header), i);
    sizes.insert(marker_->sources[i].size);
  }
  CO_TRY_ASSIGN(const std::vector<connector::SkeletonRow> rows, co_await connection_.skeleton(std::move(candidates)));
  imap::SequenceSet alike;
  for (const connector::SkeletonRow& row : rows)
    if (sizes.contains(row.size)) alike.add(row.uid.value);
  while (!alike.empty() && !wanted.empty()) {
    CO_TRY_ASSIGN(const std::vector<connector::HeaderRow> headers,
                  co_await connection_.headers(take_front(alike, kLookAtOnce), std::vector<std::string>()));
    for (const connector::HeaderRow& row : headers) {  // ascending, as servers copy: twins keep their order
      const auto at = wanted.find(std::pair(row.size, header_digest(row.header)));
      if (at == wanted.end()) continue;
      const auto first = wanted.lower_bound(at->first);
      marker_->made[first->second] = {row.uid.value};
      wanted.erase(first);
    }
  }
  co_return Result<>();
}

Task<Result<imap::SequenceSet>> OperationRun::still_there(const imap::MailboxName& source, Access access) {
  CO_TRY_ASSIGN(const connector::Selected selected, co_await connection_.select(source, access));
  imap::SequenceSet there;
  auto row = [&there](const connector::FlagRow& found) { there.add(found.uid.value); };
  imap::SequenceSet all = source_set(*marker_, [](std::size_t) { return true; });
  CO_TRY(co_await connection_.scan_flags(std::move(all), row));
  co_return there;
}

void OperationRun::take_copy_uid(const std::optional<imap::code::CopyUid>& code) {
  if (!code) return;
  const auto runs = imap::copy_runs(*code);
  if (!runs) return;  // the server contradicts itself: looked for instead
  const sync::UidValidity there{code->uid_validity.value};
  if (there != marker_->uid_validity) {
    marker_->uid_validity = there;
    marker_->made.assign(marker_->made.size(), {});
  }
  std::multimap<std::uint32_t, std::size_t> by_uid;
  for (std::size_t i = 0; i < marker_->sources.size(); ++i)
    if (marker_->sources[i].uid != 0) by_uid.emplace(marker_->sources[i].uid, i);
  for (const imap::CopyRun& run : *runs)
    for (auto at = by_uid.lower_bound(run.from); at != by_uid.end() && at->first - run.from < run.count; ++at)
      marker_->made[at->second] = {run.to + (at->first - run.from)};
}

Task<Result<>> OperationRun::write_target_marker(const imap::MailboxName& target) {
  imap::StatusItems items{imap::StatusItem::UidNext, imap::StatusItem::UidValidity};
  CO_TRY_ASSIGN(const imap::response::Status status, co_await connection_.status(target, items));
  const sync::UidValidity there{status.uid_validity.value_or(imap::UidValidity{}).value};
  if (there != marker_->uid_validity) marker_->made.assign(marker_->made.size(), {});
  marker_->uid_validity = there;
  marker_->uid_next = {status.uid_next.value_or(imap::Uid{1}).value};  // not stated: everything is looked at
  co_return co_await write_marker(claims());
}

// The source is selected. Sends the command for what has no copy yet, after its marker is durable.
Task<Result<std::optional<Outcome>>> OperationRun::place_missing(const imap::MailboxName& target,
                                                                 const imap::SequenceSet& there) {
  const Access access = moves() ? Access::ReadWrite : Access::ReadOnly;
  if (auto written = co_await write_target_marker(target); !written) {
    if (!said_no(written.error())) co_return tl::unexpected(written.error());
    co_return refused(written.error(), false);
  }
  auto name = co_await name_of(operation_.mailbox);
  if (!name) co_return tl::unexpected(name.error());
  CO_TRY_ASSIGN(const connector::Selected selected, co_await connection_.select(*name, access));
  imap::SequenceSet missing = source_set(*marker_, [&](std::size_t i) { return marker_->made[i].value == 0; });
  missing = intersect(missing, there);
  Result<std::optional<imap::code::CopyUid>> code;
  if (moves() && connection_.can().move) {
    code = co_await connection_.move(std::move(missing), target);
  } else {
    code = co_await connection_.copy(std::move(missing), target);
  }
  if (!code) {
    if (!said_no(code.error())) co_return tl::unexpected(code.error());
    co_return refused(code.error(), false);
  }
  take_copy_uid(*code);
  bool all_known = true;
  for (std::size_t i = 0; i < marker_->made.size(); ++i)
    if (marker_->made[i].value == 0 && there.contains(marker_->sources[i].uid)) all_known = false;
  if (!all_known) CO_TRY(co_await find_copies(target));
  co_return std::optional<Outcome>();
}

// Servers without MOVE: what has a copy that we know is marked and expunged, that and nothing else.
Task<Result<Outcome>> OperationRun::remove_sources(const imap::MailboxName& source) {
  CO_TRY_ASSIGN(const imap::SequenceSet there, co_await still_there(source, Access::ReadWrite));
  imap::SequenceSet copied = source_set(*marker_, [&](std::size_t i) { return marker_->made[i].value != 0; });
  copied = intersect(copied, there);
  const bool unsure = copied.size() != there.size();
  if (copied.empty()) {
    if (!unsure) co_return placed(Code::Done);
    co_return placed(Code::Refused, "copied, but the copies cannot be found again: the originals stay");
  }
  CO_TRY(co_await write_marker(claims()));
  imap::FlagSet deleted{imap::SystemFlag::Deleted};
  CO_TRY_ASSIGN(const imap::SequenceSet refused_set,
                co_await connection_.store(copied, imap::command::StoreMode::Add, deleted, std::nullopt));
  CO_TRY_ASSIGN(const Outcome expunged, co_await expunge_set(std::move(copied)));
  if (!expunged.final || expunged.result.code != Code::Done) co_return not_now(Code::Later, expunged.result.text);
  std::string text = expunged.result.text;
  if (unsure) text = "some copies cannot be found again: their originals stay";
  co_return placed(Code::Done, std::move(text));
}

Task<Result<Outcome>> OperationRun::copy_or_move() {
  auto target = co_await name_of(operation_.target);
  if (!target) {
    if (!connection_.usable()) co_return tl::unexpected(target.error());
    co_return end(Code::Refused, "no mailbox can have this name");
  }
  Uids uids;
  const Access access = moves() ? Access::ReadWrite : Access::ReadOnly;
  CO_TRY_ASSIGN(std::optional<Outcome> cannot, co_await open_items(access, uids));
  if (cannot) co_return std::move(*cannot);
  auto source = co_await name_of(operation_.mailbox);
  if (!source) co_return tl::unexpected(source.error());
  if (marker_ && marker_->sources.size() == operation_.items.size()) {
    CO_TRY(co_await find_copies(*target));  // an earlier try may have run
  } else {
    CO_TRY_ASSIGN(cannot, co_await prepare_sources(uids));
    if (cannot) co_return std::move(*cannot);
  }
  CO_TRY_ASSIGN(const imap::SequenceSet there, co_await still_there(*source, access));
  const imap::SequenceSet open = source_set(*marker_, [&](std::size_t i) { return marker_->made[i].value == 0; });
  if (!intersect(open, there).empty()) {
    CO_TRY_ASSIGN(cannot, co_await place_missing(*target, there));
    if (cannot) co_return std::move(*cannot);
  }
  if (moves()) co_return co_await remove_sources(*source);
  co_return placed(Code::Done);
}

}  // namespace proxy::gateway::agent
