#include <gtest/gtest.h>

#include "tests/sim/fabric/datagram.h"
#include "tests/sim/fabric/event_queue.h"
#include "tests/sim/fabric/random.h"
#include "tests/sim/fabric/trace.h"

namespace sim {
namespace {

using namespace std::chrono_literals;

class Nobody : public Element {
 public:
  void on_event(std::uint64_t, TimePoint) override {}
};

TEST(EventQueue, IsOrderedByTimeThenByTheOrderOfAsking) {
  EventQueue queue;
  Nobody nobody;
  Random random(1);
  for (std::uint64_t i = 0; i < 1000; ++i) queue.push(kEpoch + 1ms * (random.next() % 10), nobody, i);
  queue.push(kNever, nobody, 0);
  EXPECT_EQ(queue.size(), 1000U);
  Event last = queue.pop();
  while (!queue.empty()) {
    const Event event = queue.pop();
    EXPECT_TRUE(last.at < event.at || (last.at == event.at && last.tag < event.tag));
    last = event;
  }
  EXPECT_EQ(queue.next(), kNever);
}

TEST(Address, IsReadAndWritten) {
  EXPECT_EQ(text(address("192.0.2.1", 443)), "192.0.2.1:443");
  EXPECT_EQ(text(address("2001:db8::1", 53)), "[2001:db8::1]:53");
  EXPECT_TRUE(is_ipv4(address("10.0.0.1")));
  EXPECT_FALSE(is_ipv4(address("2001:db8::1")));
  EXPECT_TRUE(is_unspecified(address("0.0.0.0", 5)) && is_unspecified(address("::")) && is_unspecified({}));
  EXPECT_FALSE(is_unspecified(address("::1")));
  EXPECT_DEATH(address("10.0.0.256"), "inet_pton");
}

TEST(Datagram, CountsItsHeadersOnTheWire) {
  Datagram datagram;
  datagram.bytes.resize(100);
  datagram.destination = address("10.0.0.1");
  EXPECT_EQ(datagram.wire(), 128U);
  datagram.destination = address("2001:db8::1");
  EXPECT_EQ(datagram.wire(), 148U);
}

TEST(DatagramPool, ReusesPlaceAndMemory) {
  DatagramPool pool;
  Datagram& first = pool.take();
  first.bytes.assign(1400, std::byte{1});
  const std::byte* memory = first.bytes.data();
  pool.give_back(first);
  Datagram& again = pool.take();
  EXPECT_EQ(&again, &first);
  again.bytes.resize(1000);
  EXPECT_EQ(again.bytes.data(), memory);
  EXPECT_EQ(pool.in_use(), 1U);
}

TEST(Trace, KeepsTheLastEventsAndHashesAll) {
  Trace shorter(3);
  Trace longer(100);
  for (Trace* trace : {&shorter, &longer}) {
    trace->name("link");
    for (std::uint64_t i = 0; i < 10; ++i) trace->add({kEpoch + i * 1ms, i, 100, 1, 2, 0, What::Sent});
  }
  EXPECT_EQ(shorter.digest().value(), longer.digest().value());
  const auto kept = shorter.events();
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(kept[0].serial, 7U);
  EXPECT_EQ(kept[2].serial, 9U);
  EXPECT_EQ(shorter.count(What::Sent), 10U);
  EXPECT_NE(longer.dump(1).find("0.009000 link             sent             #9 100 B :1 > :2"), std::string::npos);
}

TEST(Seed, DependsOnWorldAndName) {
  EXPECT_EQ(seed_of(1, "up"), seed_of(1, "up"));
  EXPECT_NE(seed_of(1, "up"), seed_of(1, "down"));
  EXPECT_NE(seed_of(1, "up"), seed_of(2, "up"));
}

}  // namespace
}  // namespace sim
