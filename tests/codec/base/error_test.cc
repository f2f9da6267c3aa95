#include <gtest/gtest.h>

#include "codec/base/result.h"

namespace codec {
namespace {

Result<int> inner() {
  return fail(Errc::Full, "write: disk full", 28);
}

Result<int> outer() {
  TRY_ASSIGN(const int value, inner().context("open replica"));
  return value;
}

TEST(Error, ContextStandsInFrontAndTheCodeStays) {
  const auto result = outer();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::Full);
  EXPECT_EQ(result.error().sys, 28);
  EXPECT_EQ(to_string(result.error()), "Full: open replica: write: disk full");
}

TEST(Error, OnlyTransientCausesAreTriedAgain) {
  EXPECT_EQ(retry(Errc::Unreachable), Retry::Later);
  EXPECT_EQ(retry(Errc::Denied), Retry::Never);
  EXPECT_EQ(retry(Errc::Closed), Retry::Now);
}

}  // namespace
}  // namespace codec
