#include "codec/refer/history.h"

#include <algorithm>

namespace codec::refer {
namespace {

bool contains(const std::vector<std::string>& ids, const std::string& id) {
  return !id.empty() && std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool share_one(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&b](const std::string& id) { return contains(b, id); });
}

// Whether both say that they belong to one thread.
bool in_one_thread(const Traits& mail, const Traits& earlier) {
  return contains(mail.parents, earlier.message_id) || contains(earlier.parents, mail.message_id) ||
         share_one(mail.parents, earlier.parents);
}

}  // namespace

// What makes a thread the user's: that the user wrote in it. Ids of mails that the user answered count as the user's.
void History::add(Id id, Traits traits, std::size_t size) {
  if (traits.by_user) {
    if (!traits.message_id.empty()) ++of_user_[traits.message_id];
    for (const std::string& parent : traits.parents) ++of_user_[parent];
  }
  for (auto oldest = mails_.begin(); oldest != mails_.end() && index_.size() + traits.chunks.size() > kMostChunks;
       ++oldest)
    index_.remove(oldest->id);
  index_.add(id, traits.chunks);
  traits.chunks = {};
  mails_.push_back({id, std::move(traits), size});
  if (mails_.size() > kMostKept) remove(mails_.front().id);
}

void History::remove(Id id) {
  const auto found = std::find_if(mails_.begin(), mails_.end(), [id](const Kept& kept) { return kept.id == id; });
  if (found == mails_.end()) return;
  const auto forget = [this](const std::string& message_id) {
    const auto entry = of_user_.find(message_id);
    if (entry != of_user_.end() && --entry->second == 0) of_user_.erase(entry);
  };
  if (found->traits.by_user) {
    if (!found->traits.message_id.empty()) forget(found->traits.message_id);
    for (const std::string& parent : found->traits.parents) forget(parent);
  }
  index_.remove(id);
  mails_.erase(found);
}

bool History::in_users_thread(const Traits& mail) const {
  if (mail.by_user) return true;
  return std::any_of(mail.parents.begin(), mail.parents.end(),
                     [this](const std::string& id) { return of_user_.count(id) > 0; });
}

History::Kin History::kin(const Traits& mail, const Traits& other, bool users_thread) const {
  const bool free = rules_ == Rules::None;
  if (!free && other.credential) return Kin::None;
  const bool one_thread = in_one_thread(mail, other);
  // Of the user's thread only what the user wrote or answered, or what the user's own mails name.
  const bool known =
      free || (users_thread && (other.by_user || of_user_.count(other.message_id) > 0 || in_users_thread(other)));
  if (one_thread && known) {
    const bool parent = !mail.parents.empty() && mail.parents.back() == other.message_id;
    return parent ? Kin::Parent : Kin::Thread;
  }
  const bool one_sender =
      !mail.sender.empty() && mail.sender == other.sender && (free || (mail.sender_proved && other.sender_proved));
  const bool one_list =
      !mail.list.empty() && mail.list == other.list && (free || (mail.list_proved && other.list_proved));
  if (!one_sender && !one_list) return free ? Kin::Any : Kin::None;
  if (one_thread && one_list) return Kin::Thread;
  if (!mail.subject.empty() && mail.subject == other.subject) return Kin::SameShape;
  return one_list ? Kin::List : Kin::Sender;
}

bool History::brake(const Traits& mail, bool users_thread, std::uint64_t seconds) {
  if (users_thread && mail.sender_proved) return false;
  for (auto& [sender, when] : hours_) {
    while (!when.empty() && when.front() + kHour <= seconds) when.pop_front();
  }
  std::erase_if(hours_, [](const auto& entry) { return entry.second.empty(); });
  std::deque<std::uint64_t>& when = hours_[users_thread ? std::string() : mail.sender];
  if (when.size() >= (users_thread ? kMostUnproved : kMostAnHour)) return true;
  when.push_back(seconds);
  return false;
}

std::vector<History::Candidate> History::candidates(const Traits& mail, bool users_thread) const {
  std::vector<Candidate> found;
  for (std::size_t at = 0; at < mails_.size(); ++at) {
    const Kin how = kin(mail, mails_[at].traits, users_thread);
    if (how != Kin::None) found.push_back({how, at});
  }
  std::sort(found.begin(), found.end(),
            [](const Candidate& a, const Candidate& b) { return a.kin != b.kin ? a.kin > b.kin : a.at > b.at; });
  return found;
}

// Those that repeat most of the mail's content, the best one first.
std::vector<History::Id> History::alike(const Traits& mail, const std::vector<Candidate>& among,
                                        std::size_t octets) const {
  std::map<Id, std::size_t> sizes;
  for (const Candidate& candidate : among) {
    const Kept& kept = mails_[candidate.at];
    if (kept.traits.content_size <= octets) sizes[kept.id] = kept.traits.content_size;
  }
  const auto permitted = [&sizes](chunk::Owner owner) { return sizes.count(owner) > 0; };
  std::vector<Id> chosen;
  for (const Id id : index_.cover(mail.chunks, permitted, kLeastAlike, kMostWhole)) {
    if (sizes[id] > octets) continue;
    octets -= sizes[id];
    chosen.push_back(id);
  }
  return chosen;
}

bool History::may_refer(const Traits& mail, const Traits& earlier) const {
  if (rules_ == Rules::Safe && mail.credential) return false;
  // It need not be of this history: then what makes the thread the user's is not either.
  const bool answers =
      earlier.by_user && (contains(mail.parents, earlier.message_id) || share_one(mail.parents, earlier.parents));
  return kin(mail, earlier, answers || in_users_thread(mail)) != Kin::None;
}

History::Choice History::choose(const Traits& mail, const Room& room, std::uint64_t seconds, bool repeats) {
  if (rules_ == Rules::Safe && mail.credential) return {};
  const bool users_thread = in_users_thread(mail);
  const std::vector<Candidate> near = candidates(mail, users_thread);
  Choice chosen;
  chosen.whole = alike(mail, near, room.whole);
  const std::size_t most = rules_ == Rules::None ? kMostFree : kMostReferences;
  std::size_t octets = room.fronts;
  for (const Candidate& candidate : near) {
    if (chosen.fronts.size() + chosen.whole.size() >= most) break;
    const Kept& kept = mails_[candidate.at];
    const std::size_t size = std::min(kept.size, most_octets(Extent::Front));
    if (kept.size > kLargestFront || size > octets) continue;
    if (std::find(chosen.whole.begin(), chosen.whole.end(), kept.id) != chosen.whole.end()) continue;
    octets -= size;
    chosen.fronts.push_back(kept.id);
  }
  if ((repeats || !chosen.empty()) && rules_ == Rules::Safe && brake(mail, users_thread, seconds)) {
    Choice none;
    none.braked = true;
    return none;
  }
  std::reverse(chosen.fronts.begin(), chosen.fronts.end());
  std::reverse(chosen.whole.begin(), chosen.whole.end());
  return chosen;
}

}  // namespace codec::refer
