#include "proxy/gateway/chunks/lately.h"

#include <gtest/gtest.h>

namespace proxy::gateway::chunks {
namespace {

using codec::compress::Coding;
using codec::compress::Encoding;

sync::ItemKey item(std::uint32_t uid) {
  return {"INBOX", {9}, {uid}};
}

TEST(Lately, WhatIsFarBackIsOutOfReach) {
  const Coding zstd{.level = 9, .window_log = 20};
  Lately lately;
  EXPECT_FALSE(lately.sees(item(1), 0, zstd));
  lately.went(item(1), 1'000, zstd);
  EXPECT_TRUE(lately.sees(item(1), 1'000, zstd));
  EXPECT_FALSE(lately.sees(item(2), 1'000, zstd));
  EXPECT_TRUE(lately.sees(item(1), 500'000, zstd));
  EXPECT_FALSE(lately.sees(item(1), 600'000, zstd));
}

TEST(Lately, AnotherWindowHasSeenNothing) {
  const Coding zstd{.level = 9, .window_log = 20};
  const Coding mix{.encoding = Encoding::Mix};
  Lately lately;
  lately.went(item(1), 1'000, zstd);
  EXPECT_FALSE(lately.sees(item(1), 1'000, mix));
  lately.went(item(2), 2'000, mix);
  EXPECT_TRUE(lately.sees(item(2), 2'000, mix));
  lately.went(item(3), 3'000, zstd);
  EXPECT_FALSE(lately.sees(item(1), 3'000, zstd)) << "that window has ended";
  EXPECT_FALSE(lately.sees(item(3), 3'000, {.encoding = Encoding::Lz4}));
}

}  // namespace
}  // namespace proxy::gateway::chunks
