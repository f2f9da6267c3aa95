// CORO_TEST(Suite, Name) { … co_return; }: a coroutine on a loop with virtual time; at its end no frame lives and no
// handle is open.
#pragma once
#include <gtest/gtest.h>

#include "booster/runtime/loop.h"
#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"

namespace support {

inline void run_coro_test(booster::runtime::Task<void> (*body)(booster::runtime::Loop&),
                          booster::runtime::Loop::Time time) {
  const std::size_t before = booster::runtime::live_frames();
  {
    booster::runtime::Loop loop(time);
    loop.run(body(loop));
    EXPECT_EQ(loop.open_handles(), 0U) << "handles left open";
  }
  EXPECT_EQ(booster::runtime::live_frames(), before) << "coroutine frames left alive";
}

}  // namespace support

#define PB_CORO_TEST(Suite, Name, TimeKind)                                                 \
  static booster::runtime::Task<void> Suite##_##Name##_body(booster::runtime::Loop& loop);  \
  TEST(Suite, Name) {                                                                       \
    support::run_coro_test(&Suite##_##Name##_body, booster::runtime::Loop::Time::TimeKind); \
  }                                                                                         \
  static booster::runtime::Task<void> Suite##_##Name##_body([[maybe_unused]] booster::runtime::Loop& loop)

#define CORO_TEST(Suite, Name) PB_CORO_TEST(Suite, Name, Virtual)
// For tests with real sockets or processes.
#define CORO_TEST_REAL(Suite, Name) PB_CORO_TEST(Suite, Name, Real)

#define CO_ASSERT_TRUE(condition)     \
  do {                                \
    const bool ok_ = bool(condition); \
    EXPECT_TRUE(ok_) << #condition;   \
    if (!ok_) co_return;              \
  } while (0)
// For a Result: shows the error.
#define CO_ASSERT_OK(result)                                                                      \
  do {                                                                                            \
    auto&& ok_ = (result);                                                                        \
    EXPECT_TRUE(ok_) << #result << ": " << (ok_ ? std::string() : codec::to_string(ok_.error())); \
    if (!ok_) co_return;                                                                          \
  } while (0)
