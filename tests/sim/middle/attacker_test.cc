#include "tests/sim/middle/attacker.h"

#include <gtest/gtest.h>

#include "tests/sim/meters.h"
#include "tests/sim/toy.h"
#include "tests/sim/world.h"

namespace sim {
namespace {

using namespace std::chrono_literals;
using Numbers = std::vector<std::uint64_t>;

const Address kVictim = address("10.0.0.1", 5000);
const Address kTarget = address("192.0.2.1", 443);
const Address kLiar = address("203.0.113.66", 666);

struct AttackedWorld {
  explicit AttackedWorld(Attack attack) : attacker(world.add_attacker("attacker", std::move(attack))) {
    client = &world.add_node("client", sender, {kVictim});
    server = &world.add_node("server", receiver, {kTarget});
    world.connect(kVictim, kTarget, {&up, &attacker}, {&down});
  }
  Numbers run(Duration length = 1s) {
    client->wake();
    world.run_for(length);
    return receiver.numbers();
  }

  World world{1};
  Link& up = world.add_link("up", {.delay = 10ms});
  Link& down = world.add_link("down", {.delay = 10ms});
  Attacker& attacker;
  ToySender sender{{.route = {kVictim, kTarget}, .datagrams = 4, .retry = 1h}};
  ToyReceiver receiver;
  Host *client = nullptr, *server = nullptr;
};

TEST(Attacker, SeesAndSwallows) {
  int seen = 0;
  AttackedWorld attacked([&](Attacker&, Datagram&, TimePoint) { return ++seen == 2 ? Fate::Swallow : Fate::Pass; });
  EXPECT_EQ(attacked.run(), (Numbers{0, 2, 3}));
  EXPECT_EQ(seen, 4);
  EXPECT_EQ(attacked.world.trace().count(What::DroppedAttack), 1U);
}

TEST(Attacker, Changes) {
  AttackedWorld attacked([](Attacker&, Datagram& datagram, TimePoint) {
    datagram.bytes[0] ^= std::byte{0x10};
    return Fate::Pass;
  });
  EXPECT_EQ(attacked.run(), (Numbers{16, 17, 18, 19}));
}

TEST(Attacker, HoldsSoThatOthersOvertake) {
  int seen = 0;
  AttackedWorld attacked([&](Attacker& self, Datagram&, TimePoint) {
    if (seen++ == 0) self.hold(50ms);
    return Fate::Pass;
  });
  EXPECT_EQ(attacked.run(), (Numbers{1, 2, 3, 0}));
  EXPECT_EQ(attacked.receiver.times().back(), kEpoch + 60ms);
}

TEST(Attacker, ReplaysFromAnotherAddressAndTheAnswersGoThere) {
  std::vector<Forged> recorded;
  AttackedWorld attacked([&](Attacker&, Datagram& datagram, TimePoint) {
    recorded.push_back(Forged::like(datagram));
    return Fate::Pass;
  });
  ToyReceiver liar;
  liar.set_silent();
  attacked.world.add_node("liar", liar, {kLiar});
  attacked.world.route(kTarget, kLiar, {&attacked.down});
  attacked.world.at(500ms, [&] {
    recorded[2].source = kLiar;
    attacked.attacker.inject(recorded[2], 100ms);
  });
  EXPECT_EQ(attacked.run(), (Numbers{0, 1, 2, 3, 2}));
  EXPECT_EQ(attacked.receiver.last_route().remote, kLiar);
  EXPECT_EQ(attacked.receiver.times().back(), kEpoch + 600ms);
  EXPECT_EQ(liar.numbers(), Numbers{2});
}

TEST(Attacker, FromNowhereUnderASpoofedSourceMakesTheAnswersHitTheVictim) {
  AttackedWorld attacked(nullptr);
  AmplificationMeter meter;
  attacked.server->watch(meter);
  Link& elsewhere = attacked.world.add_link("elsewhere", {.delay = 5ms});
  attacked.world.inject({kVictim, kTarget, Ecn::NotEct, std::vector<std::byte>(4)}, {&elsewhere});
  attacked.world.run_for(1s);
  EXPECT_EQ(attacked.receiver.last_route().remote, kVictim);
  EXPECT_EQ(meter.worst(), 2);  // an 8-byte acknowledgement of 4 bytes
  EXPECT_EQ(attacked.world.trace().count(What::Injected), 1U);
  EXPECT_EQ(attacked.world.datagrams_under_way(), 0U);
}

TEST(Gate, ClosesFromATimeOnOrForSome) {
  World world(1);
  ToySender sender({.route = {kVictim, kTarget}, .datagrams = 30, .window = 1});
  ToyReceiver receiver;
  Host& client = world.add_node("client", sender, {kVictim});
  world.add_node("server", receiver, {kTarget});
  Link& link = world.add_link("link", {.delay = 10ms});
  Gate& gate = world.add_gate("gate");
  world.connect(kVictim, kTarget, {&gate, &link}, {&link});
  gate.close_from(kEpoch + 95ms);
  client.wake();
  world.run_for(500ms);
  EXPECT_EQ(receiver.numbers().size(), 5U);
  gate.close_from(kNever);
  gate.refuse([](const Datagram& datagram) { return datagram.bytes.size() > 100; });
  world.run_for(5s);
  EXPECT_EQ(receiver.numbers().size(), 5U);
  gate.refuse(nullptr);
  EXPECT_TRUE(world.run_until([&] { return sender.done(); }, 10s));
}

}  // namespace
}  // namespace sim
