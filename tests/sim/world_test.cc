#include "tests/sim/world.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/sim/toy.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

const Address kClient = address("10.0.0.1", 5000);
const Address kServer = address("192.0.2.1", 443);

struct ToyWorld {
  explicit ToyWorld(std::uint64_t seed, const LinkPair& pair, ToySettings settings = {})
      : world(seed), sender(with_route(settings)) {
    client = &world.add_node("client", sender, {kClient});
    server = &world.add_node("server", receiver, {kServer});
    links.emplace(world.connect("path", kClient, kServer, pair));
  }
  static ToySettings with_route(ToySettings settings) {
    settings.route = {kClient, kServer};
    return settings;
  }
  bool run(Duration limit = 600s) {
    client->wake();
    return world.run_until([&] { return sender.done(); }, limit);
  }

  World world;
  ToySender sender;
  ToyReceiver receiver;
  Host* client = nullptr;
  Host* server = nullptr;
  std::optional<Duplex> links;
};

TEST(World, ATransferTakesWhatTheLinkSays) {
  // 10 datagrams of 1250 bytes on the wire at 1 Mbit/s: 10 ms each, 50 ms there, 36 bytes back at 1 Mbit/s, 50 ms.
  const LinkSettings link{.bits_per_second = 1e6, .delay = 50ms};
  ToyWorld toy(1, {link, link}, {.datagrams = 10, .bytes = 1222});
  ASSERT_TRUE(toy.run());
  EXPECT_EQ(toy.world.elapsed(), 10 * 10ms + 50ms + 288us + 50ms);
  EXPECT_EQ(toy.receiver.numbers(), (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(toy.links->up.statistics().delivered, (Count{10, 12'500}));
  EXPECT_EQ(toy.links->down.statistics().delivered, (Count{10, 360}));
  EXPECT_EQ(toy.world.datagrams_under_way(), 0U);
  EXPECT_EQ(toy.client->bytes_in_flight(), 0U);
  EXPECT_EQ(toy.client->peak_in_flight(), 12'500U);
}

TEST(World, TheSameSeedGivesTheSameRunAndAnotherAnother) {
  const auto run = [](std::uint64_t seed) {
    ToyWorld toy(seed, profile("lte-edge-of-cell"), {.datagrams = 400});
    EXPECT_TRUE(toy.run()) << toy.world.trace().dump();
    return toy.world.digest();
  };
  for (std::uint64_t seed = 1; seed <= 20; ++seed) EXPECT_EQ(run(seed), run(seed));
  EXPECT_NE(run(1), run(2));
}

TEST(World, AFurtherElementLeavesTheOthersAsTheyWere) {
  const auto lost = [](bool more) {
    ToyWorld toy(7, profile("sym:10M:100:10%"));
    if (more) toy.world.add_link("another", {.loss = random_loss(.5)});
    EXPECT_TRUE(toy.run());
    return toy.receiver.numbers();
  };
  EXPECT_EQ(lost(false), lost(true));
}

TEST(World, ActionsHappenAtTheirTimeAndInOrder) {
  World world(1);
  std::vector<int> order;
  world.at(2s, [&] { order.push_back(3); });
  world.at(1s, [&] {
    order.push_back(1);
    world.at(world.elapsed(), [&] { order.push_back(2); });
  });
  world.at(2s, [&] { order.push_back(4); });
  world.run_until(kEpoch + 5s);
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4}));
  EXPECT_EQ(world.elapsed(), 5s);
  EXPECT_FALSE(world.run_until([] { return false; }, 1s));
  EXPECT_EQ(world.elapsed(), 6s);
}

TEST(World, NoRouteAndNoHostAreCountedAndTraced) {
  ToyWorld toy(1, {}, {.datagrams = 1, .retry = 10s});
  toy.world.disconnect(kClient, kServer);
  toy.client->wake();
  EXPECT_EQ(toy.world.trace().count(What::DroppedRoute), 1U);
  toy.world.connect(kClient, kServer, {&toy.links->up}, {&toy.links->down});
  toy.server->remove_address(kServer);
  toy.world.run_for(11s);
  EXPECT_EQ(toy.world.trace().count(What::DroppedHost), 1U);
  EXPECT_NE(toy.world.trace().dump().find("DROPPED no host"), std::string::npos);
  toy.server->add_address(with_port(kServer, 0));  // all its ports
  EXPECT_TRUE(toy.run(11s));
}

TEST(World, AChainWithoutLinksDeliversAfterTheSenderHasFinished) {
  ToyWorld toy(1, {}, {.datagrams = 50, .window = 5});
  toy.world.connect(kClient, kServer, {}, {});
  ASSERT_TRUE(toy.run());
  EXPECT_EQ(toy.world.elapsed(), 0s);
  EXPECT_EQ(toy.receiver.numbers().size(), 50U);
}

TEST(World, AnUnspecifiedLocalAddressIsTheHostsDefaultOrItsInterfaces) {
  const Address lte = address("10.0.0.1", 5000, 2);
  const Address wifi = address("10.1.0.1", 5000, 3);
  World world(1);
  ToySender sender({.route = {address("0.0.0.0"), kServer}, .datagrams = 3, .window = 1});
  ToyReceiver receiver;
  Host& client = world.add_node("client", sender, {lte, wifi});
  world.add_node("server", receiver, {kServer});
  world.connect("lte", lte, kServer, {{.delay = 30ms}, {.delay = 30ms}});
  world.connect("wifi", wifi, kServer, {{.delay = 5ms}, {.delay = 5ms}});
  client.wake();
  world.run_until([&] { return sender.acked() == 1; }, 1s);
  EXPECT_EQ(receiver.last_route().remote, address("10.0.0.1", 5000));
  client.set_default(wifi);  // the second is under way already
  ASSERT_TRUE(world.run_until([&] { return sender.done(); }, 1s));
  EXPECT_EQ(receiver.last_route().remote, address("10.1.0.1", 5000));
  EXPECT_EQ(client.local_for(address("0.0.0.0", 0, 2))->ip, lte.ip);
}

TEST(World, SeveralHostsShareABottleneck) {
  World world(3);
  Link& shared = world.add_link("shared", {.bits_per_second = 8e6, .queue_bytes = 100'000, .delay = 20ms});
  Link& back = world.add_link("back", {.delay = 20ms});
  ToyReceiver receiver;
  world.add_node("server", receiver, {kServer});
  std::deque<ToySender> senders;
  for (int i = 0; i < 10; ++i) {
    const Address own = address(("10.0.0." + std::to_string(i + 1)).c_str(), 5000);
    ToySender& sender = senders.emplace_back(ToySettings{.route = {own, kServer}, .datagrams = 100, .bytes = 972});
    Host& host = world.add_node("client " + std::to_string(i), sender, {own});
    world.connect(own, kServer, {&shared}, {&back});
    host.wake();
  }
  const auto all_done = [&] {
    return std::all_of(senders.begin(), senders.end(), [](const ToySender& sender) { return sender.done(); });
  };
  ASSERT_TRUE(world.run_until(all_done, 10s));
  EXPECT_EQ(shared.statistics().delivered, (Count{1000, 1'000'000}));
  EXPECT_NEAR(seconds(world.elapsed()), 1.0 + .04, .01);  // a megabyte at 1 MB/s, kept busy by 100 kB in flight
}

// 500 worlds of random, bad and changing links: every transfer ends, nothing is lost from the books.
TEST(World, WhateverTheLinksDoTheBooksBalance) {
  std::set<std::uint64_t> digests;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    Random random(seed_of(seed, "settings"));
    const auto drawn = [&] {
      LinkSettings link{.bits_per_second = 1e5 + random.unit() * 1e7, .queue_bytes = 3000 + random.next() % 100'000};
      if (random.unit() < .3) link.codel = CodelSettings{};
      link.loss = random.unit() < .5 ? random_loss(random.unit() * .3) : burst_loss(random.unit() * .1, 5);
      link.duplicate = random.unit() * .1;
      link.delay = 1ms * (random.next() % 400);
      link.jitter = link.delay / 4;
      link.reorder = random.unit() < .5;
      link.outages = {{1s * (random.next() % 10), 1s * (random.next() % 15)}};
      return link;
    };
    const LinkPair pair{drawn(), drawn()};
    ToyWorld toy(seed, pair, {.datagrams = 170, .window = 1 + random.next() % 60});
    toy.world.at(1ms * (random.next() % 3000), [&] { toy.links->up.configure(drawn()); });
    toy.world.at(4s, [&] { toy.links->down.set_up(false); });
    toy.world.at(5s, [&] { toy.links->down.set_up(true); });
    ASSERT_TRUE(toy.run(3600s)) << "seed " << seed << "\n" << toy.world.trace().dump();
    toy.world.run_for(600s);
    ASSERT_EQ(toy.world.datagrams_under_way(), 0U) << "seed " << seed;
    ASSERT_EQ(toy.client->bytes_in_flight() + toy.server->bytes_in_flight(), 0U) << "seed " << seed;
    for (const Link* link : {&toy.links->up, &toy.links->down}) {
      const LinkStatistics& all = link->statistics();
      ASSERT_EQ(all.offered.packets + all.duplicated, all.delivered.packets + all.dropped().packets) << "seed " << seed;
    }
    digests.insert(toy.world.digest());
  }
  EXPECT_EQ(digests.size(), 500U);
}

}  // namespace
}  // namespace sim
