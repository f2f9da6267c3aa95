#include "booster/session/frame.h"

#include <algorithm>
#include <cstring>

#include "booster/session/error_code.h"
#include "codec/base/check.h"
#include "codec/base/varint.h"

namespace booster::session::frame {
namespace {

// Reads the parts of one frame; remembers whether it failed for want of bytes or for what the bytes say.
class Parts {
 public:
  explicit Parts(ByteReader& in) : in_(in) {}

  bool good() const { return !short_ && !error_; }
  bool is_short() const { return short_; }
  Error error() { return *std::move(error_); }
  void refuse(Errc code, std::string_view what) {
    if (good()) error_ = Error(code, std::string(what));
  }

  std::uint8_t u8() {
    if (!good() || !has(1)) return 0;
    return *in_.u8();
  }
  std::uint64_t u64() {
    if (!good() || !has(8)) return 0;
    return *in_.u64();
  }
  std::uint64_t varint() {
    if (!good()) return 0;
    const codec::VarintParse parsed = codec::parse_varint(in_.rest());
    if (parsed.state == codec::VarintState::Short) short_ = true;
    if (parsed.state == codec::VarintState::Bad) refuse(Errc::Protocol, "frame: bad varint");
    if (!good()) return 0;
    in_.rewind(in_.position() + parsed.size);
    return parsed.value;
  }
  std::uint64_t offset() {
    const std::uint64_t value = varint();
    if (value > kMaxOffset) refuse(Errc::Protocol, "frame: offset too high");
    return good() ? value : 0;
  }
  StreamId stream() { return {offset()}; }
  ByteView sized(std::size_t limit, std::string_view too_long) {
    const std::uint64_t length = varint();
    if (length > limit) refuse(Errc::Limit, too_long);
    if (!good() || !has(static_cast<std::size_t>(length))) return {};
    return *in_.take(static_cast<std::size_t>(length));
  }
  Error reason() {
    const Errc code = errc_from_wire(varint());
    return Error(code, clean_reason(sized(kMaxReason, "frame: reason too long")));
  }

 private:
  bool has(std::size_t count) {
    if (in_.left() < count) short_ = true;
    return !short_;
  }

  ByteReader& in_;
  bool short_ = false;
  std::optional<Error> error_;
};

Frame read_stream(Parts& parts, std::uint8_t type) {
  Stream frame;
  frame.fin = (type & kFin) != 0;
  frame.stream = parts.stream();
  frame.offset = parts.offset();
  const bool opens = (type & kOpen) != 0;
  if (opens) {
    frame.open = schedule::class_from(parts.u8());
    if (!frame.open) parts.refuse(Errc::Protocol, "frame: unknown class");
    frame.metadata = parts.sized(kMaxMetadata, "frame: metadata too long");
  }
  frame.data = parts.sized(kMaxRecord, "frame: payload too long");
  if (frame.offset + frame.data.size() > kMaxOffset) parts.refuse(Errc::Protocol, "frame: offset too high");
  return frame;
}

Frame read_marks(Parts& parts) {
  OffsetAck frame;
  const std::uint64_t count = parts.varint();
  if (count == 0 || count > kMaxAckEntries) parts.refuse(Errc::Limit, "frame: number of acknowledgements");
  for (std::uint64_t i = 0; parts.good() && i < count; ++i) {
    const StreamId stream = parts.stream();
    frame.marks.emplace_back(stream, parts.offset());
  }
  return frame;
}

Frame read_reset(Parts& parts) {
  const StreamId stream = parts.stream();
  const std::uint64_t final_size = parts.offset();
  return Reset{stream, final_size, parts.reason()};
}

Frame read_keepalive(Parts& parts) {
  const std::uint64_t seconds = parts.varint();
  const std::chrono::seconds interval(std::min<std::uint64_t>(seconds, kMostKeepalive.count() + 1));
  if (interval < kLeastKeepalive || interval > kMostKeepalive) parts.refuse(Errc::Protocol, "frame: keepalive");
  return Keepalive{interval};
}

Frame read_frame(Parts& parts, std::uint8_t type) {
  switch (static_cast<Type>(type)) {
    case Type::Ping:
      return Ping{parts.u64()};
    case Type::Pong:
      return Pong{parts.u64()};
    case Type::MaxData:
      return MaxData{parts.offset()};
    case Type::MaxStreamData: {
      const StreamId stream = parts.stream();
      return MaxStreamData{stream, parts.offset()};
    }
    case Type::MaxStreams:
      return MaxStreams{parts.offset()};
    case Type::Reset:
      return read_reset(parts);
    case Type::StopSending: {
      const StreamId stream = parts.stream();
      return StopSending{stream, parts.reason()};
    }
    case Type::OffsetAck:
      return read_marks(parts);
    case Type::Datagram:
      return DatagramFrame{parts.sized(kMaxDatagram, "frame: datagram too long")};
    case Type::Close:
      return Close{parts.reason()};
    case Type::Keepalive:
      return read_keepalive(parts);
    case Type::Stream:
      break;
  }
  if ((type & ~(kFin | kOpen)) == static_cast<std::uint8_t>(Type::Stream)) return read_stream(parts, type);
  parts.refuse(Errc::Protocol, "frame: unknown type");
  return Ping{0};
}

struct Writer {
  ByteWriter& out;

  void type(Type value) { out.u8(static_cast<std::uint8_t>(value)); }
  void reason(const Error& error) {
    out.varint(wire_code(error.code));
    out.sized(as_bytes(std::string_view(error.what).substr(0, kMaxReason)));
  }

  void operator()(const Ping& frame) {
    type(Type::Ping);
    out.u64(frame.id);
  }
  void operator()(const Pong& frame) {
    type(Type::Pong);
    out.u64(frame.id);
  }
  void operator()(const Keepalive& frame) {
    type(Type::Keepalive);
    out.varint(static_cast<std::uint64_t>(frame.interval.count()));
  }
  void operator()(const MaxData& frame) {
    type(Type::MaxData);
    out.varint(frame.limit);
  }
  void operator()(const MaxStreamData& frame) {
    type(Type::MaxStreamData);
    out.varint(frame.stream.value);
    out.varint(frame.limit);
  }
  void operator()(const MaxStreams& frame) {
    type(Type::MaxStreams);
    out.varint(frame.limit);
  }
  void operator()(const Reset& frame) {
    type(Type::Reset);
    out.varint(frame.stream.value);
    out.varint(frame.final_size);
    reason(frame.error);
  }
  void operator()(const StopSending& frame) {
    type(Type::StopSending);
    out.varint(frame.stream.value);
    reason(frame.error);
  }
  void operator()(const OffsetAck& frame) {
    type(Type::OffsetAck);
    out.varint(frame.marks.size());
    for (const auto& [stream, mark] : frame.marks) {
      out.varint(stream.value);
      out.varint(mark);
    }
  }
  void operator()(const DatagramFrame& frame) {
    type(Type::Datagram);
    out.sized(frame.bytes);
  }
  void operator()(const Close& frame) {
    type(Type::Close);
    reason(frame.error);
  }
  void operator()(const Stream& frame) {
    std::array<std::byte, kMaxMetadata + kFrameOverhead> head;
    const std::size_t size = write_stream_header(head, frame, frame.data.size());
    out.put(ByteView(head).first(size));
    out.put(frame.data);
  }
};

class Cursor {
 public:
  explicit Cursor(std::span<std::byte> into) : into_(into) {}
  void u8(std::uint8_t value) { into_[at_++] = static_cast<std::byte>(value); }
  void varint(std::uint64_t value) {
    for (; value >= 128; value >>= 7) u8(static_cast<std::uint8_t>(value | 128));
    u8(static_cast<std::uint8_t>(value));
  }
  void put(ByteView bytes) {
    CHECK(bytes.size() <= into_.size() - at_);
    std::copy(bytes.begin(), bytes.end(), into_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ += bytes.size();
  }
  std::size_t size() const { return at_; }

 private:
  std::span<std::byte> into_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::optional<Frame>> decode(ByteReader& in) {
  const std::size_t start = in.position();
  Parts parts(in);
  const std::uint8_t type = parts.u8();
  if (parts.is_short()) return std::optional<Frame>();
  Frame frame = read_frame(parts, type);
  if (parts.good()) return std::optional<Frame>(std::move(frame));
  in.rewind(start);
  if (parts.is_short()) return std::optional<Frame>();
  return tl::unexpected(parts.error());
}

void encode(ByteWriter& out, const Frame& frame) {
  std::visit(Writer{out}, frame);
}

std::size_t stream_header_size(const Stream& head, std::size_t length) {
  std::size_t size =
      1 + codec::varint_size(head.stream.value) + codec::varint_size(head.offset) + codec::varint_size(length);
  if (head.open) size += 1 + codec::varint_size(head.metadata.size()) + head.metadata.size();
  return size;
}

std::size_t write_stream_header(std::span<std::byte> into, const Stream& head, std::size_t length) {
  CHECK(into.size() >= stream_header_size(head, length));
  Cursor out(into);
  out.u8(static_cast<std::uint8_t>(static_cast<std::uint8_t>(Type::Stream) | (head.fin ? kFin : 0) |
                                   (head.open ? kOpen : 0)));
  out.varint(head.stream.value);
  out.varint(head.offset);
  if (head.open) {
    out.u8(static_cast<std::uint8_t>(*head.open));
    out.varint(head.metadata.size());
    out.put(head.metadata);
  }
  out.varint(length);
  return out.size();
}

}  // namespace booster::session::frame
