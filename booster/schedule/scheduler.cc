#include "booster/schedule/scheduler.h"

#include <algorithm>

#include "codec/base/check.h"

namespace booster::schedule {

void Scheduler::add(Key stream, Class of) {
  auto [at, fresh] = streams_.try_emplace(stream);
  CHECK(fresh);
  at->second.of = of;
  at->second.deficit = kQuantum;
  at->second.where = parked_.insert(parked_.end(), stream);
}

void Scheduler::remove(Key stream) {
  Entry& gone = entry(stream);
  take_out(gone);
  parked_.erase(gone.where);
  streams_.erase(stream);
}

void Scheduler::set_class(Key stream, Class of) {
  Entry& changed = entry(stream);
  if (changed.of == of) return;
  take_out(changed);
  changed.of = of;
  place(changed);
}

void Scheduler::set_ready(Key stream, bool ready) {
  Entry& changed = entry(stream);
  changed.ready = ready;
  place(changed);
}

void Scheduler::pause(Key stream) {
  Entry& changed = entry(stream);
  changed.paused = true;
  place(changed);
}

void Scheduler::resume(Key stream) {
  Entry& changed = entry(stream);
  changed.paused = false;
  place(changed);
}

Class Scheduler::class_of(Key stream) const {
  return streams_.at(stream).of;
}

bool Scheduler::is_paused(Key stream) const {
  return streams_.at(stream).paused;
}

std::optional<Key> Scheduler::next() {
  if (aged_ && (aged_left_ == 0 || lanes_[*aged_].idle())) aged_.reset();
  if (!aged_ && (aged_ = aged_lane())) aged_left_ = kAgedQuantum;
  if (aged_) return front_of(lanes_[*aged_]);
  for (Lane& lane : lanes_) {
    if (!lane.idle()) return front_of(lane);
  }
  return std::nullopt;
}

void Scheduler::sent(Key stream, std::size_t bytes) {
  Entry& sender = entry(stream);
  const std::size_t own = index(sender.of);
  for (std::size_t i = 0; i < kClasses; ++i) {
    Lane& lane = lanes_[i];
    lane.waited = i == own || lane.idle() ? 0 : lane.waited + bytes;
  }
  if (aged_ == own) aged_left_ -= bytes < aged_left_ ? bytes : aged_left_;
  sender.deficit -= static_cast<std::int64_t>(bytes);
  charge_sparse(lanes_[own], sender, bytes);
  if (!sender.queued || sender.sparse_left > 0 || sender.deficit > 0) return;
  sender.deficit += kQuantum;
  std::list<Key>& turns = lanes_[own].turns;
  turns.splice(turns.end(), turns, sender.where);
}

void Scheduler::charge_sparse(Lane& lane, Entry& sender, std::size_t bytes) {
  lane.sent += bytes;
  const std::size_t sharing = std::max<std::size_t>(lane.sparse.size() + lane.turns.size(), 1);
  sender.part_used_to = std::max(sender.part_used_to, lane.sent - bytes) + bytes * sharing;
  if (sender.sparse_left == 0) return;
  sender.sparse_left -= std::min(bytes, sender.sparse_left);
  if (sender.sparse_left == 0) lane.turns.splice(lane.turns.end(), lane.sparse, sender.where);
}

bool Scheduler::urgent_waiting() const {
  for (std::size_t i = 0; i <= index(Class::Interactive); ++i) {
    if (!lanes_[i].idle()) return true;
  }
  return false;
}

Scheduler::Entry& Scheduler::entry(Key stream) {
  const auto found = streams_.find(stream);
  CHECK(found != streams_.end());
  return found->second;
}

void Scheduler::place(Entry& entry) {
  if (entry.ready && !entry.paused) {
    put_in(entry);
  } else {
    take_out(entry);
  }
}

void Scheduler::take_out(Entry& entry) {
  if (!entry.queued) return;
  Lane& lane = lanes_[index(entry.of)];
  parked_.splice(parked_.end(), entry.sparse_left > 0 ? lane.sparse : lane.turns, entry.where);
  entry.sparse_left = 0;
  entry.queued = false;
  --ready_count_;
  if (lane.idle()) lane.waited = 0;
}

void Scheduler::put_in(Entry& entry) {
  if (entry.queued) return;
  Lane& lane = lanes_[index(entry.of)];
  const bool sparse = entry.deficit > 0 && entry.part_used_to <= lane.sent;
  entry.sparse_left = sparse ? kSparse : 0;
  std::list<Key>& into = sparse ? lane.sparse : lane.turns;
  into.splice(into.end(), parked_, entry.where);
  entry.queued = true;
  ++ready_count_;
  if (entry.deficit > 0) entry.deficit = kQuantum;  // it comes at the end of the round; only a debt is remembered
}

std::optional<std::size_t> Scheduler::aged_lane() {
  std::optional<std::size_t> oldest;
  for (std::size_t i = 0; i < kClasses; ++i) {
    if (lanes_[i].idle() || lanes_[i].waited < kAgeBytes) continue;
    if (!oldest || lanes_[i].waited > lanes_[*oldest].waited) oldest = i;
  }
  return oldest;
}

// A stream that sent more than its turn pays with the next ones.
Key Scheduler::front_of(Lane& lane) {
  if (!lane.sparse.empty()) return lane.sparse.front();
  for (;;) {
    Entry& first = entry(lane.turns.front());
    if (first.deficit > 0) return lane.turns.front();
    first.deficit += kQuantum;
    lane.turns.splice(lane.turns.end(), lane.turns, first.where);
  }
}

}  // namespace booster::schedule
