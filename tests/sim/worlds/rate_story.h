// The stage for stories of rate control: bulk transfers over one link, perhaps beside others, and meters of what they
// got, what they made wait and what they wasted.
#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "tests/sim/ends/ends.h"
#include "tests/sim/tcp/flow.h"
#include "tests/sim/world.h"

namespace sim {

using booster::session::BitsPerSecond;
namespace rate = booster::transport::rate;

// One connection of ours; the gateway sends, or the client if it remembers the path.
class Transfer {
 public:
  Transfer(World& world, Duplex links, std::size_t nth, std::optional<rate::Remembered> remembered);

  void call();
  void send(std::uint64_t octets);  // as soon as there is a session
  // Somebody waits for it; there is a session.
  void say(std::uint64_t octets);
  // How long each took that has arrived, in the order they were said.
  std::vector<Duration> heard();
  transport::Connection* sender();  // nullptr: not yet
  const rate::RateController* control();
  BitsPerSecond capacity();  // as it believes; 0: it does not know
  std::uint64_t received();  // octets of streams, in order
  bool intact();
  ClientEnd& client() { return client_; }

 private:
  Traffic* outgoing();

  bool by_client_;
  ClientEnd client_;
  GatewayEnd gateway_;
  Host& client_host_;
  Host& gateway_host_;
  std::uint64_t owed_ = 0;
  std::map<std::uint64_t, TimePoint> said_;
};

class RateStory {
 public:
  RateStory(std::uint64_t seed, const LinkPair& pair, std::optional<rate::Remembered> remembered = {});

  // More over the same link, the same way.
  Transfer& add_transfer();
  tcp::Flow& add_flow(tcp::Control control);

  World& world() { return world_; }
  Link& link() { return by_client_ ? links_.up : links_.down; }
  Duplex links() { return links_; }
  Transfer& transfer(std::size_t nth = 0) { return transfers_[nth]; }
  void configure(const LinkSettings& settings) { link().configure(settings); }
  void set_rate(double bits_per_second);

  // Time since the world's beginning. The queue is looked at every two milliseconds.
  void run_to(Duration since_epoch);
  void run_for(Duration length) { run_to(world_.elapsed() + length); }
  void mark();  // the meters begin anew

  double rate_of_link() { return link().settings().bits_per_second; }
  double goodput(std::size_t nth = 0);  // bits a second of payload, in order
  double share(std::size_t nth = 0) { return goodput(nth) / rate_of_link(); }
  double sent();         // bits a second, at the link's beginning
  double through();      // and at its end
  double thrown_away();  // by queue and policer, share of what was sent
  double overhead();     // octets at the link's end for each of payload
  Duration waiting();    // at the bottleneck, now
  Duration wait_mean() const;
  Duration wait_at(double share) const;  // .99: p99
  Duration wait_most() const { return wait_at(1); }

 private:
  struct Octets {
    std::uint64_t sent = 0;
    std::uint64_t out = 0;
    std::uint64_t thrown = 0;
    std::vector<std::uint64_t> received{};
  };
  Octets count();
  double bits_since_mark(std::uint64_t now, std::uint64_t then) const;

  bool by_client_;
  World world_;
  Duplex links_;
  std::deque<Transfer> transfers_;
  std::deque<tcp::Flow> flows_;
  TimePoint marked_at_ = kEpoch;
  Octets before_;
  std::vector<Duration> waits_;
};

// A whole named link from the first packet on, and what the transfer got of it.
double share_of(const char* profile_text, std::uint64_t seed, Duration length);
constexpr std::uint64_t kEndless = std::uint64_t{1} << 34U;

}  // namespace sim
