#include "proxy/gateway/agent/held_mails.h"

#include <algorithm>

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

HeldMails::Choice HeldMails::choose(const Traits& mail, const Room& room, std::uint64_t seconds, bool repeats) {
  const codec::refer::History::Choice ids = history_.choose(mail, room, seconds, repeats);
  Choice chosen;
  chosen.braked = ids.braked;
  for (const auto id : ids.fronts) chosen.fronts.push_back(keys_.at(id));
  for (const auto id : ids.whole) chosen.whole.push_back(keys_.at(id));
  // Rising numbers cost less than their order gains.
  std::sort(chosen.fronts.begin(), chosen.fronts.end());
  return chosen;
}

}  // namespace proxy::gateway::agent
