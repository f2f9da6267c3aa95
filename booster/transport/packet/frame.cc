#include "booster/transport/packet/frame.h"

#include "booster/transport/packet/span_writer.h"

namespace booster::transport::packet::frame {
namespace {

// How each frame lies, told once: to a SpanWriter for its bytes, to a SizeCounter for its size.
template <class Out>
struct Layout {
  Out& out;

  void type(Type value) { out.u8(static_cast<std::uint8_t>(value)); }
  void ticks(Ticks value) {
    CHECK(value.count() >= 0 && value <= kMaxDelay);
    out.varint(static_cast<std::uint64_t>(value.count()));
  }
  void stream(std::uint64_t offset, ByteView bytes) {
    out.varint(offset);
    out.sized(bytes);
  }

  void operator()(const Padding& frame) { out.zeros(frame.count); }
  void operator()(const Ping&) { type(Type::Ping); }
  void operator()(const Ack& frame) {
    CHECK(!frame.ranges.empty() && frame.ranges.size() <= kMaxRanges);
    const NumberRange& top = frame.ranges.front();
    type(frame.ecn ? Type::AckEcn : Type::Ack);
    out.varint(frame.path.value);
    out.varint(top.largest.value);
    ticks(frame.delay);
    out.u32(frame.received.value);
    out.varint(frame.ranges.size() - 1);
    out.varint(top.largest.value - top.smallest.value);
    ranges_below(frame.ranges);
    if (frame.ecn) counts(*frame.ecn);
  }
  void ranges_below(std::span<const NumberRange> ranges) {
    for (std::size_t i = 1; i < ranges.size(); ++i) {
      CHECK(ranges[i].smallest <= ranges[i].largest && ranges[i].largest.value + 2 <= ranges[i - 1].smallest.value);
      out.varint(ranges[i - 1].smallest.value - ranges[i].largest.value - 2);
      out.varint(ranges[i].largest.value - ranges[i].smallest.value);
    }
  }
  void counts(const EcnCounts& ecn) {
    out.varint(ecn.ect0);
    out.varint(ecn.ect1);
    out.varint(ecn.ce);
  }
  void operator()(const Times& frame) {
    CHECK(!frame.times.empty() && frame.times.size() <= kMaxTimes);
    type(Type::Times);
    out.varint(frame.path.value);
    out.varint(frame.first.value);
    out.varint(frame.times.size());
    out.u32(frame.times.front().value);
    for (std::size_t i = 1; i < frame.times.size(); ++i)
      out.varint(static_cast<std::uint32_t>(frame.times[i].value - frame.times[i - 1].value));
  }
  void operator()(const Handshake& frame) {
    type(Type::Handshake);
    stream(frame.offset, frame.bytes);
  }
  void operator()(const Greeting& frame) {
    type(Type::Greeting);
    stream(frame.offset, frame.bytes);
  }
  void operator()(const NewPath& frame) {
    CHECK(frame.id.size() == kIdSize && frame.path != kHandshakePath);
    type(Type::NewPath);
    out.varint(frame.path.value);
    out.put(frame.id.view());
    out.put(frame.reset);
  }
  void operator()(const RetirePath& frame) {
    type(Type::RetirePath);
    out.varint(frame.path.value);
  }
  void operator()(const PathChallenge& frame) {
    type(Type::PathChallenge);
    out.put(frame.bytes);
  }
  void operator()(const PathResponse& frame) {
    type(Type::PathResponse);
    out.put(frame.bytes);
  }
  void operator()(const Token& frame) {
    CHECK(!frame.bytes.empty() && frame.bytes.size() <= kMaxToken);
    type(Type::Token);
    out.sized(frame.bytes);
  }
  void operator()(const HandshakeDone&) { type(Type::HandshakeDone); }
  void operator()(const Close& frame) {
    CHECK(frame.reason.size() <= kMaxReason);
    type(Type::Close);
    out.varint(frame.code);
    out.sized(frame.reason);
  }
  void operator()(const Keepalive& frame) {
    CHECK(frame.interval >= kLeastKeepalive && frame.interval <= kMostKeepalive);
    type(Type::Keepalive);
    out.varint(static_cast<std::uint64_t>(frame.interval.count()));
  }
  void operator()(const SessionFrames& frame) { out.put(frame.rest); }
};

struct TypeOf {
  Type operator()(const Padding&) { return Type::Padding; }
  Type operator()(const Ping&) { return Type::Ping; }
  Type operator()(const Ack& frame) { return frame.ecn ? Type::AckEcn : Type::Ack; }
  Type operator()(const Times&) { return Type::Times; }
  Type operator()(const Handshake&) { return Type::Handshake; }
  Type operator()(const Greeting&) { return Type::Greeting; }
  Type operator()(const NewPath&) { return Type::NewPath; }
  Type operator()(const RetirePath&) { return Type::RetirePath; }
  Type operator()(const PathChallenge&) { return Type::PathChallenge; }
  Type operator()(const PathResponse&) { return Type::PathResponse; }
  Type operator()(const Token&) { return Type::Token; }
  Type operator()(const HandshakeDone&) { return Type::HandshakeDone; }
  Type operator()(const Close&) { return Type::Close; }
  Type operator()(const Keepalive&) { return Type::Keepalive; }
  Type operator()(const SessionFrames&) { return Type::FirstSession; }
};

}  // namespace

Type type_of(const Frame& frame) {
  return std::visit(TypeOf{}, frame);
}

std::size_t encode(std::span<std::byte> into, const Frame& frame) {
  SpanWriter out(into);
  std::visit(Layout<SpanWriter>{out}, frame);
  return out.size();
}

std::size_t frame_size(const Frame& frame) {
  SizeCounter out;
  std::visit(Layout<SizeCounter>{out}, frame);
  return out.size();
}

std::size_t ranges_that_fit(const Ack& ack, std::size_t room) {
  Ack shorter = ack;
  shorter.ranges = ack.ranges.first(1);
  std::size_t size = frame_size(shorter);  // the count takes one byte, however many
  if (size > room) return 0;
  for (std::size_t i = 1; i < ack.ranges.size(); ++i) {
    SizeCounter pair;
    Layout<SizeCounter>{pair}.ranges_below(ack.ranges.subspan(i - 1, 2));
    size += pair.size();
    if (size > room) return i;
  }
  return ack.ranges.size();
}

}  // namespace booster::transport::packet::frame
