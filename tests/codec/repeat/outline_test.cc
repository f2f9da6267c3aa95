#include "codec/repeat/outline.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "tests/codec/repeat/mails.h"

namespace codec::repeat {
namespace {

std::set<chunk::ChunkId> ids_of(const Outline& outline) {
  std::set<chunk::ChunkId> ids;
  for (const Place& place : outline.places) ids.insert(place.chunk.id);
  return ids;
}

TEST(Outline, AFileHasTheSameChunksInEveryMail) {
  const Bytes file = noise(200'000, 1);
  std::set<chunk::ChunkId> alone;
  for (const chunk::Chunk& chunk : chunk::chunks_of(file, 1)) alone.insert(chunk.id);
  for (const std::size_t line : {60U, 72U, 76U}) {
    for (const std::size_t words : {0U, 17U, 100'000U}) {
      const Outline outline = outline_of(mail_with(std::string(words, 'w'), file, line), 1);
      const auto ids = ids_of(outline);
      EXPECT_TRUE(std::includes(ids.begin(), ids.end(), alone.begin(), alone.end())) << line << ' ' << words;
    }
  }
  EXPECT_NE(ids_of(outline_of(mail_with("w", file), 1)), ids_of(outline_of(mail_with("w", file), 2)));
}

TEST(Outline, ItsPlacesAreTheContentWithoutGaps) {
  const Bytes mail = mail_with("words", noise(300'000, 2));
  const Outline outline = outline_of(mail, 1);
  std::uint64_t end = 0;
  for (const Place& place : outline.places) {
    EXPECT_EQ(place.at, end);
    end += place.chunk.size;
  }
  EXPECT_EQ(end, outline.content_size());
  EXPECT_LT(end, mail.size() * 3 / 4 + 1000);
  EXPECT_EQ(outline.content_at(0), 0U);
  EXPECT_EQ(outline.content_at(mail.size()), outline.content_size());
  EXPECT_EQ(outline.content_at(1), std::nullopt);
  EXPECT_EQ(outline.content_at(mail.size() + 1), std::nullopt);
}

TEST(Outline, OfNothing) {
  const Outline outline = outline_of({}, 1);
  EXPECT_TRUE(outline.places.empty());
  EXPECT_EQ(outline.content_size(), 0U);
}

}  // namespace
}  // namespace codec::repeat
