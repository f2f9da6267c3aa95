#include "booster/transport/packet/frame.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/booster/transport/packet/frames.h"

namespace booster::transport::packet::frame {
namespace {

TEST(Frame, EachComesBackTheSame) {
  Scratch scratch;
  for (const Frame& frame : sample_frames()) {
    const Bytes bytes = encoded(frame);
    ASSERT_EQ(bytes.size(), frame_size(frame));
    ByteReader in(bytes);
    const auto back = decode(in, scratch);
    ASSERT_TRUE(back) << frame.index();
    EXPECT_TRUE(in.empty());
    EXPECT_EQ(back->index(), frame.index());
    EXPECT_EQ(codec::to_hex(encoded(*back)), codec::to_hex(bytes));
  }
}

TEST(Frame, APayloadIsTransportFramesThenTheSessions) {
  Bytes payload;
  ByteWriter out(payload);
  for (const Frame& frame :
       {Frame(Padding{3}), Frame(Ping{}), Frame(RetirePath{{1}}), Frame(SessionFrames{as_bytes("\x10...")})})
    out.put(encoded(frame));
  Scratch scratch;
  std::vector<Type> types;
  for (ByteReader in(payload); !in.empty();) {
    const auto frame = decode(in, scratch);
    ASSERT_TRUE(frame);
    types.push_back(type_of(*frame));
  }
  EXPECT_EQ(types, (std::vector{Type::Padding, Type::Ping, Type::RetirePath, Type::FirstSession}));
}

TEST(Frame, OnlyTheMarkedOnesMayBeInLongPackets) {
  std::vector<Type> in_long;
  for (const Frame& frame : sample_frames()) {
    if (allowed_in_long(type_of(frame))) in_long.push_back(type_of(frame));
    const Bytes bytes = encoded(frame);
    const auto first = std::to_integer<std::uint8_t>(bytes[0]);
    EXPECT_EQ(static_cast<std::uint8_t>(type_of(frame)), first);
  }
  EXPECT_EQ(in_long, (std::vector{Type::Padding, Type::Ping, Type::Ack, Type::Handshake, Type::Close}));
}

TEST(Frame, AnAckListsItsRangesFromTheLargestDown) {
  const Bytes bytes = bytes_of("41 03 64 7d 0000004d 02 05 00 03 58 00");
  Scratch scratch;
  ByteReader in(bytes);
  const auto frame = decode(in, scratch);
  ASSERT_TRUE(frame);
  const Ack& ack = std::get<Ack>(*frame);
  EXPECT_EQ(ack.path, PathId{3});
  EXPECT_EQ(ack.delay, std::chrono::milliseconds(1));
  EXPECT_EQ(ack.received.value, 77u);
  ASSERT_EQ(ack.ranges.size(), 3u);
  EXPECT_EQ(ack.ranges[0], (NumberRange{{95}, {100}}));
  EXPECT_EQ(ack.ranges[1], (NumberRange{{90}, {93}}));
  EXPECT_EQ(ack.ranges[2], (NumberRange{{0}, {0}}));
}

TEST(Frame, TimesWrapWithTheReceiversClock) {
  const Bytes bytes = bytes_of("43 00 0a 03 fffffffe 01 05");
  Scratch scratch;
  ByteReader in(bytes);
  const auto frame = decode(in, scratch);
  ASSERT_TRUE(frame);
  const Times& times = std::get<Times>(*frame);
  ASSERT_EQ(times.times.size(), 3u);
  EXPECT_EQ(times.times[0].value, 0xfffffffeu);
  EXPECT_EQ(times.times[1].value, 0xffffffffu);
  EXPECT_EQ(times.times[2].value, 4u);
}

TEST(Frame, AsManyRangesAsThereIsRoomFor) {
  std::vector<NumberRange> ranges;
  for (std::uint64_t i = 0; i < kMaxRanges; ++i) ranges.push_back({{100000 - 300 * i}, {100000 - 300 * i}});
  Ack ack;
  ack.ranges = ranges;
  ack.ecn = EcnCounts{1, 2, 3};
  EXPECT_EQ(ranges_that_fit(ack, 10000), kMaxRanges);
  for (std::size_t room = 0; room < frame_size(ack) + 2; ++room) {
    const std::size_t fits = ranges_that_fit(ack, room);
    Ack cut = ack;
    if (fits > 0) {
      cut.ranges = ack.ranges.first(fits);
      EXPECT_LE(frame_size(cut), room);
    }
    if (fits == kMaxRanges) continue;
    cut.ranges = ack.ranges.first(fits + 1);
    EXPECT_GT(frame_size(cut), room);
  }
}

RC_GTEST_PROP(Frame, AnyAckComesBack, ()) {
  std::uint64_t at = *rc::gen::inRange<std::uint64_t>(1u << 30, kMaxPacketNumber.value);
  std::vector<NumberRange> ranges;
  const auto count = *rc::gen::inRange<std::size_t>(1, kMaxRanges + 1);
  while (ranges.size() < count) {
    const auto length = *rc::gen::inRange<std::uint64_t>(0, 1u << 20);
    ranges.push_back({{at - length}, {at}});
    at -= length + 2 + *rc::gen::inRange<std::uint64_t>(0, 1u << 20);
  }
  Ack ack{{*rc::gen::arbitrary<std::uint32_t>()},
          Ticks(*rc::gen::arbitrary<std::uint32_t>()),
          {*rc::gen::arbitrary<std::uint32_t>()},
          ranges,
          std::nullopt};
  const Bytes bytes = encoded(ack);
  Scratch scratch;
  ByteReader in(bytes);
  const auto frame = decode(in, scratch);
  RC_ASSERT(frame.has_value());
  const Ack& back = std::get<Ack>(*frame);
  RC_ASSERT(std::equal(ranges.begin(), ranges.end(), back.ranges.begin(), back.ranges.end()));
  RC_ASSERT(back.path == ack.path);
  RC_ASSERT(back.delay == ack.delay);
  RC_ASSERT(back.received == ack.received);
}

}  // namespace
}  // namespace booster::transport::packet::frame
