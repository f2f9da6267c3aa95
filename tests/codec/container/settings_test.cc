// Streams of zlib's, whatever it was told, cost a few octets.
#include "tests/codec/container/streams.h"

namespace codec::container {
namespace {

void expect_opened(std::string_view text, const Making& making, std::size_t most) {
  const std::string octets = "some text before it\n" + pdf_stream(text, making);
  const Carried carried = carry(octets);
  EXPECT_EQ(carried.count.opened, 1U);
  EXPECT_EQ(carried.count.wrong, 0U);
  EXPECT_LE(carried.recipe, most) << "level " << making.level << " memory " << making.memory << " strategy "
                                  << making.strategy << " window " << making.window;
  EXPECT_NE(carried.content.find(text), std::string::npos);
}

TEST(ContainerSettings, EveryLevelIsForetold) {
  for (const std::string& text : {some_words(100'000, 1), some_markup(100'000, 2), some_markup(3'000, 3)}) {
    for (int level = 1; level <= 9; ++level) expect_opened(text, {.level = level}, 40);
  }
}

TEST(ContainerSettings, EveryMemoryIsForetold) {
  const std::string text = some_words(120'000, 4);
  for (int memory = 1; memory <= 9; ++memory) {
    for (const int level : {1, 4, 6, 9}) expect_opened(text, {.level = level, .memory = memory}, 40);
  }
}

TEST(ContainerSettings, EveryStrategyIsForetold) {
  for (const std::string& text : {some_words(120'000, 5), some_markup(120'000, 6)}) {
    for (const int strategy : {Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED}) {
      for (const int level : {1, 6, 9}) expect_opened(text, {.level = level, .strategy = strategy}, 40);
    }
  }
}

TEST(ContainerSettings, EveryWindowIsForetold) {
  const std::string text = some_markup(120'000, 7);
  for (int window = 9; window <= 15; ++window) {
    for (const int level : {1, 6}) expect_opened(text, {.level = level, .window = window}, 40);
  }
}

// RECIPE.md §4.2: zlib can be tuned to what these programs do.
TEST(ContainerSettings, WordAndExcelAreForetold) {
  const std::string text = some_markup(200'000, 14);
  for (const Making& making : {Making{.level = 4, .memory = 7, .tuned = {4, 4, 258, 32}},
                               Making{.level = 1, .memory = 7, .tuned = {4, 4, 258, 16}}}) {
    expect_opened(text, making, 20);
    Making flushed = making;
    flushed.flush = Z_FULL_FLUSH;
    flushed.flush_every = 80'000;
    EXPECT_LE(carry(gzip(text, flushed)).count.wrong, 5U);
  }
}

TEST(ContainerSettings, AllTogether) {
  const std::string text = some_markup(12'000, 8);
  for (int level = 1; level <= 9; ++level) {
    for (const int memory : {1, 5, 9}) {
      for (const int strategy : {Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED}) {
        for (const int window : {9, 15}) {
          const Making making{.level = level, .memory = memory, .strategy = strategy, .window = window};
          const Carried carried = carry(pdf_stream(text, making));
          EXPECT_EQ(carried.count.opened, 1U);
          EXPECT_LE(carried.count.wrong, carried.count.tokens / 100)
              << level << " " << memory << " " << strategy << " " << window;
        }
      }
    }
  }
}

TEST(ContainerSettings, FlushesAreForetoldOrPutRight) {
  const std::string text = some_markup(100'000, 9);
  for (const int flush : {Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_PARTIAL_FLUSH, Z_BLOCK}) {
    for (const int level : {1, 6, 9}) {
      const Carried carried = carry(pdf_stream(text, {.level = level, .flush = flush}));
      EXPECT_EQ(carried.count.opened, 1U);
      EXPECT_LE(carried.recipe, 400U) << flush << " " << level;
    }
  }
}

TEST(ContainerSettings, WhatCannotBePackedIsKept) {
  const std::string noise = some_octets(100'000, 10);
  EXPECT_EQ(carry(gzip(noise)).recipe, 0U);                                 // stored blocks only
  EXPECT_EQ(carry(gzip(some_words(50'000, 11), {.level = 0})).recipe, 0U);  // so is level 0
  const std::string mixed = some_words(100'000, 12) + noise + some_words(100'000, 13);
  const Carried carried = carry(gzip(mixed));
  EXPECT_EQ(carried.count.opened, 1U);
  EXPECT_LE(carried.recipe, 1200U);
}

}  // namespace
}  // namespace codec::container
