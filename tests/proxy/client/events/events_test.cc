#include "proxy/client/events/events.h"

#include "tests/support/coro_test.h"

namespace proxy::client::events {
namespace {

using booster::runtime::TaskScope;

Task<Result<>> collect(Events& events, std::vector<std::string>& into, std::size_t count) {
  Events::Subscription place = events.subscribe();
  while (into.size() < count) {
    CO_TRY_ASSIGN(const Event event, co_await place.next());
    into.push_back(event.text);
  }
  co_return Result<>();
}

CORO_TEST(Events, EveryListenerSeesEachEventOnce) {
  Events events;
  std::vector<std::string> one;
  std::vector<std::string> two;
  TaskScope tasks(loop, co_await booster::runtime::current_cancel());
  tasks.spawn("one", collect(events, one, 3));
  tasks.spawn("two", collect(events, two, 3));
  (void)co_await booster::runtime::sleep_for(std::chrono::seconds(1));
  events.notice("a@b", "first", false);
  events.notice("a@b", "second", true);
  (void)co_await booster::runtime::sleep_for(std::chrono::seconds(1));
  events.notice("a@b", "third", false);
  co_await tasks.join();
  const std::vector<std::string> all{"first", "second", "third"};
  EXPECT_EQ(one, all);
  EXPECT_EQ(two, all);
  EXPECT_EQ(events.notices().size(), 3U);
}

CORO_TEST(Events, AListenerFarBehindIsTold) {
  Events events;
  Events::Subscription place = events.subscribe();
  for (std::size_t i = 0; i < kKeptEvents + 10; ++i) events.status_changed("a@b");
  const Result<Event> event = co_await place.next();
  CO_ASSERT_OK(event);
  EXPECT_EQ(event->sequence, 11U);
  EXPECT_TRUE(place.take_missed());
  EXPECT_FALSE(place.take_missed());
  CO_ASSERT_OK(co_await place.next());
  EXPECT_FALSE(place.take_missed());
}

CORO_TEST(Signal, AChangeBeforeTheWaitIsNotMissed) {
  Signal signal;
  const std::uint64_t seen = signal.count();
  signal.raise();
  CO_ASSERT_OK(co_await signal.past(seen));
}

}  // namespace
}  // namespace proxy::client::events
