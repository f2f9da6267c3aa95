// BegunItems: which items one stream has begun lately, and where they stand on it. What the device has not here it may
// still have under way.
#pragma once
#include <map>
#include <optional>

#include "proxy/sync/items.h"

namespace proxy::gateway::agent {

class BegunItems {
 public:
  // Four times what a client keeps under way by policy: of what is older it knows itself what became of it.
  static constexpr std::size_t kMost = 1024;

  struct Place {
    std::uint64_t number = 0;
    std::uint64_t begin = 0;           // octets of the stream before it
    std::optional<std::uint64_t> end;  // nullopt: it is being sent
  };

  void begin(const sync::ItemKey& key, std::uint64_t sent) {
    forget(key);
    if (order_.size() >= kMost) forget(sync::ItemKey(order_.begin()->second));
    order_[++last_] = key;
    places_[key] = {last_, sent, std::nullopt};
  }
  void end(const sync::ItemKey& key, std::uint64_t sent) {
    const auto found = places_.find(key);
    if (found != places_.end()) found->second.end = sent;
  }
  void forget(const sync::ItemKey& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return;
    order_.erase(found->second.number);
    places_.erase(found);
  }
  // nullptr: not begun.
  const Place* find(const sync::ItemKey& key) const {
    const auto found = places_.find(key);
    return found == places_.end() ? nullptr : &found->second;
  }

 private:
  std::map<sync::ItemKey, Place> places_;
  std::map<std::uint64_t, sync::ItemKey> order_;
  std::uint64_t last_ = 0;
};

}  // namespace proxy::gateway::agent
