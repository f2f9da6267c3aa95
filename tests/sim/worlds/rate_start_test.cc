// The first round trips, on links known and unknown; and the named links from the first packet on.
#include <gtest/gtest.h>

#include "tests/sim/worlds/rate_links.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

TEST(RateStart, ATrainFindsAnUnknownPathsRate) {
  for (const double rate : {2e6, 10e6, 30e6}) {
    RateStory story(1, rate_link(rate, 100ms, 100ms));
    story.transfer().send(kEndless);
    story.run_to(600ms);
    story.mark();
    story.run_to(1500ms);
    EXPECT_GT(story.through(), .85 * rate);
    EXPECT_LT(story.wait_mean(), 40ms);
  }
}

// A login's small packets before it, and then what a mail server or a flow gives: a little first, the rest in pieces.
TEST(RateStart, ATransferBehindSmallTalkFindsTheRateAsSoon) {
  Duration waited{};
  for (std::uint64_t seed = 1; seed <= seeds(12); ++seed) {
    RateStory story(seed, rate_link(10e6, 600ms, 600ms, {.loss = random_loss(.005), .jitter = 1ms}));
    story.run_to(1300ms);
    for (std::uint64_t i = 0; i < 3 + seed; ++i) {
      story.transfer().say(40 + 90 * ((seed + i) % 7));
      story.run_for(1ms * ((seed + i) % 11));
    }
    story.run_to(2s + 100ms * seed);
    const Duration began = story.world().elapsed();
    story.transfer().send(4'000);
    story.run_for(1ms * (1 + seed % 7));
    for (int i = 0; i < 600; ++i) {
      story.transfer().send(24'000);
      story.run_for(4ms);
    }
    story.run_to(began + 2400ms);
    story.mark();
    story.run_to(began + 6s);
    EXPECT_GT(story.through(), 8.5e6) << seed;
    EXPECT_LT(story.wait_mean(), 200ms) << seed;
    waited += story.wait_mean();
  }
  EXPECT_LT(waited / seeds(12), 110ms);
}

// A rate far too low is left behind, though few packets make its samples.
TEST(RateStart, AMemoryFarTooLowIsLeftBehind) {
  for (const double rate : {.2e6, 2e6, 20e6}) {
    RateStory story(1, swapped(rate_link(rate, 60ms, 200ms)), rate::Remembered{{8'000}, 60ms});
    story.transfer().send(kEndless);
    story.run_to(12s);
    story.mark();
    story.run_to(16s);
    EXPECT_GT(story.share(), .8) << rate;
  }
}

// The link goes away under the first packets: the time that it was away is no part of how fast they went.
TEST(RateStart, AnOutageInTheTrainSaysNothing) {
  struct Case {
    double rate;
    Duration round_trip;
  };
  for (const Case& each : {Case{.8e6, 26ms}, Case{.8e6, 60ms}, Case{2e6, 26ms}, Case{2e6, 60ms}}) {
    for (Duration at = 3 * each.round_trip; at < 5 * each.round_trip; at += 7ms) {
      RateStory story(1, rate_link(each.rate, each.round_trip, 200ms));
      story.transfer().send(kEndless);
      story.run_to(at);
      story.links().up.set_up(false);
      story.links().down.set_up(false);
      story.run_for(15s);
      story.links().up.set_up(true);
      story.links().down.set_up(true);
      story.run_for(4s);
      story.mark();
      story.run_for(3s);
      EXPECT_GT(story.share(), .8) << each.rate << " " << seconds(each.round_trip) << " " << seconds(at);
    }
  }
}

TEST(RateStart, OnASlowPathTheTrainIsShort) {
  struct Case {
    double rate;
    Duration round_trip, most;
  };
  for (const Case& each : {Case{40e3, 600ms, 1300ms}, Case{200e3, 400ms, 400ms}}) {
    RateStory story(1, rate_link(each.rate, each.round_trip, 3s));
    story.transfer().send(kEndless);
    story.run_to(10s);
    EXPECT_LT(story.wait_most(), each.most) << each.rate;
    story.mark();
    story.run_to(30s);
    EXPECT_GT(story.share(), .7) << each.rate;
  }
}

// The gateway keeps nothing: the client brings back what the path took, sealed in its token.
TEST(RateStart, TheNextConnectionBeginsWhereTheLastOneWas) {
  World world(1);
  const Address server = address("192.0.2.1", 443);
  GatewayEnd gateway(1);
  gateway.on_guest([](GatewayEnd::Guest& guest) { guest.traffic.send(session::Class::Bodies, kEndless); });
  world.add_node("gateway", gateway, {server});
  const Duplex links = world.add_links("path", rate_link(10e6, 600ms, 600ms));
  std::deque<ClientEnd> clients;
  std::array<std::uint64_t, 2> received{};
  booster::Bytes token;
  for (std::uint16_t nth = 0; nth < 2; ++nth) {
    const Address here = address("10.0.0.1", static_cast<std::uint16_t>(5000 + nth));
    ClientEnd& client = clients.emplace_back(nth + 1, ClientSettings{.route = {here, server}, .token = token});
    Host& host = world.add_node("client " + std::to_string(nth), client, {here});
    world.connect(here, server, {&links.up}, {&links.down});
    const Duration began = world.elapsed();
    client.call(host.local_now());
    host.wake();
    world.run_until(kEpoch + began + 2400ms);  // four round trips
    received[nth] = client.traffic().received();
    world.run_until(kEpoch + began + 8s);
    const auto* const given = client.last<transport::TokenGiven>();
    ASSERT_NE(given, nullptr);
    token = given->token;
    client.connection().close(booster::Error(booster::Errc::Closed, "enough"), host.local_now());
    host.wake();
    world.run_until(world.now() + 4s);
  }
  EXPECT_GT(received[1], received[0] + received[0] / 2) << received[0];
}

RateStory remembered(double bits_per_second) {
  return RateStory(1, swapped(rate_link(10e6, 100ms, 100ms)),
                   rate::Remembered{{static_cast<std::uint64_t>(bits_per_second)}, 100ms});
}

TEST(RateStart, ARememberedPathIsFullInTheThirdRoundTrip) {
  RateStory story = remembered(10e6);
  story.transfer().send(kEndless);
  story.run_to(400ms);
  story.mark();
  story.run_to(1s);
  EXPECT_GT(story.through(), 9e6);
  EXPECT_LT(story.wait_most(), 40ms);
  EXPECT_EQ(story.thrown_away(), 0);
}

TEST(RateStart, AMemoryTenTimesTooHighIsDroppedAtOnce) {
  RateStory story = remembered(100e6);
  story.transfer().send(kEndless);
  story.run_to(320ms);  // handshake and two round trips
  story.mark();
  story.run_to(2s);
  EXPECT_LT(story.thrown_away(), .1);
  EXPECT_GT(story.through(), 9e6);
}

TEST(RateStart, AMemoryTenTimesTooLowIsOutgrown) {
  RateStory story = remembered(1e6);
  story.transfer().send(kEndless);
  story.run_to(1500ms);
  story.mark();
  story.run_to(3s);
  EXPECT_GT(story.through(), 9.3e6);
  EXPECT_LT(story.thrown_away(), .02);
}

TEST(RateStart, NamedLinksAreFull) {
  struct Case {
    const char* name;
    double least;
    Duration wait;
  };
  for (const Case& each : {Case{"3g", .91, 37ms}, Case{"lte", .92, 25ms}, Case{"lte-edge-of-cell", .84, 30ms},
                           Case{"geo-sat", .83, 75ms}, Case{"leo", .76, 25ms}}) {
    for (std::uint64_t seed = 1; seed <= seeds(2); ++seed) {
      RateStory story(seed, profile(each.name));
      story.transfer().send(kEndless);
      story.run_to(25s);
      EXPECT_GT(story.share(), each.least) << each.name << seed;
      EXPECT_LT(story.wait_mean(), each.wait) << each.name << seed;
    }
  }
}

}  // namespace
}  // namespace sim
