#include "proxy/sync/range_digest.h"

#include <algorithm>

namespace proxy::sync {
namespace {

bool below(const Entry& entry, ServerUid uid) {
  return entry.uid < uid;
}

}  // namespace

RangeState state_of_range(std::span<const Entry> ascending, ServerUid low, ServerUid high) {
  RangeState state;
  state.low = low;
  state.high = high;
  for (auto entry = std::lower_bound(ascending.begin(), ascending.end(), low, below);
       entry != ascending.end() && entry->uid <= high; ++entry) {
    ++state.count;
    state.digest.add(entry->uid, entry->flags);
  }
  return state;
}

RangeDescent::RangeDescent(std::span<const Entry> ours, std::uint32_t mailbox, ServerUid high)
    : ours_(ours), mailbox_(mailbox) {
  if (high.value > 0) to_ask_.push_back({ServerUid{1}, high, ours.size() <= kWholeRange / 2});
}

void RangeDescent::start_with(const RangeState& whole) {
  to_ask_.clear();
  judge(whole);
}

std::span<const Entry> RangeDescent::ours_in(ServerUid low, ServerUid high) const {
  const auto begin = std::lower_bound(ours_.begin(), ours_.end(), low, below);
  auto end = begin;
  end = std::upper_bound(begin, ours_.end(), high, [](ServerUid uid, const Entry& entry) { return uid < entry.uid; });
  return {begin, end};
}

std::optional<AskRanges> RangeDescent::next_question() {
  if (to_ask_.empty()) return std::nullopt;
  AskRanges question;
  question.mailbox = mailbox_;
  const std::size_t count = std::min(to_ask_.size(), kMaxAsked);
  for (std::size_t i = 0; i < count; ++i) {
    question.ranges.push_back({to_ask_[i].low, to_ask_[i].high, to_ask_[i].whole});
    asked_.push_back(to_ask_[i]);
  }
  to_ask_.erase(to_ask_.begin(), to_ask_.begin() + static_cast<std::ptrdiff_t>(count));
  return question;
}

Result<> RangeDescent::on_answer(const RangeStates& answer) {
  if (answer.mailbox != mailbox_) return fail(Errc::Protocol, "range answer for another mailbox");
  for (std::size_t i = 1; i < answer.entries.size(); ++i)
    if (!(answer.entries[i - 1].uid < answer.entries[i].uid))
      return fail(Errc::Protocol, "range answer: entries not ascending");
  std::vector<Range> answered = std::move(asked_);
  asked_.clear();
  std::size_t used = 0;
  std::size_t states = 0;
  std::sort(answered.begin(), answered.end());
  for (const Range& range : answered) {
    if (!range.whole) continue;
    const auto begin = std::lower_bound(answer.entries.begin(), answer.entries.end(), range.low, below);
    auto end = begin;
    while (end != answer.entries.end() && end->uid <= range.high) ++end;
    used += static_cast<std::size_t>(end - begin);
    compare(range, {begin, end});
  }
  for (const RangeState& state : answer.ranges) {
    const bool asked = std::any_of(answered.begin(), answered.end(), [&](const Range& range) {
      return !range.whole && range.low == state.low && range.high == state.high;
    });
    if (!asked) return fail(Errc::Protocol, "range answer to nothing that was asked");
    ++states;
    judge(state);
  }
  const auto digests = static_cast<std::size_t>(
      std::count_if(answered.begin(), answered.end(), [](const Range& range) { return !range.whole; }));
  if (used != answer.entries.size() || states != digests)
    return fail(Errc::Protocol, "range answer does not fit its question");
  return {};
}

void RangeDescent::judge(const RangeState& theirs) {
  const RangeState mine = state_of_range(ours_, theirs.low, theirs.high);
  if (mine.count == theirs.count && mine.digest == theirs.digest) return;
  if (theirs.count == 0) {
    for (const Entry& entry : ours_in(theirs.low, theirs.high)) difference_.missing_there.push_back(entry);
    return;
  }
  if (mine.count + theirs.count <= kWholeRange || theirs.low == theirs.high) {
    to_ask_.push_back({theirs.low, theirs.high, true});
    return;
  }
  split(theirs.low, theirs.high);
}

// By our messages, so that each part holds about as many; where we have none, by the numbers themselves.
void RangeDescent::split(ServerUid low, ServerUid high) {
  const std::span<const Entry> inside = ours_in(low, high);
  ServerUid from = low;
  for (std::size_t part = 1; part <= kFanOut && from <= high; ++part) {
    ServerUid to = high;
    if (part < kFanOut) {
      if (inside.size() >= kFanOut) {
        to = inside[inside.size() * part / kFanOut - 1].uid;
      } else {
        to =
            ServerUid{static_cast<std::uint32_t>(low.value + (std::uint64_t{high.value} - low.value) * part / kFanOut)};
      }
    }
    if (to < from) continue;
    to_ask_.push_back({from, to, false});
    if (to.value == UINT32_MAX) break;
    from = ServerUid{to.value + 1};
  }
}

void RangeDescent::compare(const Range& range, std::span<const Entry> theirs) {
  const std::span<const Entry> mine = ours_in(range.low, range.high);
  std::size_t i = 0;
  std::size_t k = 0;
  while (i < mine.size() || k < theirs.size()) {
    if (k == theirs.size() || (i < mine.size() && mine[i].uid < theirs[k].uid)) {
      difference_.missing_there.push_back(mine[i++]);
    } else if (i == mine.size() || theirs[k].uid < mine[i].uid) {
      difference_.extra_there.push_back(theirs[k++].uid);
    } else {
      if (mine[i].flags != theirs[k].flags) difference_.changed.push_back(mine[i]);
      ++i;
      ++k;
    }
  }
}

}  // namespace proxy::sync
