#include "booster/session/stream/byte_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace booster::stream {
namespace {

Bytes pattern(std::uint64_t from, std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>((from + i) * 2654435761u >> 7);
  return bytes;
}

RC_GTEST_PROP(ByteQueue, HoldsWhatWasAppendedAndNotDropped, ()) {
  ByteQueue queue;
  std::uint64_t begin = 0, end = 0;
  for (int step = 0; step < 60; ++step) {
    const Bytes more = pattern(end, *rc::gen::inRange<std::size_t>(0, 40000));
    queue.append(more);
    end += more.size();
    begin += *rc::gen::inRange<std::uint64_t>(0, (end - begin) * 5 / 4 + 1) % (end - begin + 1);
    queue.drop_to(begin);
    RC_ASSERT(queue.begin() == begin && queue.end() == end);
    const std::uint64_t at = begin + *rc::gen::inRange<std::uint64_t>(0, end - begin + 1);
    Bytes out(static_cast<std::size_t>(end - at));
    queue.copy(at, out);
    RC_ASSERT(out == pattern(at, out.size()));
    const ByteView front = queue.front();
    RC_ASSERT(front.empty() == (begin == end));
    RC_ASSERT(Bytes(front.begin(), front.end()) == pattern(begin, front.size()));
  }
}

TEST(ByteQueue, GoesOnElsewhereAfterARestart) {
  ByteQueue queue;
  queue.append(pattern(0, 100));
  queue.restart_at(500);
  EXPECT_TRUE(queue.empty());
  queue.append(pattern(500, 10));
  EXPECT_EQ(queue.begin(), 500u);
  EXPECT_EQ(queue.end(), 510u);
  Bytes out(10);
  queue.copy(500, out);
  EXPECT_EQ(out, pattern(500, 10));
}

}  // namespace
}  // namespace booster::stream
