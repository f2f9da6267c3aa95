// Runs a drawn world and looks at what must hold in each.
#include <algorithm>
#include <sstream>

#include "tests/sim/worlds/conduct.h"
#include "tests/sim/worlds/drawn.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kMoveAgain = 100ms;
constexpr int kDeadlock = 20;  // who has not come to an end by then never will

class Run {
 public:
  Run(const Drawn& plan, const std::shared_ptr<Exchanges>& exchanges)
      : plan_(plan),
        world_(plan.seed),
        client_(plan.seed, {.route = {first_, server_}, .exchanges = exchanges}),
        gateway_(plan.seed, exchanges),
        conduct_(gateway_) {
    gateway_.on_guest([this](GatewayEnd::Guest& guest) {
      for (const DrawnStream& each : plan_.streams) {
        if (!each.up) guest.traffic.send(each.of, each.size);
      }
    });
    lay();
  }

  Fared fare(bool keep_trace) {
    client_.call(here_->local_now());
    for (const DrawnStream& each : plan_.streams) {
      if (each.up) client_.traffic().send(each.of, each.size);
    }
    here_->wake();
    const bool begun = world_.run_until([this] { return client_.connection().confirmed() || over(); }, 40s);
    if (begun) begin_mishaps();
    bool finished = begun && world_.run_until([this] { return done() || over(); }, plan_.time_limit());
    if (begun && !finished) {
      slow_ << "\n  not finished in " << seconds(plan_.time_limit()) << " s";
      finished = world_.run_until([this] { return done() || over(); }, kDeadlock * plan_.time_limit());
    }
    return judge(begun, finished, keep_trace);
  }

 private:
  // Gone, though nobody wanted it to.
  bool over() { return client_.connection().closed() || (gateway_.guest(0) != nullptr && gateway_.guest(0)->closed); }

  bool done() {
    GatewayEnd::Guest* const guest = gateway_.guest(0);
    if (guest == nullptr) return false;
    const auto up = static_cast<std::size_t>(
        std::count_if(plan_.streams.begin(), plan_.streams.end(), [](const DrawnStream& each) { return each.up; }));
    return client_.traffic().all_sent() && guest->traffic.all_sent() && guest->traffic.ended() == up &&
           client_.traffic().ended() == plan_.streams.size() - up;
  }

  void lay() {
    here_ = &world_.add_node("client", client_, {first_});
    there_ = &world_.add_node("gateway", gateway_, {server_});
    there_->watch(conduct_);
    here_->set_skew(plan_.skew);
    const Duplex links = world_.add_links("path", plan_.link);
    up_ = &links.up;
    down_ = &links.down;
    if (plan_.nat) {
      nat_ = &world_.add_nat("nat", {.public_ip = address("198.51.100.1")});
      world_.route(first_, server_, {up_, &nat_->outward()});
      world_.route(server_, address("198.51.100.1"), {&nat_->inward(), down_});
    } else {
      world_.connect(first_, server_, {up_}, {down_});
    }
    for (const Address& other : others_) world_.connect(other, server_, {up_}, {down_});
  }

  void begin_mishaps() {
    for (const Mishap& each : plan_.mishaps) {
      world_.at(world_.elapsed() + each.at, [this, each] { happen(each); });
    }
  }

  void happen(const Mishap& mishap) {
    switch (mishap.kind) {
      case Mishap::Kind::Outage:
        set_up(-1);
        world_.at(world_.elapsed() + mishap.length, [this] { set_up(1); });
        break;
      case Mishap::Kind::Mtu:
        up_->set_mtu(mishap.mtu);
        down_->set_mtu(mishap.mtu);
        break;
      case Mishap::Kind::Rebind:
        nat_->rebind();
        break;
      case Mishap::Kind::Move:
        move(mishap.old_works);
        break;
      case Mishap::Kind::Jump:
        here_->jump_clock(mishap.length);
        here_->wake();
        break;
    }
  }

  void set_up(int change) {
    ups_ += change;
    up_->set_up(ups_ > 0);
    down_->set_up(ups_ > 0);
  }

  void move(bool old_works) {
    if (over() || moved_ >= others_.size()) return;
    const Address next = others_[moved_];
    here_->add_address(next);
    const auto path = client_.move({next, server_}, here_->local_now());
    if (!path) {
      world_.at(world_.elapsed() + kMoveAgain, [this, old_works] { move(old_works); });
      return;
    }
    if (!old_works) here_->remove_address(moved_ == 0 ? first_ : others_[moved_ - 1]);
    ++moved_;
    here_->wake();
  }

  void ask(bool holds, const std::string& what) {
    if (!holds) broken_ << "\n  " << what;
  }

  Fared judge(bool begun, bool finished, bool keep_trace) {
    Fared fared;
    fared.seconds = seconds(world_.elapsed());
    fared.events = world_.events();
    fared.link_octets = static_cast<double>(up_->statistics().offered.bytes + down_->statistics().offered.bytes);
    // A burst is so many datagrams long, however rare they are: one may outlast every try of a handshake.
    if (!client_.connection().confirmed() && plan_.bursts()) return fared;
    ask(begun, "no keys");
    if (const auto* closed = client_.last<transport::Closed>()) ask(false, "client closed: " + closed->error.what);
    GatewayEnd::Guest* const guest = gateway_.guest(0);
    if (guest != nullptr && guest->closed) ask(false, "gateway closed: " + guest->closed->error.what);
    ask(finished, "deadlock");
    ask(client_.traffic().intact() && (guest == nullptr || guest->traffic.intact()), "octets that nobody sent");
    if (guest != nullptr) judge_sizes(*guest, finished);
    ask(conduct_.worst() <= 3, "amplification " + std::to_string(conduct_.worst()));
    ask(conduct_.largest() <= 300, "data to an address not validated: " + std::to_string(conduct_.largest()));
    const auto peak = std::max(here_->peak_in_flight(), there_->peak_in_flight());
    ask(peak <= plan_.in_flight_limit(), "in flight: " + std::to_string(peak));
    if (fared.link_octets > static_cast<double>(plan_.link_limit()))
      slow_ << "\n  octets on the link: " << fared.link_octets;
    fared.slow = slow_.str();
    fared.broken = broken_.str();
    if (!keep_trace) return fared;
    fared.trace = world_.trace().dump(4000) + described("client", client_.connection(), *here_);
    if (gateway_.connection(0) != nullptr) fared.trace += described("gateway", *gateway_.connection(0), *there_);
    return fared;
  }

  static std::string described(const char* who, const transport::Connection& connection, const Host& host) {
    const transport::path::Path& path = connection.active();
    const TimePoint now = host.local_now();
    std::ostringstream out;
    out << who << ": path " << path.id.value << ", in flight " << path.sent.bytes_in_flight() << " of "
        << (path.rate ? path.rate->window() : 0) << ", pacing " << (path.rate ? path.rate->pacing().value : 0)
        << " bit/s, rtt " << seconds(path.rtt.smoothed()) << " s, size " << path.mtu.size() << ", probes "
        << path.probes << ", lost " << path.lost_packets << ", spurious " << path.spurious_losses
        << ", next deadline in "
        << (connection.next_deadline(now) == kNever ? -1 : seconds(connection.next_deadline(now) - now)) << " s\n";
    return out.str();
  }

  void judge_sizes(GatewayEnd::Guest& guest, bool finished) {
    std::uint64_t up = 0;
    for (const DrawnStream& each : plan_.streams) up += each.up ? each.size : 0;
    ask(guest.traffic.received() <= up && client_.traffic().received() <= plan_.octets() - up, "octets twice");
    if (finished) ask(guest.traffic.received() + client_.traffic().received() == plan_.octets(), "octets missing");
  }

  const Drawn& plan_;
  Address first_ = plan_.ipv6 ? address("2001:db8::1", 5000) : address("10.0.0.1", 5000);
  Address server_ = plan_.ipv6 ? address("2001:db8::ffff", 443) : address("192.0.2.1", 443);
  std::vector<Address> others_ =
      plan_.ipv6 ? std::vector{address("2001:db8::2", 5000), address("2001:db8::3", 5000), address("2001:db8::4", 5000)}
                 : std::vector{address("10.0.0.2", 5000), address("10.0.0.3", 5000), address("10.0.0.4", 5000)};
  World world_;
  ClientEnd client_;
  GatewayEnd gateway_;
  Conduct conduct_;
  Host* here_ = nullptr;
  Host* there_ = nullptr;
  Link* up_ = nullptr;
  Link* down_ = nullptr;
  Nat* nat_ = nullptr;
  int ups_ = 1;
  std::size_t moved_ = 0;
  std::ostringstream broken_;
  std::ostringstream slow_;
};

}  // namespace

Fared run(const Drawn& plan, bool keep_trace, const std::shared_ptr<Exchanges>& exchanges) {
  return Run(plan, exchanges).fare(keep_trace);
}

}  // namespace sim
