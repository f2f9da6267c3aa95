// Which stream sends next: strict classes, fair within a class, and no class waits for ever.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

#include "booster/schedule/class.h"

namespace booster::schedule {

using Key = std::uint64_t;

constexpr std::size_t kQuantum = std::size_t{16} << 10;     // one full record: streams of a class take turns by records
constexpr std::size_t kAgeBytes = std::size_t{128} << 10;   // others' bytes a class watches before it is aged
constexpr std::size_t kAgedQuantum = std::size_t{4} << 10;  // so 3 % at most is taken from a higher class, and an
                                                            // interactive byte waits for one short record
constexpr std::size_t kSparse = std::size_t{2} << 10;       // of a stream that sends little: before its class's others

// Within a class a stream that has sent less than its part goes first, for kSparse: a line typed beside a transfer
// waits for no record of it. Its part is what it would have got among those that are ready (as RFC 8290 §4.2 does for
// flows). Streams are added once, said to be ready while they have something to send, and charged for what they sent.
// A class that has waited while others sent kAgeBytes is served kAgedQuantum before any other; of several the one that
// waited longest. Hence with all classes busy each gets at least kAgedQuantum of every kAgeBytes + kClasses ·
// kAgedQuantum. Pure: no clock; age is counted in bytes, which on any link is time.
class Scheduler {
 public:
  void add(Key stream, Class of);  // not ready, not paused
  void remove(Key stream);
  void set_class(Key stream, Class of);
  void set_ready(Key stream, bool ready);
  void pause(Key stream);  // keeps its class and readiness, is not chosen
  void resume(Key stream);

  bool contains(Key stream) const { return streams_.contains(stream); }
  Class class_of(Key stream) const;
  bool is_paused(Key stream) const;

  // The stream to send from now; the same one until it was charged its quantum, or something better became ready.
  std::optional<Key> next();
  void sent(Key stream, std::size_t bytes);

  bool empty() const { return ready_count_ == 0; }
  bool urgent_waiting() const;  // something of class Interactive or above is ready

 private:
  struct Entry {
    Class of;
    bool ready = false;
    bool paused = false;
    std::int64_t deficit = 0;        // what is left of its turn; may go below zero by one record
    std::uint64_t part_used_to = 0;  // Lane::sent from which on it has sent less than its part
    std::size_t sparse_left = 0;     // of kSparse; not 0: it stands in `sparse`
    std::list<Key>::iterator where;  // in one of its lane's lists while it is ready and not paused, else in parked_
    bool queued = false;
  };
  struct Lane {
    std::list<Key> sparse;  // before `turns`
    std::list<Key> turns;
    std::size_t waited = 0;  // others' bytes since it was served last
    std::uint64_t sent = 0;  // bytes
    bool idle() const { return sparse.empty() && turns.empty(); }
  };

  Entry& entry(Key stream);
  void place(Entry& entry);
  void take_out(Entry& entry);
  void charge_sparse(Lane& lane, Entry& sender, std::size_t bytes);
  void put_in(Entry& entry);
  std::optional<std::size_t> aged_lane();
  Key front_of(Lane& lane);

  std::unordered_map<Key, Entry> streams_;
  std::array<Lane, kClasses> lanes_;
  std::list<Key> parked_;
  std::size_t ready_count_ = 0;
  std::optional<std::size_t> aged_;  // the lane served out of order now
  std::size_t aged_left_ = 0;
};

}  // namespace booster::schedule
