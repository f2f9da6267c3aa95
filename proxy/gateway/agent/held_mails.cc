#include "proxy/gateway/agent/held_mails.h"

namespace proxy::gateway::agent {

void HeldMails::add(const sync::ItemKey& key, Traits traits, std::size_t size) {
  forget(key);
  if (keys_.size() >= codec::refer::kMostKept) forget(sync::ItemKey(keys_.begin()->second));
  history_.add(++last_, std::move(traits), size);
  ids_[key] = last_;
  keys_[last_] = key;
}

void HeldMails::forget(const sync::ItemKey& key) {
  const auto found = ids_.find(key);
  if (found == ids_.end()) return;
  history_.remove(found->second);
  keys_.erase(found->second);
  ids_.erase(found);
}

std::vector<sync::ItemKey> HeldMails::choose(const Traits& mail, std::size_t octets, std::uint64_t seconds) {
  std::vector<sync::ItemKey> chosen;
  for (const codec::refer::History::Id id : history_.choose(mail, octets, seconds)) chosen.push_back(keys_.at(id));
  return chosen;
}

}  // namespace proxy::gateway::agent
