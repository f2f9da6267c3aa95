// What a connection tells of a transfer is what the link saw.
#include <set>

#include "tests/booster/transport/trace/recorder.h"
#include "tests/sim/worlds/scene.h"

namespace booster::transport::trace {
namespace {

using namespace std::chrono_literals;
using sim::Scene;
using To = PathChanged::To;

// The client's connection is watched from its first packet on.
struct Watched : Scene {
  explicit Watched(const sim::LinkPair& link = sim::scene_link()) : Scene(link) {
    call();
    client.connection().trace_to(&told);
  }
  ~Watched() { client.connection().trace_to(nullptr); }
  void send(std::uint64_t size) {
    ASSERT_TRUE(
        until([this] { return client.connection().confirmed() && gateway.guest(0) != nullptr; }, 5 * sim::kSceneRtt));
    send_up(session::Class::Bodies, size);
  }
  Recorder told;
};

std::uint64_t octets_sent(const Recorder& told) {
  std::uint64_t octets = 0;
  for (const PacketSent& each : told.of<PacketSent>()) octets += each.size;
  return octets;
}

TEST(TraceWatch, EveryPacketIsToldWithItsFate) {
  Watched scene;
  const std::uint64_t before = scene.client.connection().bytes_sent();
  scene.send(3'000'000);
  ASSERT_TRUE(scene.until([&] { return scene.client.traffic().all_sent(); }, 10s));
  scene.world.run_for(1s);
  EXPECT_GT(octets_sent(scene.told), 3'000'000U);
  EXPECT_EQ(octets_sent(scene.told), scene.client.connection().bytes_sent() - before);
  std::set<std::uint64_t> sent;
  for (const PacketSent& each : scene.told.of<PacketSent>()) {
    if (each.path == kHandshakePath || !each.eliciting) continue;
    EXPECT_TRUE(sent.insert(each.number.value).second) << each.number.value;
  }
  std::set<std::uint64_t> settled;
  for (const PacketsAcked& each : scene.told.of<PacketsAcked>()) {
    for (const PacketNumber number : each.numbers) settled.insert(number.value);
  }
  for (const PacketLost& each : scene.told.of<PacketLost>()) settled.insert(each.number.value);
  EXPECT_TRUE(std::includes(settled.begin(), settled.end(), sent.begin(), sent.end()));
  EXPECT_GT(scene.told.of<PacketReceived>().size(), 100U);  // its acknowledgements
  EXPECT_TRUE(std::is_sorted(scene.told.all().begin(), scene.told.all().end(),
                             [](const auto& one, const auto& other) { return one.at < other.at; }));
}

TEST(TraceWatch, TheEstimatesAreTheLinks) {
  Watched scene;
  scene.send(6'000'000);
  scene.world.run_for(3s);
  const std::vector<Metrics> metrics = scene.told.of<Metrics>();
  ASSERT_GT(metrics.size(), 10U);
  EXPECT_LT(metrics.size(), 100U);  // a few in each round trip, not one for each packet
  EXPECT_NEAR(static_cast<double>(metrics.back().rate.value), 10e6, 1e6);
  EXPECT_NEAR(sim::seconds(metrics.back().least_rtt), sim::kRtt, .01);
  EXPECT_GE(metrics.back().smoothed_rtt, metrics.back().least_rtt);
  EXPECT_GT(metrics.back().in_flight, 50'000U);
  const std::vector<MtuFound> sizes = scene.told.of<MtuFound>();
  ASSERT_FALSE(sizes.empty());
  EXPECT_EQ(sizes.front().before, 1200U);
  EXPECT_EQ(sizes.back().now, 1472U);
  EXPECT_TRUE(scene.told.changed({0}, To::Opened));
  EXPECT_TRUE(scene.told.changed({0}, To::Proved));
  EXPECT_TRUE(scene.told.changed({0}, To::InUse));
  EXPECT_TRUE(scene.told.of<PolicerJudged>().empty());
  EXPECT_TRUE(scene.told.of<OutageBegan>().empty());
}

TEST(TraceWatch, LossIsToldByKind) {
  sim::LinkPair link = sim::scene_link();
  link.up.loss = sim::random_loss(.05);
  Watched scene(link);
  scene.send(20'000'000);
  scene.world.run_for(10s);
  EXPECT_GT(scene.told.of<PacketLost>().size(), 200U);
  const std::vector<LossJudged> judged = scene.told.of<LossJudged>();
  ASSERT_FALSE(judged.empty());
  EXPECT_NEAR(judged.back().radio, .05, .02);
  EXPECT_NEAR(judged.back().all, .05, .03);
}

TEST(TraceWatch, APolicerIsTold) {
  sim::LinkPair link = sim::scene_link(100e6);
  link.up.police = sim::PoliceSettings{4e6, 20'000};
  Watched scene(link);
  scene.send(20'000'000);
  scene.world.run_for(10s);
  const std::vector<PolicerJudged> judged = scene.told.of<PolicerJudged>();
  ASSERT_FALSE(judged.empty());
  EXPECT_TRUE(judged.front().found);
}

TEST(TraceWatch, AnOutageHasBeginningProbesAndEnd) {
  Watched scene;
  scene.send(20'000'000);
  scene.world.run_for(1s);
  scene.up->set_up(false);
  scene.world.run_for(5s);
  EXPECT_EQ(scene.told.of<OutageBegan>().size(), 1U);
  EXPECT_TRUE(scene.told.of<OutageEnded>().empty());
  const std::vector<ProbeTimeout> probes = scene.told.of<ProbeTimeout>();
  ASSERT_GE(probes.size(), 2U);
  EXPECT_EQ(probes[0].in_row, 1);
  EXPECT_EQ(probes[1].in_row, 2);
  scene.up->set_up(true);
  scene.world.run_for(1s);
  ASSERT_EQ(scene.told.of<OutageEnded>().size(), 1U);
  EXPECT_NEAR(sim::seconds(scene.told.of<OutageEnded>()[0].lasted), 5.1, .3);
}

TEST(TraceWatch, AMoveOpensProvesAndLeavesPaths) {
  Watched scene;
  scene.send(2'000'000);
  scene.world.run_for(1s);
  scene.here->add_address(scene.second);
  ASSERT_TRUE(scene.client.move({scene.second, scene.server}, scene.here->local_now()));
  scene.here->wake();
  scene.world.run_for(1s);
  for (const To to : {To::Opened, To::InUse, To::Proved}) EXPECT_TRUE(scene.told.changed({1}, to)) << int(to);
  EXPECT_TRUE(scene.told.changed({0}, To::Gone));
  EXPECT_FALSE(scene.told.changed({1}, To::Gone));
}

TEST(TraceWatch, TheGatewayTellsThatItsClientMoved) {
  Scene scene;
  Recorder told;
  scene.begin();
  scene.gateway.connection(0)->trace_to(&told);
  sim::Nat& nat = scene.world.add_nat("nat", {.public_ip = sim::address("198.51.100.1")});
  scene.world.route(scene.first, scene.server, {scene.up, &nat.outward()});
  scene.world.route(scene.server, sim::address("198.51.100.1"), {&nat.inward(), scene.down});
  scene.send_up(session::Class::Bodies, 500'000);
  scene.world.run_for(2s);
  EXPECT_TRUE(told.changed({0}, To::Moved));
  scene.gateway.connection(0)->trace_to(nullptr);
}

TEST(TraceWatch, NewKeysAndTheEndAreTold) {
  Watched scene;
  scene.send(500'000);
  scene.world.run_for(500ms);
  EXPECT_TRUE(scene.told.of<KeyUpdated>().empty());
  scene.client.connection().wear_key(std::uint64_t{1} << 22);
  scene.world.run_for(500ms);
  EXPECT_EQ(scene.told.of<KeyUpdated>().size(), 1U);
  scene.client.connection().close(Error(Errc::Denied, "revoked"), scene.here->local_now());
  const std::vector<ConnectionClosed> ends = scene.told.of<ConnectionClosed>();
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].error.code, Errc::Denied);
  EXPECT_FALSE(ends[0].by_peer);
}

TEST(TraceWatch, NothingIsToldAfterwards) {
  Watched scene;
  scene.send(500'000);
  scene.client.connection().trace_to(nullptr);
  scene.told.clear();
  ASSERT_TRUE(scene.until([&] { return scene.client.traffic().all_sent(); }, 10s));
  EXPECT_TRUE(scene.told.all().empty());
}

}  // namespace
}  // namespace booster::transport::trace
