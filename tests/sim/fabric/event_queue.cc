#include "tests/sim/fabric/event_queue.h"

#include <algorithm>

#include "codec/base/check.h"

namespace sim {
namespace {

constexpr auto kLater = [](const Event& a, const Event& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; };

}  // namespace

void EventQueue::push(TimePoint at, Element& who, std::uint64_t tag) {
  if (at == kNever) return;
  heap_.push_back({at, order_++, &who, tag});
  std::push_heap(heap_.begin(), heap_.end(), kLater);
}

Event EventQueue::pop() {
  CHECK(!heap_.empty());
  std::pop_heap(heap_.begin(), heap_.end(), kLater);
  const Event event = heap_.back();
  heap_.pop_back();
  return event;
}

}  // namespace sim
