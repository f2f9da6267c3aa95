// History: the mails that both ends hold, and which of them a new one may be coded against. An index over traits, no
// octets. Headers are the sender's to forge and sizes on the link can be watched: who chooses what a mail refers to
// reads the other mail off the sizes. RULES.md says why each rule stands.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "codec/refer/traits.h"

namespace codec::refer {

constexpr std::size_t kMostKept = 1024;      // mails in a history; the oldest goes
constexpr std::size_t kMostReferences = 16;  // of one mail: each is read again from the mail server
constexpr std::size_t kMostFree = 48;        // without rules
constexpr std::size_t kMostAnHour = 5;       // referring mails of one sender outside the user's threads
constexpr std::size_t kMostUnproved = 20;    // in them, of all senders that nobody vouches for
constexpr std::uint64_t kHour = 3600;

enum class Rules : std::uint8_t {
  Safe,  // RULES.md
  None,  // what all mails would give: to measure the price
};

class History {
 public:
  using Id = std::uint64_t;  // the owner's

  explicit History(Rules rules = Rules::Safe) : rules_(rules) {}

  void add(Id id, Traits traits, std::size_t size);
  void remove(Id id);
  std::size_t size() const { return mails_.size(); }

  // What `mail`, of `size` octets, may refer to, the nearest last; at most `octets` together. Counts against the
  // sender's hour when it is not empty.
  //   seconds  any clock that only rises
  std::vector<Id> choose(const Traits& mail, std::size_t octets, std::uint64_t seconds);

 private:
  struct Kept {
    Id id;
    Traits traits;
    std::size_t size;
  };
  // How near; None: must not be referred to.
  enum class Kin : std::uint8_t { None, Any, Sender, List, SameShape, Thread, Parent };

  Kin kin(const Traits& mail, const Kept& earlier, bool users_thread) const;
  bool in_users_thread(const Traits& mail) const;
  bool brake(const Traits& mail, bool users_thread, std::uint64_t seconds);

  Rules rules_;
  std::deque<Kept> mails_;                      // as they came
  std::map<std::string, std::size_t> of_user_;  // ids that the user wrote or answered, and how many kept mails say so
  std::map<std::string, std::deque<std::uint64_t>>
      hours_;  // when whose mails referred; "": of all in the user's threads that are not proved
};

}  // namespace codec::refer
