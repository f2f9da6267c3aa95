// HeldMails: mails that one device is known to hold, and which of them a new one may be coded against. Known, not
// guessed: the device named it, or it went to the device before. No octets: those come again from the mail server.
//                                                                                     Source: codec/refer/RULES.md
#pragma once
#include <map>

#include "codec/refer/history.h"
#include "proxy/sync/items.h"

namespace proxy::gateway::agent {

// A larger mail is not referred to: it would be fetched whole for its front.
constexpr std::size_t kLargestReferred = 128 * 1024;

class HeldMails {
 public:
  using Traits = codec::refer::Traits;

  void add(const sync::ItemKey& key, Traits traits, std::size_t size);
  void forget(const sync::ItemKey& key);
  bool holds(const sync::ItemKey& key) const { return ids_.contains(key); }
  std::size_t size() const { return ids_.size(); }
  // As History::choose.
  std::vector<sync::ItemKey> choose(const Traits& mail, std::size_t octets, std::uint64_t seconds);

 private:
  codec::refer::History history_;
  std::map<sync::ItemKey, codec::refer::History::Id> ids_;
  std::map<codec::refer::History::Id, sync::ItemKey> keys_;  // rise in time
  codec::refer::History::Id last_ = 0;
};

}  // namespace proxy::gateway::agent
