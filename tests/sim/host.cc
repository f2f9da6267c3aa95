#include "tests/sim/host.h"

#include <algorithm>

#include "codec/base/check.h"

namespace sim {
namespace {

constexpr std::size_t kMaxRuns = 100'000;    // for one input; more is a node that never stops
constexpr std::size_t kMaxFirings = 10'000;  // deadlines at one instant

}  // namespace

Host::Host(Fabric& fabric, Outbox& outbox, ElementId id, Node& node, std::vector<Address> addresses)
    : fabric_(fabric), outbox_(outbox), id_(id), node_(node), addresses_(std::move(addresses)) {
  CHECK(!addresses_.empty());
}

void Host::wake() {
  if (!asleep()) settle();
}

void Host::add_address(const Address& address) {
  addresses_.push_back(address);
}

void Host::remove_address(const Address& address) {
  std::erase(addresses_, address);
}

void Host::set_default(const Address& address) {
  const auto found = std::find(addresses_.begin(), addresses_.end(), address);
  CHECK(found != addresses_.end());
  std::rotate(addresses_.begin(), found, found + 1);
}

const Address* Host::owned(const Address& address) const {
  const auto found = std::find_if(addresses_.begin(), addresses_.end(), [&](const Address& own) {
    return same_host(own, address) && (own.port == 0 || own.port == address.port);
  });
  return found == addresses_.end() ? nullptr : &*found;
}

// An unspecified ip with an interface is bound to that interface.
const Address* Host::local_for(const Address& wanted) const {
  if (!is_unspecified(wanted)) return owned(wanted);
  const auto found = std::find_if(addresses_.begin(), addresses_.end(), [&](const Address& own) {
    return wanted.interface == 0 || own.interface == wanted.interface;
  });
  return found == addresses_.end() ? nullptr : &*found;
}

void Host::set_skew(double parts_per_million) {
  clock_.set_skew(parts_per_million, fabric_.now());
  wake();
}

void Host::jump_clock(Duration forward) {
  clock_.jump(forward, fabric_.now());
  if (asleep()) return;
  armed_ = kNever;  // the event that is under way would come too late
  arm();
}

void Host::sleep(Duration length) {
  awake_at_ = fabric_.now() + length;
  armed_ = awake_at_;
  fabric_.schedule(awake_at_, *this, 0);
}

void Host::receive(const Datagram& datagram, const Address& local) {
  for (Watcher* watcher : watchers_) watcher->on_received(datagram, fabric_.now());
  Route route{datagram.destination, datagram.source};
  route.local.interface = local.interface;
  node_.on_datagram(route, datagram.bytes, datagram.ecn, local_now());
  settle();
}

void Host::on_sent(const Datagram& datagram) {
  in_flight_ += datagram.charged;
  peak_in_flight_ = std::max(peak_in_flight_, in_flight_);
  for (Watcher* watcher : watchers_) watcher->on_sent(datagram, fabric_.now());
}

// Deadlines only ever move the next event forward; one that comes too early looks again.
void Host::on_event(std::uint64_t /*tag*/, TimePoint now) {
  if (now < armed_ || asleep()) return;  // a later event, that of waking, counts
  armed_ = kNever;
  if (node_.next_deadline() > local_now()) return arm();
  fired_at_once_ = now == last_fired_ ? fired_at_once_ + 1 : 0;
  last_fired_ = now;
  if (fired_at_once_ > kMaxFirings) outbox_.spins(*this, "its deadline stays in the past");
  node_.on_deadline(local_now());
  settle();
}

void Host::settle() {
  outbox_.busy(true);
  for (std::size_t runs = 0;; ++runs) {
    const std::span<std::byte> into = outbox_.scratch();
    const DatagramRun run = node_.next_datagrams(into, local_now());
    if (run.bytes == 0) break;
    if (runs > kMaxRuns) outbox_.spins(*this, "it never stops sending");
    CHECK(run.bytes <= into.size());
    send_run(run, into.first(run.bytes));
  }
  outbox_.busy(false);
  arm();
}

void Host::send_run(const DatagramRun& run, std::span<const std::byte> bytes) {
  const std::size_t segment = run.segment == 0 ? bytes.size() : run.segment;
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(segment, bytes.size())))
    outbox_.send(*this, run.route, bytes.first(std::min(segment, bytes.size())), run.ecn);
}

void Host::arm() {
  const TimePoint due = std::max(clock_.world(node_.next_deadline()), fabric_.now());
  if (due >= armed_) return;
  armed_ = due;
  fabric_.schedule(due, *this, 0);
}

}  // namespace sim
