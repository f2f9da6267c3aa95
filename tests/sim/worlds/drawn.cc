#include "tests/sim/worlds/drawn.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace sim {
namespace {

using namespace std::chrono_literals;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed_of(seed, "drawn")) {}
  bool in(double share) { return random_.unit() < share; }
  double between(double low, double high) { return low + (high - low) * random_.unit(); }
  double spread(double low, double high) { return low * std::pow(high / low, random_.unit()); }  // each decade alike
  std::size_t up_to(std::size_t most) { return static_cast<std::size_t>(random_.next() % (most + 1)); }

 private:
  Random random_;
};

double spoilt(const LinkSettings& link) {
  const double bad = link.loss.to_bad / std::max(link.loss.to_bad + link.loss.to_good, 1e-9);
  return bad * link.loss.in_bad + (1 - bad) * link.loss.in_good + link.corrupt;
}

LinkSettings draw_link(Dice& dice, double rate, Duration rtt) {
  LinkSettings link;
  link.bits_per_second = rate;
  link.delay = rtt / 2;
  // At least a few packets, or nothing could ever be sent together.
  link.queue_bytes = std::max<std::size_t>(static_cast<std::size_t>(rate / 8 * dice.spread(.03, 1)), 8 * 1500);
  if (dice.in(.45)) link.loss = random_loss(dice.spread(.001, .15));
  if (dice.in(.2)) link.loss = burst_loss(dice.spread(.001, .10), dice.between(2, 12));
  if (dice.in(.3)) link.jitter = std::min<Duration>(from_seconds(dice.spread(.0002, .03)), rtt / 3);
  link.reorder = dice.in(.3);
  if (dice.in(.2))
    link.hold_back = ReorderSettings{dice.spread(.001, .05), from_seconds(seconds(rtt) * dice.between(.05, .6))};
  if (dice.in(.2)) link.duplicate = dice.spread(.001, .05);
  if (dice.in(.2)) link.corrupt = dice.spread(.001, .03);
  if (dice.in(.15)) link.ecn_bytes = link.queue_bytes / 2;
  return link;
}

std::size_t draw_mtu(Dice& dice) {
  return dice.in(.5) ? 1500 : 1280 + dice.up_to(220);
}

void draw_streams(Dice& dice, Drawn& world) {
  std::uint64_t left = static_cast<std::uint64_t>(dice.spread(20'000, 200'000));
  if (world.rate < 64'000) left /= 4;
  const std::size_t count = 1 + dice.up_to(5);
  for (std::size_t i = 0; i < count; ++i) {
    DrawnStream stream;
    stream.of = static_cast<session::Class>(1 + dice.up_to(8));
    stream.up = dice.in(.5);
    stream.size = i + 1 == count ? left : static_cast<std::uint64_t>(static_cast<double>(left) * dice.between(0, .8));
    left -= stream.size;
    world.streams.push_back(stream);
  }
}

void draw_mishaps(Dice& dice, Drawn& world) {
  const double transfer = static_cast<double>(world.octets()) * 8 / world.rate + 4 * seconds(world.rtt);
  const std::size_t count = dice.in(.4) ? 0 : 1 + dice.up_to(2);
  for (std::size_t i = 0; i < count; ++i) {
    Mishap mishap;
    mishap.at = from_seconds(dice.between(0, transfer));
    mishap.kind = static_cast<Mishap::Kind>(dice.up_to(4));
    mishap.length =
        from_seconds(mishap.kind == Mishap::Kind::Outage && dice.in(.1) ? dice.between(100, 800) : dice.spread(.2, 40));
    mishap.mtu = draw_mtu(dice);
    mishap.old_works = dice.in(.5);
    if (mishap.kind == Mishap::Kind::Rebind && !world.nat) mishap.kind = Mishap::Kind::Mtu;
    world.mishaps.push_back(mishap);
  }
}

}  // namespace

std::uint64_t Drawn::octets() const {
  std::uint64_t sum = 0;
  for (const DrawnStream& each : streams) sum += each.size;
  return sum;
}

Duration Drawn::outages() const {
  Duration sum{};
  for (const Mishap& each : mishaps) {
    if (each.kind == Mishap::Kind::Outage) sum += each.length;
  }
  return sum;
}

// A round trip for each of a few losses in a row, the queue, and what every mishap may cost before it is noticed.
Duration Drawn::time_limit() const {
  const double queue = static_cast<double>(std::max(link.up.queue_bytes, link.down.queue_bytes)) * 8 / rate;
  const double transfer = static_cast<double>(octets() + 30'000) * 8 / rate / (1 - loss) / (1 - loss);
  const double each = 8 + 10 * (seconds(rtt) + queue);
  return from_seconds(6 * transfer + 40 * (seconds(rtt) + queue) + each * static_cast<double>(mishaps.size())) +
         outages() * 6 / 5 + 5s;
}

std::uint64_t Drawn::link_limit() const {
  const double lost = static_cast<double>(link.up.queue_bytes + link.down.queue_bytes) / 2;
  const double wanted = static_cast<double>(octets()) * 1.35 / (1 - loss) / (1 - loss);
  const double dark = seconds(outages());
  const double probes = 2 * std::min(dark, 60.0) * std::min(rate / 8 * .03 + 350, 1800.0) + 130 * dark;
  return static_cast<std::uint64_t>(wanted + lost + probes + 60'000 + 40'000 * static_cast<double>(mishaps.size()));
}

std::uint64_t Drawn::in_flight_limit() const {
  const double path = rate / 8 * seconds(rtt);
  const auto queue = static_cast<double>(std::max(link.up.queue_bytes, link.down.queue_bytes));
  return static_cast<std::uint64_t>(4 * path + 2 * queue + 100'000);
}

Drawn draw(std::uint64_t seed) {
  Dice dice(seed);
  Drawn world;
  world.seed = seed;
  world.rtt = from_seconds(dice.spread(.005, .7));
  const double down = dice.spread(20e3, 100e6);
  const double up = dice.in(.5) ? down : std::max(20e3, down / dice.spread(1, 20));
  world.rate = std::min(up, down);
  world.link = {draw_link(dice, up, world.rtt), draw_link(dice, down, world.rtt)};
  world.loss = std::max(spoilt(world.link.up), spoilt(world.link.down));
  world.link.up.mtu = world.link.down.mtu = dice.in(.6) ? 0 : draw_mtu(dice);
  world.nat = dice.in(.3);
  world.ipv6 = !world.nat && dice.in(.3);
  world.skew = dice.in(.3) ? dice.between(-100, 100) : 0;
  draw_streams(dice, world);
  draw_mishaps(dice, world);
  return world;
}

std::string text(const Drawn& world) {
  std::ostringstream out;
  const auto side = [&](const char* name, const LinkSettings& link) {
    out << "\n  " << name << ": " << link.bits_per_second / 1000 << " kbit/s, queue " << link.queue_bytes << ", spoils "
        << spoilt(link) << ", jitter " << seconds(link.jitter) << (link.reorder ? " reordering" : "") << ", mtu "
        << link.mtu << ", copies " << link.duplicate << ", held back " << (link.hold_back ? link.hold_back->share : 0);
  };
  out << "world " << world.seed << ": rtt " << seconds(world.rtt) << (world.nat ? ", nat" : "")
      << (world.ipv6 ? ", IPv6" : "") << ", " << world.octets() << " octets in " << world.streams.size() << " streams";
  side("up", world.link.up);
  side("down", world.link.down);
  constexpr const char* kNames[] = {"outage", "mtu", "rebind", "move", "jump"};
  for (const Mishap& each : world.mishaps) {
    out << "\n  " << kNames[static_cast<std::size_t>(each.kind)] << " at " << seconds(each.at) << ", length "
        << seconds(each.length) << ", mtu " << each.mtu << (each.old_works ? "" : ", old address gone");
  }
  out << "\n  limits: " << seconds(world.time_limit()) << " s, " << world.link_limit() << " octets on the link";
  return out.str();
}

}  // namespace sim
