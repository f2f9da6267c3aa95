// What is to happen when: a binary heap; what is due at the same instant happens in the order it was asked for.
#pragma once
#include <cstdint>
#include <vector>

#include "tests/sim/fabric/types.h"

namespace sim {

class Element {
 public:
  virtual ~Element() = default;
  // An event it scheduled; `tag` is its own.
  virtual void on_event(std::uint64_t tag, TimePoint now) = 0;
};

struct Event {
  TimePoint at;
  std::uint64_t order = 0;
  Element* who = nullptr;
  std::uint64_t tag = 0;
};

class EventQueue {
 public:
  void push(TimePoint at, Element& who, std::uint64_t tag);
  Event pop();  // of a queue that is not empty
  bool empty() const { return heap_.empty(); }
  TimePoint next() const { return heap_.empty() ? kNever : heap_.front().at; }
  std::size_t size() const { return heap_.size(); }

 private:
  std::vector<Event> heap_;
  std::uint64_t order_ = 0;
};

}  // namespace sim
