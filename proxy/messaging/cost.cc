#include "proxy/messaging/cost.h"

#include <algorithm>

namespace proxy::messaging {
namespace {

// The first `octets` of a block.
Cost front_of_block(const Cost& block, std::uint64_t octets) {
  Cost front;
  front.raw = octets;
  front.coded = block.coded * octets / block.raw;
  front.cpu = block.cpu * static_cast<std::int64_t>(octets) / static_cast<std::int64_t>(block.raw);
  for (std::size_t i = 0; i < front.by.size(); ++i) front.by[i] = block.by[i] * octets / block.raw;
  return front;
}

}  // namespace

Cost& Cost::operator+=(const Cost& other) {
  raw += other.raw;
  coded += other.coded;
  cpu += other.cpu;
  for (std::size_t i = 0; i < by.size(); ++i) by[i] += other.by[i];
  return *this;
}

Cost& Cost::operator-=(const Cost& other) {
  raw -= other.raw;
  coded -= other.coded;
  cpu -= other.cpu;
  for (std::size_t i = 0; i < by.size(); ++i) by[i] -= other.by[i];
  return *this;
}

Cost operator-(Cost one, const Cost& other) {
  one -= other;
  return one;
}

codec::compress::Encoding mostly(const Cost& cost) {
  const auto most = std::max_element(cost.by.begin(), cost.by.end());
  return static_cast<codec::compress::Encoding>(most - cost.by.begin());
}

void CostCurve::add(const Cost& block) {
  total_ += block;
  if (kept_.size() == kMostKept) forget_first();
  kept_.push_back(block);
}

void CostCurve::forget_first() {
  before_ += kept_.front();
  kept_.pop_front();
}

Cost CostCurve::up_to(std::uint64_t place) const {
  Cost sum = before_;
  for (const Cost& block : kept_) {
    if (sum.raw + block.raw > place) {
      if (place > sum.raw) sum += front_of_block(block, place - sum.raw);
      break;
    }
    sum += block;
  }
  return sum;
}

void CostCurve::forget_before(std::uint64_t place) {
  while (!kept_.empty() && before_.raw + kept_.front().raw <= place) forget_first();
}

}  // namespace proxy::messaging
