#include "proxy/gateway/broker/throttle.h"

#include <algorithm>

namespace proxy::gateway::broker {
namespace {

constexpr Duration kMinute = std::chrono::minutes(1);

void drop_old(std::deque<TimePoint>& times, TimePoint now) {
  while (!times.empty() && now - times.front() >= kMinute) times.pop_front();
}

std::string pair_key(const Guess& guess) {
  return guess.account + '\n' + guess.network;  // no account holds a line end
}

// The least recently used goes: an attacker with many names forgets his own first.
template <class Map, class Age>
void make_room(Map& map, Age age) {
  if (map.size() < kMaxTracked) return;
  const auto oldest = std::min_element(map.begin(), map.end(),
                                       [&age](const auto& a, const auto& b) { return age(a.second) < age(b.second); });
  map.erase(oldest);
}

}  // namespace

Throttle::Record& Throttle::record(Records& of, const std::string& name, TimePoint now) {
  const auto found = of.find(name);
  if (found != of.end()) {
    found->second.used = now;
    drop_old(found->second.guesses, now);
    drop_old(found->second.checks, now);
    return found->second;
  }
  make_room(of, [](const Record& record) { return record.used; });
  Record& fresh = of[name];
  fresh.used = now;
  return fresh;
}

std::string Throttle::network_key(const Guess& guess) {
  return guess.enrolled ? "device of " + guess.account : guess.network;
}

bool Throttle::is_familiar(const Guess& guess) const {
  return guess.enrolled || familiar_.contains(pair_key(guess));
}

Duration Throttle::delay(const Record& record, TimePoint now) {
  if (record.refusals == 0 || now - record.last_refusal >= kForgotten) return Duration::zero();
  if (record.refusals >= 4) return kLongestDelay;
  return std::chrono::seconds(1 << record.refusals);
}

TimePoint Throttle::next_slot(const Record& record, TimePoint now) {
  const Duration between = delay(record, now);
  if (between == Duration::zero()) return now;
  return std::max(now, std::max(record.last_slot, record.last_refusal) + between);
}

Throttle::Verdict Throttle::check(const Guess& guess, TimePoint now) {
  Record& network = record(networks_, network_key(guess), now);
  if (network.checks.size() >= kChecksPerMinute) return {false, network.checks.front() + kMinute - now};
  network.checks.push_back(now);
  return {true, Duration::zero()};
}

Throttle::Verdict Throttle::admit(const Guess& guess, TimePoint now) {
  Record& network = record(networks_, network_key(guess), now);
  if (network.guesses.size() >= kGuessesPerMinute) return {false, network.guesses.front() + kMinute - now};
  TimePoint slot = next_slot(network, now);
  Record* account = is_familiar(guess) ? nullptr : &record(accounts_, guess.account, now);
  if (account != nullptr) slot = std::max(slot, next_slot(*account, now));
  if (slot - now > kLongestQueue) return {false, slot - now};
  network.last_slot = slot;
  network.guesses.push_back(now);
  if (account != nullptr) account->last_slot = slot;
  return {true, slot - now};
}

void Throttle::refuse(Record& record, TimePoint now) {
  if (now - record.last_refusal >= kForgotten) record.refusals = 0;
  ++record.refusals;
  record.last_refusal = now;
}

void Throttle::on_refused(const Guess& guess, TimePoint now) {
  refuse(record(networks_, network_key(guess), now), now);
  refuse(record(accounts_, guess.account, now), now);
}

// Takes back its own guess, and no more: whoever owns one account must not clear the record of his guesses at others.
void Throttle::on_accepted(const Guess& guess, TimePoint now) {
  on_unknown(guess);
  make_room(familiar_, [](TimePoint used) { return used; });
  familiar_[pair_key(guess)] = now;
}

void Throttle::on_unknown(const Guess& guess) {
  const auto network = networks_.find(network_key(guess));
  if (network != networks_.end() && !network->second.guesses.empty()) network->second.guesses.pop_back();
}

}  // namespace proxy::gateway::broker
