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

#include "codec/chunk/index.h"
#include "codec/refer/prefix.h"
#include "codec/refer/traits.h"

namespace codec::refer {

constexpr std::size_t kMostKept = 1024;            // mails in a history; the oldest goes
constexpr std::size_t kMostReferences = 16;        // of one mail: each is read again from the mail server
constexpr std::size_t kMostFree = 64;              // without rules
constexpr std::size_t kLargestFront = 128 * 1024;  // octets of a mail whose front is referred to: it is fetched whole
constexpr std::size_t kMostWhole = 4;              // of these, with all they hold
constexpr std::size_t kLeastAlike = 8 * 1024;      // octets that a mail must repeat of one of those
constexpr std::size_t kMostChunks = 64 * 1024;     // that are looked for: those of 256 MiB, in 3 MiB; the oldest go
constexpr std::size_t kMostAnHour = 5;             // referring mails of one sender outside the user's threads
constexpr std::size_t kMostUnproved = 20;          // in them, of all senders that nobody vouches for
constexpr std::uint64_t kHour = 3600;

enum class Rules : std::uint8_t {
  Safe,  // RULES.md
  None,  // what all mails would give: to measure the price
};

class History {
 public:
  using Id = std::uint64_t;  // the owner's

  explicit History(Rules rules = Rules::Safe) : rules_(rules) {}

  //   size  octets of the mail
  void add(Id id, Traits traits, std::size_t size);
  void remove(Id id);
  std::size_t size() const { return mails_.size(); }

  // Octets of content that a coder can take.
  struct Room {
    std::size_t fronts = 0;
    std::size_t whole = 0;
  };
  struct Choice {
    std::vector<Id> fronts;  // of what is near by its headers, the nearest last
    std::vector<Id> whole;   // what holds the same content, the most of it last
    bool braked = false;     // nothing of it may be referred to, what it repeats neither
    bool empty() const { return fronts.empty() && whole.empty(); }
    bool operator==(const Choice&) const = default;
  };
  // What `mail` may refer to. Counts against the sender's hour when it is not empty.
  //   seconds  any clock that only rises
  //   repeats  it says already what it repeats of a mail that it may refer to
  Choice choose(const Traits& mail, const Room& room, std::uint64_t seconds, bool repeats = false);
  // By what they are, `mail` may refer to `earlier`, which need not be of this history.
  bool may_refer(const Traits& mail, const Traits& earlier) const;

 private:
  struct Kept {
    Id id;
    Traits traits;
    std::size_t size;
  };
  // How near; None: must not be referred to.
  enum class Kin : std::uint8_t { None, Any, Sender, List, SameShape, Thread, Parent };

  struct Candidate {
    Kin kin;
    std::size_t at;  // in mails_
  };
  Kin kin(const Traits& mail, const Traits& other, bool users_thread) const;
  std::vector<Candidate> candidates(const Traits& mail, bool users_thread) const;  // the nearest first
  std::vector<Id> alike(const Traits& mail, const std::vector<Candidate>& among, std::size_t octets) const;
  bool in_users_thread(const Traits& mail) const;
  bool brake(const Traits& mail, bool users_thread, std::uint64_t seconds);

  Rules rules_;
  std::deque<Kept> mails_;  // as they came
  chunk::Index index_;
  std::map<std::string, std::size_t> of_user_;  // ids that the user wrote or answered, and how many kept mails say so
  std::map<std::string, std::deque<std::uint64_t>>
      hours_;  // when whose mails referred; "": of all in the user's threads that are not proved
};

}  // namespace codec::refer
