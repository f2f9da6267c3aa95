#include "booster/transport/path/path_ids.h"

#include <algorithm>

namespace booster::transport::path {

Result<> PathIds::on_peer_id(PathId path, const PeerId& id) {
  if (path.value >= kMaxPaths || path.value >= used_to_ + 2 * kPathsAtOnce) {
    return fail(Errc::Limit, "ids for more paths than may be opened");
  }
  if (retired(path)) return {};
  const auto found = theirs_.find(path.value);
  if (found == theirs_.end()) {
    theirs_.emplace(path.value, id);
    return {};
  }
  if (found->second.id != id.id) return fail(Errc::Protocol, "a second id for a path");
  found->second.reset = id.reset;
  return {};
}

const PeerId* PathIds::peer_id(PathId path) const {
  const auto found = theirs_.find(path.value);
  return found == theirs_.end() ? nullptr : &found->second;
}

std::optional<PathId> PathIds::next_unused() const {
  for (const auto& [path, id] : theirs_) {
    if (path >= used_to_ && ours_.contains(path)) return PathId{path};
  }
  return std::nullopt;
}

bool PathIds::wants_more() const {
  return next_ours_ < used_to_ + kPathsAtOnce && next_ours_ < kMaxPaths;
}

void PathIds::on_used(PathId path) {
  used_to_ = std::max(used_to_, path.value + 1);
}

void PathIds::retire(PathId path) {
  theirs_.erase(path.value);
  ours_.erase(path.value);
  retired_.insert(path.value);
  on_used(path);  // the peer may have used it without our hearing of it: it gets another one
  // Paths are used in rising order, so what lies far below can be told by its number.
  while (retired_.size() > 4 * kPathsAtOnce) retired_.erase(retired_.begin());
}

bool PathIds::retired(PathId path) const {
  if (retired_.contains(path.value)) return true;
  return path.value < used_to_ && !ours_.contains(path.value);
}

}  // namespace booster::transport::path
