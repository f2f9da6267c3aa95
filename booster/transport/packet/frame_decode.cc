#include <algorithm>

#include "booster/transport/packet/frame.h"

namespace booster::transport::packet::frame {
namespace {

// Reads the parts of one frame; the first thing wrong is kept, and what comes after it reads as zero.
class FrameParts {
 public:
  FrameParts(ByteReader& in, Scratch& scratch) : in_(in), scratch_(scratch) {}

  bool good() const { return !error_; }
  Error error() { return *std::move(error_); }
  void refuse(Errc code, std::string_view what) {
    if (good()) error_ = Error(code, std::string(what));
  }
  Scratch& scratch() { return scratch_; }

  std::uint8_t u8() { return keep(in_.u8()); }
  std::uint16_t u16() { return keep(in_.u16()); }
  std::uint32_t u32() { return keep(in_.u32()); }
  std::uint64_t varint() { return good() ? keep(in_.varint()) : 0; }
  std::uint64_t varint_up_to(std::uint64_t limit, Errc code, std::string_view what) {
    const std::uint64_t value = varint();
    if (value > limit) refuse(code, what);
    return good() ? value : 0;
  }
  PathId any_path() {
    return {static_cast<std::uint32_t>(varint_up_to(kHandshakePath.value, Errc::Protocol, "frame: path id"))};
  }
  PathId path() {
    const PathId id = any_path();
    if (good() && id == kHandshakePath) refuse(Errc::Protocol, "frame: path id");
    return id;
  }
  PacketNumber number() { return {varint_up_to(kMaxPacketNumber.value, Errc::Protocol, "frame: packet number")}; }
  Ticks ticks() {
    const auto limit = static_cast<std::uint64_t>(kMaxDelay.count());
    return Ticks(static_cast<std::int64_t>(varint_up_to(limit, Errc::Limit, "frame: delay")));
  }
  ByteView take(std::size_t count) { return good() ? keep(in_.take(count)) : ByteView(); }
  ByteView sized(std::size_t limit) { return good() ? keep(in_.sized(limit)) : ByteView(); }
  template <std::size_t N>
  std::array<std::byte, N> array() {
    std::array<std::byte, N> value{};
    const ByteView bytes = take(N);
    std::copy(bytes.begin(), bytes.end(), value.begin());
    return value;
  }
  ByteView rest() { return take(in_.left()); }
  ByteView ahead() const { return in_.rest(); }

 private:
  template <class T>
  T keep(Result<T> value) {
    if (!good()) return T{};
    if (!value) error_ = std::move(value.error());
    return value ? *value : T{};
  }

  ByteReader& in_;
  Scratch& scratch_;
  std::optional<Error> error_;
};

// first, count × (gap, length): each range lies below the one before with a gap between.  RFC 9000 §19.3.1
std::span<const NumberRange> read_ranges(FrameParts& parts, PacketNumber largest, std::uint64_t below) {
  std::array<NumberRange, kMaxRanges>& ranges = parts.scratch().ranges;
  PacketNumber top = largest;
  for (std::uint64_t i = 0; parts.good(); ++i) {
    const std::uint64_t length = parts.varint();
    if (length > top.value) parts.refuse(Errc::Protocol, "ack: range below zero");
    if (!parts.good()) break;
    ranges[i] = {{top.value - length}, top};
    if (i == below) return std::span(ranges).first(i + 1);
    const std::uint64_t gap = parts.varint();
    if (ranges[i].smallest.value < 2 || gap > ranges[i].smallest.value - 2)
      parts.refuse(Errc::Protocol, "ack: gap below zero");
    top = {parts.good() ? ranges[i].smallest.value - gap - 2 : 0};
  }
  return {};
}

Frame read_ack(FrameParts& parts, bool with_ecn) {
  Ack frame;
  frame.path = parts.any_path();
  const PacketNumber largest = parts.number();
  frame.delay = parts.ticks();
  frame.received = {parts.u32()};
  const std::uint64_t below = parts.varint_up_to(kMaxRanges - 1, Errc::Limit, "ack: number of ranges");
  frame.ranges = read_ranges(parts, largest, below);
  if (!with_ecn) return frame;
  EcnCounts counts;
  for (std::uint64_t* count : {&counts.ect0, &counts.ect1, &counts.ce})
    *count = parts.varint_up_to(kMaxPacketNumber.value, Errc::Protocol, "ack: count");
  frame.ecn = counts;
  return frame;
}

Frame read_times(FrameParts& parts) {
  Times frame;
  frame.path = parts.path();
  frame.first = parts.number();
  const std::uint64_t count = parts.varint_up_to(kMaxTimes, Errc::Limit, "times: number of them");
  if (count == 0) parts.refuse(Errc::Protocol, "times: none");
  if (frame.first.value + count > kMaxPacketNumber.value + 1) parts.refuse(Errc::Protocol, "times: packet number");
  std::uint32_t at = parts.u32();
  for (std::uint64_t i = 0; parts.good() && i < count; ++i) {
    if (i > 0) at += static_cast<std::uint32_t>(parts.varint_up_to(0xffffffff, Errc::Protocol, "times: too far"));
    parts.scratch().times[i] = {at};
  }
  if (parts.good()) frame.times = std::span(parts.scratch().times).first(count);
  return frame;
}

template <class StreamFrame>
Frame read_stream_part(FrameParts& parts) {
  StreamFrame frame;
  frame.offset = parts.varint();
  frame.bytes = parts.sized(kMaxOffset);
  if (frame.offset > kMaxOffset || frame.offset + frame.bytes.size() > kMaxOffset)
    parts.refuse(Errc::Protocol, "frame: offset too high");
  return frame;
}

Frame read_new_path(FrameParts& parts) {
  NewPath frame;
  frame.path = parts.path();
  frame.id = *ConnectionId::from(parts.take(kIdSize));
  frame.reset = parts.array<sizeof(ResetToken)>();
  return frame;
}

Frame read_token(FrameParts& parts) {
  Token frame{parts.sized(kMaxToken)};
  if (frame.bytes.empty()) parts.refuse(Errc::Protocol, "token: empty");
  return frame;
}

Frame read_close(FrameParts& parts) {
  Close frame;
  frame.code = parts.varint();
  frame.reason = parts.sized(kMaxReason);
  const ByteView behind = parts.ahead();
  if (!std::all_of(behind.begin(), behind.end(), [](std::byte b) { return b == std::byte{0}; }))
    parts.refuse(Errc::Protocol, "close: a frame behind it");
  return frame;
}

Frame read_keepalive(FrameParts& parts) {
  const auto most = static_cast<std::uint64_t>(kMostKeepalive.count());
  const std::chrono::seconds interval(parts.varint_up_to(most, Errc::Protocol, "keepalive: interval"));
  if (interval < kLeastKeepalive) parts.refuse(Errc::Protocol, "keepalive: interval");
  return Keepalive{interval};
}

Frame read_padding(FrameParts& parts) {
  const ByteView ahead = parts.ahead();
  const auto end = std::find_if(ahead.begin(), ahead.end(), [](std::byte b) { return b != std::byte{0}; });
  const auto count = static_cast<std::size_t>(end - ahead.begin());
  parts.take(count);
  return Padding{count + 1};
}

Frame read_by_type(FrameParts& parts, Type type) {
  switch (type) {
    case Type::Padding:
      return read_padding(parts);
    case Type::Ping:
      return Ping{};
    case Type::Ack:
    case Type::AckEcn:
      return read_ack(parts, type == Type::AckEcn);
    case Type::Times:
      return read_times(parts);
    case Type::Handshake:
      return read_stream_part<Handshake>(parts);
    case Type::Greeting:
      return read_stream_part<Greeting>(parts);
    case Type::NewPath:
      return read_new_path(parts);
    case Type::RetirePath:
      return RetirePath{parts.path()};
    case Type::PathChallenge:
      return PathChallenge{parts.array<sizeof(Challenge)>()};
    case Type::PathResponse:
      return PathResponse{parts.array<sizeof(Challenge)>()};
    case Type::Token:
      return read_token(parts);
    case Type::HandshakeDone:
      return HandshakeDone{};
    case Type::Close:
      return read_close(parts);
    case Type::Keepalive:
      return read_keepalive(parts);
    case Type::FirstSession:
      break;
  }
  parts.refuse(Errc::Protocol, "frame: unknown type");
  return Padding{};
}

}  // namespace

Result<Frame> decode(ByteReader& in, Scratch& scratch) {
  if (in.empty()) return fail(Errc::Protocol, "frame: none");
  const std::uint8_t type = std::to_integer<std::uint8_t>(in.rest().front());
  if (type >= static_cast<std::uint8_t>(Type::FirstSession) && type < static_cast<std::uint8_t>(Type::Ping))
    return Frame(SessionFrames{*in.take(in.left())});
  FrameParts parts(in, scratch);
  parts.u8();
  const Frame frame = read_by_type(parts, static_cast<Type>(type));
  if (!parts.good()) return tl::unexpected(parts.error());
  return frame;
}

}  // namespace booster::transport::packet::frame
