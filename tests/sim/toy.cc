#include "tests/sim/toy.h"

#include <algorithm>
#include <cstring>

namespace sim {
namespace {

std::uint64_t number_in(std::span<const std::byte> bytes) {
  std::uint64_t number = 0;
  if (bytes.size() >= sizeof number) std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

}  // namespace

void ToySender::on_datagram(const Route& /*route*/, std::span<const std::byte> bytes, Ecn /*ecn*/, TimePoint now) {
  last_now_ = now;
  const std::uint64_t number = number_in(bytes);
  if (number >= settings_.datagrams) return;  // corrupted
  State& state = states_[number];
  if (state == State::Flying) --flying_;
  if (state != State::Acked) ++acked_;
  state = State::Acked;
  retry_at_ = now + settings_.retry;
}

void ToySender::on_deadline(TimePoint now) {
  last_now_ = now;
  for (State& state : states_)
    if (state == State::Flying) state = State::Waiting;
  flying_ = 0;
  next_ = 0;
  retry_at_ = now + settings_.retry;
}

DatagramRun ToySender::next_datagrams(std::span<std::byte> into, TimePoint now) {
  DatagramRun run{settings_.route, settings_.bytes, 0, settings_.ecn};
  while (flying_ < settings_.window && run.bytes + settings_.bytes <= into.size()) {
    while (next_ < settings_.datagrams && states_[next_] != State::Waiting) ++next_;
    if (next_ >= settings_.datagrams) break;
    std::memset(into.data() + run.bytes, 0, settings_.bytes);
    std::memcpy(into.data() + run.bytes, &next_, sizeof next_);
    states_[next_++] = State::Flying;
    ++flying_;
    ++sent_;
    run.bytes += settings_.bytes;
  }
  if (retry_at_ == kNever && run.bytes > 0) retry_at_ = now + settings_.retry;
  return run;
}

void ToyReceiver::on_datagram(const Route& route, std::span<const std::byte> bytes, Ecn ecn, TimePoint now) {
  numbers_.push_back(number_in(bytes));
  times_.push_back(now);
  bytes_ += bytes.size();
  if (ecn == Ecn::Ce) ++marked_;
  last_route_ = route;
  owes_ = !silent_;
}

DatagramRun ToyReceiver::next_datagrams(std::span<std::byte> into, TimePoint /*now*/) {
  if (!owes_) return {};
  owes_ = false;
  std::memcpy(into.data(), &numbers_.back(), sizeof(std::uint64_t));
  return {last_route_, sizeof(std::uint64_t), sizeof(std::uint64_t), Ecn::NotEct};
}

}  // namespace sim
