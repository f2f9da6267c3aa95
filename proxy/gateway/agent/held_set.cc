#include "proxy/gateway/agent/held_set.h"

namespace proxy::gateway::agent {

void HeldSet::replace(const std::vector<sync::HeldRanges>& all) {
  sets_.clear();
  for (const sync::HeldRanges& one : all) {
    imap::SequenceSet& set = sets_[{one.mailbox, one.uid_validity.value}];
    for (const sync::UidRange& range : one.uids) set.add(imap::Range{range.first, range.last});
  }
}

void HeldSet::add(const sync::ItemKey& key) {
  sets_[{key.mailbox, key.uid_validity.value}].add(key.uid.value);
}

void HeldSet::remove(const sync::ItemKey& key) {
  const auto found = sets_.find({key.mailbox, key.uid_validity.value});
  if (found == sets_.end()) return;
  found->second = imap::subtract(found->second, imap::SequenceSet::single(key.uid.value));
}

bool HeldSet::contains(const sync::ItemKey& key) const {
  const auto found = sets_.find({key.mailbox, key.uid_validity.value});
  return found != sets_.end() && found->second.contains(key.uid.value);
}

}  // namespace proxy::gateway::agent
