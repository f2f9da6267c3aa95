#include "codec/property/stream.h"

#include <gtest/gtest.h>

namespace codec::property {
namespace {

constexpr Property<Type::Unsigned> kKind{1, "kind"};
constexpr Property<Type::Bytes> kBody{2, "body"};
constexpr Property<Type::Text> kName{3, "name"};

struct Seen {
  Chain chain;  // streamed Bytes put together again
  std::size_t pieces = 0;
  Bytes body;
  Id id = 0;

  void take(const ChainEvent& event) {
    if (const auto* entry = std::get_if<Entry>(&event)) chain.add(entry->id, entry->value);
    if (const auto* begin = std::get_if<BytesBegin>(&event)) id = begin->id;
    if (const auto* piece = std::get_if<BytesPiece>(&event)) {
      body.insert(body.end(), piece->bytes.begin(), piece->bytes.end());
      ++pieces;
    }
    if (std::holds_alternative<BytesEnd>(event)) chain.add(id, Value::of_bytes(std::exchange(body, {})));
  }
};

Result<Seen> read_all(ByteView stream, std::size_t step, const ChainReader::StreamLimits& limits) {
  ChainReader reader(limits);
  Seen seen;
  ChainEvent event;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    ByteView in = stream.subspan(at, std::min(step, stream.size() - at));
    for (;;) {
      TRY_ASSIGN(const bool any, reader.next(in, event));
      if (!any) break;
      seen.take(event);
    }
  }
  TRY(reader.finish());
  return seen;
}
ChainReader::StreamLimits inline_of(std::size_t size) {
  ChainReader::StreamLimits limits;
  limits.max_inline = size;
  return limits;
}

TEST(ChainStream, GivesTheSameChainInAnyPieces) {
  Chain inner;
  inner.add(kKind, 4U);
  Chain chain;
  chain.add(kKind, 1U).add(kBody, Bytes(50, std::byte{9})).add(kName, "x").add(9, Value::of_chain(inner));
  chain.add(kBody, Bytes(3, std::byte{8})).add(kBody, Bytes(17, std::byte{7}));
  const Bytes whole = encode(chain);
  for (std::size_t step = 1; step <= whole.size(); ++step) {
    const auto seen = read_all(whole, step, inline_of(16));
    ASSERT_TRUE(seen) << step;
    EXPECT_EQ(seen->chain, chain);
    EXPECT_GE(seen->pieces, 2U);
  }
}

TEST(ChainStream, WriterGivesTheOctetsOfEncode) {
  Chain chain;
  chain.add(kKind, 1U).add(kBody, Bytes(50, std::byte{9})).add(kName, "x");
  Bytes out;
  ChainWriter writer(out);
  writer.add(kKind, 1U);
  writer.begin_bytes(kBody, 50);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(writer.piece(Bytes(10, std::byte{9})));
  ASSERT_TRUE(writer.end_bytes());
  writer.add(kName, "x");
  EXPECT_EQ(out, encode(chain));
}

TEST(ChainStream, AHundredMegabytesPassInConstantMemory) {
  constexpr std::uint64_t kSize = 100'000'000;
  const Bytes piece(50'000, std::byte{0x55});
  Bytes wire;
  ChainWriter writer(wire);
  ChainReader reader;
  std::uint64_t got = 0;
  std::size_t largest = 0;
  const auto drain = [&] {
    largest = std::max(largest, wire.capacity());
    ByteView in = wire;
    for (;;) {
      ChainEvent event;
      if (!reader.next(in, event).value()) break;
      if (const auto* part = std::get_if<BytesPiece>(&event)) got += part->bytes.size();
    }
    wire.clear();
  };
  writer.add(kKind, 1U);
  writer.begin_bytes(kBody, kSize);
  for (std::uint64_t sent = 0; sent < kSize; sent += piece.size()) {
    ASSERT_TRUE(writer.piece(piece));
    drain();
  }
  ASSERT_TRUE(writer.end_bytes());
  drain();
  EXPECT_EQ(got, kSize);
  EXPECT_LE(largest, 200'000U);
  EXPECT_TRUE(reader.finish());
}

TEST(ChainStream, WriterSaysWhenTheSizeWasWrong) {
  Bytes out;
  ChainWriter writer(out);
  writer.begin_bytes(kBody, 4);
  EXPECT_EQ(writer.piece(Bytes(5)).error().code, Errc::Conflict);
  EXPECT_EQ(writer.end_bytes().error().code, Errc::Conflict);
}

TEST(ChainStream, AnEndInsideAPropertyIsAnError) {
  Chain chain;
  chain.add(kKind, 300U).add(kBody, Bytes(50, std::byte{9}));
  const Bytes whole = encode(chain);
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    if (cut == 3) continue;  // between the two
    EXPECT_FALSE(read_all(ByteView(whole).first(cut), 1, inline_of(16))) << cut;
  }
}

TEST(ChainStream, HoldsItsLimits) {
  Chain chain;
  chain.add(kName, std::string(50, 'a'));
  EXPECT_EQ(read_all(encode(chain), 7, inline_of(16)).error().code, Errc::Limit);
  Chain body;
  body.add(kBody, Bytes(50));
  ChainReader::StreamLimits limits = inline_of(16);
  limits.max_stream = 40;
  EXPECT_EQ(read_all(encode(body), 7, limits).error().code, Errc::Limit);
  Chain many;
  for (unsigned i = 0; i < 20; ++i) many.add(kKind, i);
  limits.chain.max_properties = 20;
  limits.chain.max_bytes = 40;
  EXPECT_TRUE(read_all(encode(many), 7, limits));
  limits.chain.max_properties = 19;
  EXPECT_EQ(read_all(encode(many), 7, limits).error().code, Errc::Limit);
  limits.chain.max_properties = 20;
  limits.chain.max_bytes = 39;
  EXPECT_EQ(read_all(encode(many), 7, limits).error().code, Errc::Limit);
}

TEST(ChainStream, RefusesWhatDecodeRefuses) {
  for (const char* hex : {"880005", "088500", "0d00", "0b01ff", "0c020a05"}) {
    const auto seen = read_all(from_hex(hex).value(), 1, {});
    ASSERT_FALSE(seen) << hex;
    EXPECT_EQ(seen.error().code, Errc::Protocol) << hex;
  }
}

}  // namespace
}  // namespace codec::property
