// The connection ids of paths: each end gives the other an id for every path that it may open next.
// Source: PROTOCOL.md §4, RFC 9000 §5.1
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "booster/transport/packet/header.h"
#include "booster/transport/packet/stateless.h"
#include "booster/transport/path/limits.h"

namespace booster::transport::path {

struct PeerId {
  packet::ConnectionId id;
  packet::ResetToken reset{};
};

class PathIds {
 public:
  // --- given by the peer
  //   Errors  Limit: more than kPathsAtOnce ahead · Protocol: another id for a path that has one
  Result<> on_peer_id(PathId path, const PeerId& id);
  const PeerId* peer_id(PathId path) const;
  void set_peer_id(PathId path, const packet::ConnectionId& id) { theirs_[path.value].id = id; }
  std::optional<PathId> next_unused() const;  // a path above every used one for which both ends have an id

  // --- given to the peer
  const std::map<std::uint32_t, packet::ConnectionId>& ours() const { return ours_; }
  void add_ours(PathId path, const packet::ConnectionId& id) { ours_[path.value] = id; }
  bool wants_more() const;  // the peer should get another one
  PathId next_ours() const { return {next_ours_}; }
  void gave_ours() { ++next_ours_; }
  bool given(PathId path) const { return path.value < next_ours_; }

  void on_used(PathId path);
  void retire(PathId path);
  bool retired(PathId path) const;

 private:
  std::map<std::uint32_t, PeerId> theirs_;
  std::map<std::uint32_t, packet::ConnectionId> ours_;
  std::uint32_t next_ours_ = 1;  // path 0's came with the handshake
  std::uint32_t used_to_ = 1;    // one above the highest path used
  std::set<std::uint32_t> retired_;
};

}  // namespace booster::transport::path
