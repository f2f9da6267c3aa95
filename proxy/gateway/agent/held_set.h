// HeldSet: which bodies one device holds. Known, not guessed: the device says all of it when it begins, what goes to it
// is added, and what it then finds missing is taken out. What is in them the chunk index tells.   Source: PROTOCOL.md
// §5
#pragma once
#include <map>
#include <string>
#include <vector>

#include "proxy/imap/sequence_set.h"
#include "proxy/sync/items.h"

namespace proxy::gateway::agent {

class HeldSet {
 public:
  void replace(const std::vector<sync::HeldRanges>& all);
  void add(const sync::ItemKey& key);
  void remove(const sync::ItemKey& key);
  bool contains(const sync::ItemKey& key) const;

 private:
  using Place = std::pair<std::string, std::uint32_t>;
  std::map<Place, imap::SequenceSet> sets_;
};

}  // namespace proxy::gateway::agent
