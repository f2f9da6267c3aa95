#include "codec/mime/split_layout.h"

#include <fmt/format.h>

namespace codec::mime {
namespace {

constexpr std::uint64_t kLiteral = 0;
constexpr std::uint64_t kBase64 = 1;
constexpr std::uint64_t kQuoted = 2;
constexpr unsigned kKindBits = 2;

constexpr std::uint8_t kBareLf = 0x01;
constexpr std::uint8_t kEnded = 0x02;  // quoted: broken
constexpr std::uint8_t kNewLine = 0x04;

std::uint8_t flags_of(LineEnd end, bool ended) {
  return static_cast<std::uint8_t>((end == LineEnd::Lf ? kBareLf : 0U) | (ended ? kEnded : 0U));
}

void head(ByteWriter& writer, std::size_t size, std::uint64_t kind) {
  writer.varint(static_cast<std::uint64_t>(size) << kKindBits | kind);
}

}  // namespace

// stretch = (size << 2 | kind):varint …                                                                        §2
void LayoutWriter::add(const Stretch& stretch) {
  ByteWriter writer(out_);
  if (const auto* literal = std::get_if<LiteralStretch>(&stretch)) {
    head(writer, literal->size, kLiteral);
  } else if (const auto* base64 = std::get_if<Base64Stretch>(&stretch)) {
    head(writer, base64->size, kBase64);
    const bool other = base64->line != line_;
    writer.u8(static_cast<std::uint8_t>(flags_of(base64->end, base64->ended) | (other ? kNewLine : 0U)));
    if (other) writer.varint(base64->line);
    line_ = base64->line;
  } else if (const auto* quoted = std::get_if<QuotedStretch>(&stretch)) {
    head(writer, quoted->size, kQuoted);
    writer.u8(flags_of(quoted->end, quoted->broken));
    writer.varint(quoted->surprises.size());
    for (const std::size_t gap : quoted->surprises) writer.varint(gap);
  }
}

Result<Stretch> LayoutReader::next() {
  TRY_ASSIGN(const std::uint64_t value, in_.varint());
  const std::uint64_t size = value >> kKindBits;
  if (size == 0) return fail(Errc::Protocol, "layout: an empty stretch");
  if (size > kMaxSplitBlock) return fail(Errc::Limit, fmt::format("layout: a stretch of {} octets", size));
  const auto octets = static_cast<std::size_t>(size);
  switch (value & ((1U << kKindBits) - 1)) {
    case kLiteral:
      return Stretch(LiteralStretch{octets});
    case kBase64: {
      TRY_ASSIGN(Base64Stretch stretch, base64(octets));
      return Stretch(stretch);
    }
    case kQuoted: {
      TRY_ASSIGN(QuotedStretch stretch, quoted(octets));
      return Stretch(std::move(stretch));
    }
    default:
      return fail(Errc::Protocol, "layout: unknown kind of stretch");
  }
}

Result<Base64Stretch> LayoutReader::base64(std::size_t size) {
  TRY_ASSIGN(const std::uint8_t flags, in_.u8());
  if (flags > (kBareLf | kEnded | kNewLine)) return fail(Errc::Protocol, "layout: unknown flag of a base64 stretch");
  if ((flags & kNewLine) != 0) {
    TRY_ASSIGN(const std::uint64_t line, in_.varint());
    if (line > kMaxBase64Line) return fail(Errc::Limit, fmt::format("layout: base64 lines of {} characters", line));
    line_ = static_cast<std::size_t>(line);
  }
  if (line_ == 0 || line_ % 4 != 0) return fail(Errc::Protocol, "layout: base64 lines that are no whole quanta");
  Base64Stretch stretch;
  stretch.size = size;
  stretch.line = line_;
  stretch.end = (flags & kBareLf) != 0 ? LineEnd::Lf : LineEnd::CrLf;
  stretch.ended = (flags & kEnded) != 0;
  return stretch;
}

Result<QuotedStretch> LayoutReader::quoted(std::size_t size) {
  TRY_ASSIGN(const std::uint8_t flags, in_.u8());
  if (flags > (kBareLf | kEnded)) return fail(Errc::Protocol, "layout: unknown flag of a quoted stretch");
  TRY_ASSIGN(const std::uint64_t count, in_.varint());
  if (count > in_.left()) return fail(Errc::Protocol, "layout: more surprises than octets");
  QuotedStretch stretch;
  stretch.size = size;
  stretch.end = (flags & kBareLf) != 0 ? LineEnd::Lf : LineEnd::CrLf;
  stretch.broken = (flags & kEnded) != 0;
  stretch.surprises.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count; ++i) {
    TRY_ASSIGN(const std::uint64_t gap, in_.varint());
    if (gap > 2 * kMaxSplitBlock) return fail(Errc::Limit, fmt::format("layout: a surprise {} decisions ahead", gap));
    stretch.surprises.push_back(static_cast<std::size_t>(gap));
  }
  return stretch;
}

}  // namespace codec::mime
