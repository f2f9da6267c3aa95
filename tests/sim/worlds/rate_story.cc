#include "tests/sim/worlds/rate_story.h"

#include <algorithm>
#include <numeric>

namespace sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLook = 2ms;

session::Limits roomy() {
  session::Limits limits;
  limits.receive_budget = 64U << 20U;
  limits.send_budget = 64U << 20U;
  return limits;
}

Address address_of(const char* network, std::size_t nth, std::uint16_t port) {
  return address((network + std::to_string(nth + 1)).c_str(), port);
}

Address client_address(std::size_t nth) {
  return address_of("10.0.0.", nth, 5000);
}

Address gateway_address(std::size_t nth) {
  return address_of("192.0.2.", nth, 443);
}

}  // namespace

Transfer::Transfer(World& world, Duplex links, std::size_t nth, std::optional<rate::Remembered> remembered)
    : by_client_(remembered.has_value()),
      client_(world.seed() + nth,
              {.route = {client_address(nth), gateway_address(nth)}, .remembered = remembered, .limits = roomy()}),
      gateway_(world.seed() + nth, std::make_shared<FakeExchanges>(), {}, roomy()),
      client_host_(world.add_node("client " + std::to_string(nth), client_, {client_address(nth)})),
      gateway_host_(world.add_node("gateway " + std::to_string(nth), gateway_, {gateway_address(nth)})) {
  world.connect(client_address(nth), gateway_address(nth), {&links.up}, {&links.down});
  gateway_.on_guest([this](GatewayEnd::Guest& guest) {
    if (!by_client_ && owed_ > 0) guest.traffic.send(session::Class::Bodies, std::exchange(owed_, 0));
  });
}

void Transfer::call() {
  client_.call(client_host_.local_now());
  client_host_.wake();
}

Traffic* Transfer::outgoing() {
  if (by_client_) return &client_.traffic();
  GatewayEnd::Guest* const guest = gateway_.guest(0);
  return guest == nullptr ? nullptr : &guest->traffic;
}

void Transfer::send(std::uint64_t octets) {
  if (Traffic* const traffic = outgoing()) {
    traffic->send(session::Class::Bodies, octets);
    (by_client_ ? client_host_ : gateway_host_).wake();
    return;
  }
  owed_ += octets;
}

void Transfer::say(std::uint64_t octets) {
  Host& host = by_client_ ? client_host_ : gateway_host_;
  said_.emplace(outgoing()->send(session::Class::Interactive, octets).value, host.local_now());
  host.wake();
}

std::vector<Duration> Transfer::heard() {
  std::vector<Duration> took;
  const Traffic& there = by_client_ ? gateway_.guest(0)->traffic : client_.traffic();
  for (const auto& [id, at] : said_) {
    const auto found = there.incoming().find(id);
    if (found != there.incoming().end() && found->second.ended) took.push_back(found->second.ended_at - at);
  }
  return took;
}

transport::Connection* Transfer::sender() {
  return by_client_ ? &client_.connection() : gateway_.connection(0);
}

const rate::RateController* Transfer::control() {
  transport::Connection* const connection = sender();
  return connection == nullptr ? nullptr : connection->active().rate.get();
}

BitsPerSecond Transfer::capacity() {
  const rate::RateController* const known = control();
  return known == nullptr ? BitsPerSecond{0} : known->capacity();
}

std::uint64_t Transfer::received() {
  if (!by_client_) return client_.traffic().received();
  GatewayEnd::Guest* const guest = gateway_.guest(0);
  return guest == nullptr ? 0 : guest->traffic.received();
}

bool Transfer::intact() {
  GatewayEnd::Guest* const guest = gateway_.guest(0);
  return client_.traffic().intact() && guest != nullptr && guest->traffic.intact() && !guest->closed;
}

RateStory::RateStory(std::uint64_t seed, const LinkPair& pair, std::optional<rate::Remembered> remembered)
    : by_client_(remembered.has_value()), world_(seed, 64), links_(world_.add_links("link", pair)) {
  transfers_.emplace_back(world_, links_, 0, remembered);
  transfers_[0].call();
}

Transfer& RateStory::add_transfer() {
  Transfer& added = transfers_.emplace_back(world_, links_, transfers_.size(), std::nullopt);
  added.call();
  return added;
}

tcp::Flow& RateStory::add_flow(tcp::Control control) {
  const std::size_t nth = flows_.size() + 10;
  const tcp::FlowSettings settings{
      .control = control, .from = gateway_address(nth), .to = client_address(nth), .start = world_.elapsed()};
  return flows_.emplace_back(world_, "flow " + std::to_string(nth), settings, Chain{&links_.down}, Chain{&links_.up});
}

void RateStory::set_rate(double bits_per_second) {
  LinkSettings settings = link().settings();
  settings.bits_per_second = bits_per_second;
  configure(settings);
}

void RateStory::run_to(Duration since_epoch) {
  while (world_.elapsed() < since_epoch) {
    world_.run_until(std::min(world_.now() + kLook, kEpoch + since_epoch));
    waits_.push_back(waiting());
  }
}

RateStory::Octets RateStory::count() {
  const LinkStatistics& seen = link().statistics();
  Octets octets{.sent = seen.offered.bytes,
                .out = seen.delivered.bytes,
                .thrown = seen.dropped(What::DroppedQueue).bytes + seen.dropped(What::DroppedPolicer).bytes};
  for (Transfer& each : transfers_) octets.received.push_back(each.received());
  return octets;
}

void RateStory::mark() {
  marked_at_ = world_.now();
  before_ = count();
  waits_.clear();
}

double RateStory::bits_since_mark(std::uint64_t now, std::uint64_t then) const {
  return static_cast<double>(now - then) * 8 / seconds(world_.now() - marked_at_);
}

double RateStory::goodput(std::size_t nth) {
  return bits_since_mark(transfers_[nth].received(), nth < before_.received.size() ? before_.received[nth] : 0);
}

double RateStory::sent() {
  return bits_since_mark(count().sent, before_.sent);
}

double RateStory::through() {
  return bits_since_mark(count().out, before_.out);
}

double RateStory::thrown_away() {
  const Octets now = count();
  return static_cast<double>(now.thrown - before_.thrown) / static_cast<double>(now.sent - before_.sent);
}

double RateStory::overhead() {
  return through() / goodput();
}

Duration RateStory::waiting() {
  return from_seconds(static_cast<double>(link().queued_bytes()) * 8 / rate_of_link());
}

Duration RateStory::wait_mean() const {
  return std::accumulate(waits_.begin(), waits_.end(), Duration{}) / static_cast<std::int64_t>(waits_.size());
}

Duration RateStory::wait_at(double share) const {
  std::vector<Duration> sorted = waits_;
  std::sort(sorted.begin(), sorted.end());
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

double share_of(const char* profile_text, std::uint64_t seed, Duration length) {
  RateStory story(seed, profile(profile_text));
  story.transfer().send(kEndless);
  story.run_to(length);
  return story.share();
}

}  // namespace sim
