#include "tests/support/link/pipe.h"

#include <algorithm>
#include <tuple>

#include "tests/support/link/ip.h"

namespace support::link {
namespace {

constexpr std::size_t kMaxQueued = 64U << 20U;   // a link without a queue limit or rate must not eat the host
constexpr std::size_t kMaxFlying = 256U << 20U;  // 1 Gbit/s for two seconds
// Jitter draws from its own sequence: turning it on leaves the losses as they were.
constexpr std::uint64_t kJitterSalt = 0x6a09e667f3bcc908U;

}  // namespace

Pipe::Pipe(PipeSettings settings, std::uint64_t seed, TimePoint epoch)
    : settings_(std::move(settings)), epoch_(epoch), loss_(settings_.loss, seed), jitter_(seed ^ kJitterSalt) {
  configure(settings_, std::nullopt, epoch);
}

void Pipe::configure(PipeSettings settings, std::optional<std::uint64_t> seed, TimePoint now) {
  on_deadline(now);
  settings_ = std::move(settings);
  loss_.configure(settings_.loss);
  if (seed) {
    loss_ = Loss(settings_.loss, *seed);
    jitter_ = Random(*seed ^ kJitterSalt);
  }
  epoch_ = now;
  opportunities_.reset();
  if (!settings_.trace.empty()) opportunities_.emplace(settings_.trace, now);
  tokens_ = settings_.police ? static_cast<double>(settings_.police->burst) : 0;
  tokens_at_ = now;
  departure_ = TimePoint::max();
  if (!queue_.empty()) start_service(now);
  on_deadline(now);
}

void Pipe::set_up(bool up, TimePoint now) {
  on_deadline(now);
  if (!up) swallow_all();
  up_ = up;
}

void Pipe::swallow_all() {
  for (const Packet& packet : queue_) stats_.swallowed.add(packet.size());
  for (; !flights_.empty(); flights_.pop()) stats_.swallowed.add(flights_.top().packet.size());
  queue_.clear();
  queued_ = flying_ = 0;
  departure_ = TimePoint::max();
}

void Pipe::reset_stats() {
  stats_ = {};
  stats_.queue_peak = queued_;
}

bool Pipe::admit(const Packet& packet) const {
  const std::size_t limit = settings_.queue_bytes == 0 ? kMaxQueued : settings_.queue_bytes;
  // An idle link takes any packet: a queue smaller than one packet would otherwise be a wall.
  return queue_.empty() || queued_ + packet.size() <= limit;
}

void Pipe::on_packet(Packet packet, TimePoint now) {
  on_deadline(now);
  if (!up_) return stats_.swallowed.add(packet.size());
  stats_.offered.add(packet.size());
  if (!settings_.udp && is_udp(packet)) return stats_.lost.add(packet.size());
  if (!admit(packet)) return stats_.queue_dropped.add(packet.size());
  if (settings_.ecn_bytes && queued_ > *settings_.ecn_bytes && mark_congestion(packet)) ++stats_.marked;
  queued_ += packet.size();
  stats_.queue_peak = std::max(stats_.queue_peak, queued_);
  queue_.push_back(std::move(packet));
  if (queue_.size() == 1) start_service(now);
  on_deadline(now);
}

void Pipe::start_service(TimePoint ready) {
  const std::size_t bytes = queue_.front().size();
  if (opportunities_) {
    departure_ = opportunities_->depart(ready, bytes);
  } else if (settings_.bits_per_second > 0) {
    const double seconds = static_cast<double>(bytes) * 8 / settings_.bits_per_second;
    departure_ = ready + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  } else {
    departure_ = ready;
  }
}

void Pipe::on_deadline(TimePoint now) {
  while (departure_ <= now) leave(departure_);
}

void Pipe::leave(TimePoint at) {
  Packet packet = std::move(queue_.front());
  queue_.pop_front();
  queued_ -= packet.size();
  departure_ = TimePoint::max();
  if (!queue_.empty()) start_service(at);
  if (!conforms(packet.size(), at)) return stats_.policed.add(packet.size());
  if (loss_.next() || in_outage(at)) return stats_.lost.add(packet.size());
  fly(std::move(packet), at);
}

bool Pipe::conforms(std::size_t bytes, TimePoint at) {
  if (!settings_.police) return true;
  const std::chrono::duration<double> passed = at - tokens_at_;
  tokens_at_ = at;
  tokens_ = std::min(static_cast<double>(settings_.police->burst),
                     tokens_ + passed.count() * settings_.police->bits_per_second / 8);
  if (tokens_ < static_cast<double>(bytes)) return false;
  tokens_ -= static_cast<double>(bytes);
  return true;
}

bool Pipe::in_outage(TimePoint at) const {
  if (!settings_.outage) return false;
  return (at - epoch_) % settings_.outage->every >= settings_.outage->every - settings_.outage->length;
}

void Pipe::fly(Packet packet, TimePoint at) {
  if (flying_ + packet.size() > kMaxFlying) return stats_.queue_dropped.add(packet.size());
  TimePoint due = at + settings_.delay;
  if (settings_.jitter > Duration::zero()) {
    const double share = jitter_.unit() * 2 - 1;
    due += std::chrono::duration_cast<Duration>(settings_.jitter * share);
    due = std::max(due, at);
  }
  if (!settings_.reorder) due = std::max(due, last_due_);
  last_due_ = due;
  flying_ += packet.size();
  flights_.push({due, order_++, std::move(packet)});
}

std::optional<Packet> Pipe::next_packet(TimePoint now) {
  if (flights_.empty() || flights_.top().due > now) return std::nullopt;
  Packet packet = std::move(const_cast<Flight&>(flights_.top()).packet);  // top() is const only to guard the order
  flights_.pop();
  flying_ -= packet.size();
  stats_.delivered.add(packet.size());
  return packet;
}

TimePoint Pipe::next_deadline() const {
  return flights_.empty() ? departure_ : std::min(departure_, flights_.top().due);
}

}  // namespace support::link
