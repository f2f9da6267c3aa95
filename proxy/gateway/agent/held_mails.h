// HeldMails: mails that one device is known to hold, and which of them a new one may be coded against. Known, not
// guessed: the device named it, or it went to the device before. No octets: those come again from the mail server.
//                                                                                     Source: codec/refer/RULES.md
#pragma once
#include <map>

#include "codec/refer/history.h"
#include "proxy/sync/items.h"

namespace proxy::gateway::agent {

// A larger mail is not referred to.
constexpr std::size_t kLargestReferred = codec::refer::most_octets(codec::refer::Extent::Whole);

class HeldMails {
 public:
  using Traits = codec::refer::Traits;
  using Room = codec::refer::History::Room;
  struct Choice {
    std::vector<sync::ItemKey> fronts;  // as ItemReferences has them
    std::vector<sync::ItemKey> whole;
    bool braked = false;
  };

  void add(const sync::ItemKey& key, Traits traits, std::size_t size);
  void forget(const sync::ItemKey& key);
  bool holds(const sync::ItemKey& key) const { return ids_.contains(key); }
  std::size_t size() const { return ids_.size(); }
  // As History::choose, may_refer.
  Choice choose(const Traits& mail, const Room& room, std::uint64_t seconds, bool repeats);
  bool may_refer(const Traits& mail, const Traits& earlier) const { return history_.may_refer(mail, earlier); }

 private:
  codec::refer::History history_;
  std::map<sync::ItemKey, codec::refer::History::Id> ids_;
  std::map<codec::refer::History::Id, sync::ItemKey> keys_;  // rise in time
  codec::refer::History::Id last_ = 0;
};

}  // namespace proxy::gateway::agent
