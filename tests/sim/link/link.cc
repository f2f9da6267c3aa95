#include "tests/sim/link/link.h"

#include <algorithm>
#include <bit>

#include "codec/base/check.h"

namespace sim {

Link::Link(Fabric& fabric, ElementId id, LinkSettings settings, std::uint64_t seed)
    : fabric_(fabric),
      id_(id),
      settings_(std::move(settings)),
      bottleneck_(settings_, fabric.now()),
      impairment_(settings_, seed, fabric.now()) {
  if (settings_.codel) codel_.emplace(*settings_.codel);
  if (settings_.police) policer_.emplace(settings_.police->bits_per_second, settings_.police->burst, fabric.now());
}

void Link::configure(LinkSettings settings) {
  const TimePoint now = fabric_.now();
  settings_ = std::move(settings);
  bottleneck_ = Bottleneck(settings_, now);
  impairment_.configure(settings_, now);
  codel_.reset();
  policer_.reset();
  if (settings_.codel) codel_.emplace(*settings_.codel);
  if (settings_.police) policer_.emplace(settings_.police->bits_per_second, settings_.police->burst, now);
  if (serving_ != nullptr) queue_.push_front(std::exchange(serving_, nullptr));
  departure_ += 2;
  serve(now);
}

void Link::set_up(bool up) {
  up_ = up;
  if (up) return;
  if (serving_ != nullptr) queue_.push_front(std::exchange(serving_, nullptr));
  for (Datagram* datagram : queue_) drop(*datagram, What::DroppedDown);
  queue_.clear();
  queued_ = 0;
  departure_ += 2;
  ++era_;  // what flies is lost too, told when it would arrive
}

void Link::measure_throughput(Duration window) {
  statistics_.window = window;
  statistics_.series_start = fabric_.now();
  statistics_.delivered_bytes.clear();
}

bool Link::admits(std::size_t bytes, TimePoint now) const {
  // An idle link takes any packet: a queue smaller than one packet would otherwise be a wall.
  if (queued_ == 0) return true;
  if (settings_.queue_bytes != 0 && queued_ + bytes > settings_.queue_bytes) return false;
  if (settings_.queue_time <= Duration::zero()) return true;
  const double rate = bottleneck_.bits_per_second(now);
  return rate > 0 && static_cast<double>(queued_ + bytes) * 8 / rate <= seconds(settings_.queue_time);
}

void Link::on_datagram(Datagram& datagram, TimePoint now) {
  const std::size_t bytes = datagram.wire();
  statistics_.offered.add(bytes);
  if (!up_) return drop(datagram, What::DroppedDown);
  if (settings_.mtu != 0 && bytes > settings_.mtu) return drop(datagram, What::DroppedSize);
  if (!admits(bytes, now)) return drop(datagram, What::DroppedQueue);
  if (settings_.ecn_bytes && queued_ > *settings_.ecn_bytes) mark(datagram);
  datagram.queued = now;
  datagram.era = era_;
  queued_ += bytes;
  statistics_.queue_peak = std::max(statistics_.queue_peak, queued_);
  queue_.push_back(&datagram);
  serve(now);
}

// Takes CoDel's victims out; the first that stays. Marked ones stay.
Datagram* Link::next_to_serve(TimePoint now) {
  while (!queue_.empty()) {
    Datagram& head = *queue_.front();
    queue_.pop_front();
    const std::size_t bytes = head.wire();
    if (!codel_ || !codel_->drops(now - head.queued, queued_ - bytes, now) || mark(head)) return &head;
    queued_ -= bytes;
    drop(head, What::DroppedCodel);
  }
  return nullptr;
}

void Link::serve(TimePoint now) {
  while (serving_ == nullptr) {
    Datagram* head = next_to_serve(now);
    if (head == nullptr) return;
    const TimePoint departure = bottleneck_.depart(now, head->wire());
    if (departure <= now) {
      leave(*head, now);
    } else {
      serving_ = head;
      departure_ += 2;
      fabric_.schedule(departure, *this, departure_);
    }
  }
}

void Link::on_event(std::uint64_t tag, TimePoint now) {
  if (tag % 2 == 0) return arrive(*std::bit_cast<Datagram*>(tag), now);
  if (tag != departure_) return;  // configured anew or taken down meanwhile
  leave(*std::exchange(serving_, nullptr), now);
  serve(now);
}

void Link::leave(Datagram& datagram, TimePoint now) {
  const std::size_t bytes = datagram.wire();
  queued_ -= bytes;
  statistics_.queue_delay.add(now - datagram.queued);
  if (policer_ && !policer_->take(bytes, now)) return drop(datagram, What::DroppedPolicer);
  if (impairment_.lost()) return drop(datagram, What::DroppedLoss);
  if (impairment_.in_outage(now)) return drop(datagram, What::DroppedOutage);
  if (impairment_.corrupts(datagram.bytes)) {
    ++statistics_.corrupted;
    fabric_.note(datagram, What::Corrupted, id_);
  }
  if (impairment_.doubled()) {
    ++statistics_.duplicated;
    Datagram& second = fabric_.copy(datagram);
    fabric_.note(second, What::Duplicated, id_);
    fly(second, now);
  }
  fly(datagram, now);
}

void Link::fly(Datagram& datagram, TimePoint now) {
  static_assert(sizeof(std::uint64_t) == sizeof(Datagram*) && alignof(Datagram) % 2 == 0);
  const bool held = impairment_.held_back();
  if (held) {
    ++statistics_.held_back;
    fabric_.note(datagram, What::HeldBack, id_);
  }
  // Never at once, even without any delay: a sender must not be called while it is still being asked for more.
  fabric_.schedule(impairment_.arrival(now, held), *this, std::bit_cast<std::uint64_t>(&datagram));
}

void Link::arrive(Datagram& datagram, TimePoint now) {
  if (datagram.era != era_) return drop(datagram, What::DroppedDown);
  statistics_.on_delivered(datagram.wire(), now);
  fabric_.forward(datagram);
}

bool Link::mark(Datagram& datagram) {
  if (datagram.ecn == Ecn::NotEct) return false;
  if (datagram.ecn == Ecn::Ce) return true;
  datagram.ecn = Ecn::Ce;
  ++statistics_.marked;
  fabric_.note(datagram, What::Marked, id_);
  return true;
}

void Link::drop(Datagram& datagram, What why) {
  statistics_.ended[static_cast<std::size_t>(why)].add(datagram.wire());
  fabric_.drop(datagram, why, id_);
}

}  // namespace sim
