// Closer believes nothing.
#include "codec/container/closer.h"

#include "codec/container/limits.h"
#include "codec/container/recipe.h"
#include "tests/codec/container/streams.h"

namespace codec::container {
namespace {

TEST(Closer, RefusesWhatGivesAnotherSize) {
  const std::string octets = gzip(some_markup(20'000, 1));
  const OpenedBlock block = Opener().open(as_bytes(octets));
  ASSERT_FALSE(block.recipe.empty());
  EXPECT_TRUE(Closer().close(block.recipe, block.content, octets.size()));
  for (const std::size_t size : {std::size_t{0}, octets.size() - 1, octets.size() + 1, 2 * kMaxClosedBlock}) {
    EXPECT_EQ(Closer().close(block.recipe, block.content, size).error().code, Errc::Protocol);
  }
  EXPECT_FALSE(Closer().close(block.recipe, ByteView(block.content).subspan(1), octets.size()));
  EXPECT_FALSE(Closer().close({}, block.content, octets.size()));
}

TEST(Closer, RefusesARecipeThatIsCutOrChanged) {
  const std::string octets = gzip(some_markup(5'000, 2), {.flush = Z_SYNC_FLUSH, .flush_every = 700});
  const OpenedBlock block = Opener().open(as_bytes(octets));
  ASSERT_GT(block.recipe.size(), 20U);
  for (std::size_t size = 1; size < block.recipe.size(); ++size) {
    EXPECT_FALSE(Closer().close(ByteView(block.recipe).first(size), block.content, octets.size()));
  }
  for (std::size_t at = 0; at < block.recipe.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Bytes changed = block.recipe;
      changed[at] ^= static_cast<std::byte>(1U << bit);
      const Result<Bytes> closed = Closer().close(changed, block.content, octets.size());
      EXPECT_TRUE(!closed || closed->size() == octets.size());
    }
  }
}

TEST(Closer, RefusesToGoOnWithNothing) {
  Bytes level;
  ByteWriter out(level);
  write_run(out, StreamRun{.size = 3, .end = StreamEnd::GoesOn});
  Bytes recipe;
  ByteWriter(recipe).sized(level);
  EXPECT_FALSE(Closer().close(recipe, to_bytes("abc"), 3));
}

TEST(ContainerRecipe, ReadsWhatItWrites) {
  using Way = TokenCorrection::Way;
  StreamRun full{.size = 1000,
                 .end = StreamEnd::GoesOn,
                 .begins = true,
                 .settings = Settings{.level = 9, .memory = 3, .window = 12, .strategy = Strategy::Runs},
                 .blocks = 4,
                 .padding = 3};
  full.tokens = {{.gap = 5, .way = Way::Literal},
                 {.gap = 0, .way = Way::SameDistance, .length = 258},
                 {.gap = 700, .way = Way::Hops, .length = 3, .value = 0},
                 {.gap = 1, .way = Way::Distance, .length = 4, .value = 32768}};
  full.ends = {{3, kNoEnd}, {0, 8191}};
  full.heads.resize(3);
  full.heads[0].head = {.type = BlockType::Stored, .last = false, .stored = 65'535, .padding = 5, .codes = {}};
  full.heads[1].head.codes = to_bytes("some codes");
  full.heads[2].built = true;
  full.heads[2].head.last = true;
  full.tail = to_bytes("tail");
  for (const AnyRun& run : {AnyRun(LiteralRun{1}), AnyRun(full), AnyRun(StreamRun{.settings = Settings{}})}) {
    Bytes recipe;
    ByteWriter out(recipe);
    write_run(out, run);
    ByteReader in(recipe);
    EXPECT_EQ(read_run(in).value(), run);
    EXPECT_TRUE(in.empty());
  }
}

// RECIPE.md §6.
TEST(ContainerRecipe, WorkedExample) {
  std::string text;
  for (int i = 100; i < 400; ++i) text += std::to_string(i);
  const OpenedBlock block = Opener().open(as_bytes(gzip(text)));
  EXPECT_EQ(to_string(block.content).substr(10, text.size()), text);
  EXPECT_EQ(to_hex(block.recipe), "0914890e0c06080f0110");
}

}  // namespace
}  // namespace codec::container
