// Paths come into use, and go.                                                            Source: PROTOCOL.md §4
#include <algorithm>
#include <utility>

#include "booster/transport/connection.h"
#include "codec/base/check.h"

namespace booster::transport {

// Another address of ours, or of the gateway's. It proves itself before anything is known of it.
Result<path::Path*> Connection::open_path(const Route& route, TimePoint now) {
  CHECK(settings_.role == Role::Client);
  const std::optional<PathId> next = path_ids_.next_unused();
  if (!established_ || !next || end_) {
    return fail(Errc::Full, "move: the gateway has given no id for another path yet");
  }
  path::Path& path = add_path(*next, route, path_ids_.ours().at(next->value));
  path.heard = now;
  path.opened = now;
  path.validation.begin();
  path.rtt.guess(active_path().rtt.smoothed());
  start_rate(path);
  path.pacer.set_rate(path.rate->pacing(), path.mtu.size(), now);
  return &path;
}

Result<PathId> Connection::move(const Route& route, TimePoint now) {
  std::vector<PathId> waiting;  // addresses that were tried before and have not answered
  for (const auto& [id, path] : paths_) {
    if (!path->proved()) waiting.push_back(id);
  }
  TRY_ASSIGN(path::Path* const path, open_path(route, now));
  // It may not have arrived yet, and the gateway can make nothing of this path without it.
  ids_due_.push_front(path->id);
  active_ = path->id;
  ++moves_;
  for (const PathId tried : waiting) {
    retires_due_.push_back(tried);
    drop_path(tried, now);
  }
  issue_ids();
  return path->id;
}

Result<PathId> Connection::try_path(const Route& route, TimePoint now) {
  TRY_ASSIGN(path::Path* const path, open_path(route, now));
  issue_ids();
  return path->id;
}

Result<> Connection::go_to(PathId id, TimePoint now) {
  const auto found = paths_.find(id);
  if (found == paths_.end() || !found->second->proved() || end_) return fail(Errc::NotFound, "move: no such path");
  if (id == active_) return {};
  active_ = id;
  ++moves_;
  give_up_others(now);
  tell(Moved{id, found->second->route});
  return {};
}

void Connection::give_up_trials(TimePoint now) {
  std::vector<PathId> trials;
  for (const auto& [id, path] : paths_) {
    if (id != active_ && !path->claimed) trials.push_back(id);
  }
  for (const PathId id : trials) {
    retires_due_.push_back(id);
    drop_path(id, now);
  }
}

void Connection::give_up_others(TimePoint now) {
  std::vector<PathId> others;
  for (const auto& [other, path] : paths_) {
    if (other != active_) others.push_back(other);
  }
  for (const PathId other : others) {
    retires_due_.push_back(other);
    drop_path(other, now);
  }
}

bool Connection::uses(const Route& route) const {
  return std::any_of(paths_.begin(), paths_.end(), [&](const auto& each) { return each.second->route == route; });
}

// Who moves has most likely lost the address before: what is under way there does not wait to be found lost.
void Connection::send_again(path::Path& path, TimePoint now) {
  while (recovery::SentPacket* const oldest = path.sent.oldest_unprobed()) requeue(*oldest, now);
}

// The peer's answer to our challenge: this path is real, and the newest one is where we go on.
void Connection::on_proved(PathId id, TimePoint now) {
  if (id < active_) return;
  if (settings_.role == Role::Gateway) return follow(id, now);
  if (id != active_) return tell(PathProved{id});
  tell(Moved{id, paths_.at(id)->route});
  give_up_others(now);
}

// The client goes on there, which it says by more than asking whether it could. Until it has shown that it receives
// there it gets what it may (allowed_to): the oldest of what is missing, a round trip before the rest.
void Connection::follow(PathId id, TimePoint now) {
  const path::Path& path = *paths_.at(id);
  if (id <= active_ || !path.claimed) return;
  const PathId before = std::exchange(active_, id);
  ++moves_;
  tell(Moved{id, path.route});
  send_again(*paths_.at(before), now);
}

// Whoever was followed does not answer: back to the newest that did.
void Connection::return_from(PathId id, TimePoint now) {
  if (id != active_) return;
  const auto answers = std::find_if(paths_.rbegin(), paths_.rend(), [&](const auto& each) {
    return each.first != id && proved(*each.second) && each.second->claimed;
  });
  if (answers == paths_.rend()) return;
  active_ = answers->first;
  ++moves_;
  tell(Moved{active_, answers->second->route});
  send_again(*paths_.at(id), now);
}

void Connection::drop_path(PathId id, TimePoint now) {
  const auto found = paths_.find(id);
  if (found == paths_.end()) {
    const auto ours = path_ids_.ours().find(id.value);
    if (ours == path_ids_.ours().end()) return;
    tell(IdRetired{ours->second});
    path_ids_.retire(id);
    return issue_ids();
  }
  const std::unique_ptr<path::Path> path = std::move(found->second);
  paths_.erase(found);
  path_ids_.retire(id);
  if (keys_) keys_->forget(id);
  tell(IdRetired{path->ours});
  if (active_ == id) {
    // The newest that is proved and no trial; else the newest, which proves itself before it carries data.
    active_ = paths_.rbegin()->first;
    for (const auto& [other, each] : paths_) {
      if (proved(*each) && each->claimed) active_ = other;
    }
  }
  for (const recovery::SentPacket& packet : path->sent.take_all()) requeue(packet, now);
  issue_ids();
}

}  // namespace booster::transport
