// Paths come into use, and go.                                                            Source: PROTOCOL.md §4
#include <algorithm>
#include <utility>

#include "booster/transport/connection.h"

namespace booster::transport {

// Who moves has most likely lost the address before: what is under way there does not wait to be found lost.
void Connection::send_again(path::Path& path, TimePoint now) {
  while (recovery::SentPacket* const oldest = path.sent.oldest_unprobed()) requeue(*oldest, now);
}

// The peer's answer to our challenge: this path is real, and the newest one is where we go on.
void Connection::on_proved(PathId id, TimePoint now) {
  if (id < active_) return;
  const PathId before = std::exchange(active_, id);
  if (id != before) ++moves_;
  tell(Moved{id, paths_.at(id)->route});
  if (settings_.role == Role::Gateway) {
    if (id != before) send_again(*paths_.at(before), now);
    return;
  }
  std::vector<PathId> others;
  for (const auto& [other, path] : paths_) {
    if (other != id) others.push_back(other);
  }
  for (const PathId other : others) {
    retires_due_.push_back(other);
    drop_path(other, now);
  }
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
    // The newest that is proved; else the newest, which proves itself before it carries data.
    active_ = paths_.rbegin()->first;
    for (const auto& [other, each] : paths_) {
      if (proved(*each)) active_ = other;
    }
  }
  for (const recovery::SentPacket& packet : path->sent.take_all()) requeue(packet, now);
  issue_ids();
}

}  // namespace booster::transport
