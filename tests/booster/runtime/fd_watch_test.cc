#include "booster/runtime/fd_watch.h"

#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/coro_test.h"

namespace booster::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Two connected sockets, one of them watched.
struct WatchedPair {
  explicit WatchedPair(Loop& loop) {
    CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    watch = std::make_unique<FdWatch>(loop, ends[0]);
  }
  ~WatchedPair() {
    watch.reset();
    for (const int end : ends) ::close(end);
  }
  void say() const { CHECK(::write(ends[1], "a", 1) == 1); }
  void hear() const {
    char octet = 0;
    CHECK(::read(ends[0], &octet, 1) == 1);
  }
  Task<Result<>> readable_within(Duration limit) const { co_return co_await with_timeout(limit, watch->readable()); }
  Task<Result<>> writable_within(Duration limit) const { co_return co_await with_timeout(limit, watch->writable()); }

  int ends[2] = {-1, -1};
  std::unique_ptr<FdWatch> watch;
};

// Two events of another descriptor, one after the other: between them the loop has told of everything else.
Task<Result<>> loop_turns(Loop& loop) {
  const WatchedPair other(loop);
  for (int i = 0; i < 2; ++i) {
    other.say();
    CO_TRY(co_await other.readable_within(seconds(10)));
    other.hear();
  }
  co_return Result<>();
}

CORO_TEST_REAL(FdWatch, TellsOfWhatComesEachTime) {
  const WatchedPair pair(loop);
  for (int i = 0; i < 3; ++i) {
    const Result<> nothing = co_await pair.readable_within(milliseconds(2));
    CO_ASSERT_TRUE(!nothing);
    EXPECT_EQ(nothing.error().code, Errc::Timeout);
    pair.say();
    CO_ASSERT_OK(co_await pair.readable_within(seconds(10)));
    pair.hear();
  }
}

CORO_TEST_REAL(FdWatch, TellsAgainOfWhatWasNotTaken) {
  const WatchedPair pair(loop);
  pair.say();
  CO_ASSERT_OK(co_await pair.readable_within(seconds(10)));
  CO_ASSERT_OK(co_await pair.readable_within(seconds(10)));
  CO_ASSERT_OK(co_await loop_turns(loop));  // it looks while nobody waits
  CO_ASSERT_OK(co_await pair.readable_within(seconds(10)));
}

CORO_TEST_REAL(FdWatch, TellsOfBothWays) {
  const WatchedPair pair(loop);
  CO_ASSERT_OK(co_await pair.writable_within(seconds(10)));
  CO_ASSERT_TRUE(!co_await pair.readable_within(milliseconds(2)));
  pair.say();
  CO_ASSERT_OK(co_await pair.readable_within(seconds(10)));
  CO_ASSERT_OK(co_await pair.writable_within(seconds(10)));
}

// The loop is not kept busy by what nobody wants.
CORO_TEST_REAL(FdWatch, StopsLookingWhenNobodyWaits) {
  const WatchedPair pair(loop);
  pair.say();
  CO_ASSERT_OK(co_await pair.readable_within(seconds(10)));
  EXPECT_TRUE(pair.watch->is_watched());
  CO_ASSERT_OK(co_await loop_turns(loop));
  EXPECT_FALSE(pair.watch->is_watched());
}

CORO_TEST_REAL(FdWatch, ThatIsClosedSaysSo) {
  const WatchedPair pair(loop);
  pair.watch->close();
  const Result<> end = co_await pair.readable_within(seconds(10));
  CO_ASSERT_TRUE(!end);
  EXPECT_EQ(end.error().code, Errc::Closed);
}

}  // namespace
}  // namespace booster::runtime
