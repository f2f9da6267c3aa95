#include <fmt/format.h>

#include "codec/mime/base64_lines.h"
#include "codec/mime/quoted_lines.h"
#include "codec/mime/split_layout.h"
#include "codec/mime/splitter.h"

namespace codec::mime {
namespace {

// What base64 in lines comes to.
std::size_t written_size(const Base64Stretch& stretch) {
  const std::size_t characters = (stretch.size + 2) / 3 * 4;
  const std::size_t lines = (characters + stretch.line - 1) / stretch.line;
  return characters + (lines - (stretch.ended ? 0 : 1)) * (stretch.end == LineEnd::CrLf ? 2 : 1);
}

Result<> too_long() {
  return fail(Errc::Protocol, "join: more octets than the block has");
}

std::size_t size_of(const Stretch& stretch) {
  return std::visit([](const auto& its) { return its.size; }, stretch);
}

}  // namespace

Result<std::size_t> content_size(ByteView layout) {
  std::size_t size = 0;
  for (LayoutReader reader(layout); !reader.empty();) {
    TRY_ASSIGN(const Stretch stretch, reader.next());
    size += size_of(stretch);
    if (size > kMaxSplitBlock) return fail(Errc::Limit, fmt::format("join: content of {} octets", size));
  }
  return size;
}

Result<Bytes> join(ByteView layout, ByteView content, std::size_t size) {
  if (size > kMaxSplitBlock) return fail(Errc::Limit, fmt::format("join: a block of {} octets", size));
  Bytes raw;
  raw.reserve(size);
  if (layout.empty()) {
    if (content.size() != size) return fail(Errc::Protocol, "join: the block has another size");
    raw.assign(content.begin(), content.end());
    return raw;
  }
  LayoutReader reader(layout);
  ByteReader in(content);
  while (!reader.empty()) {
    TRY_ASSIGN(const Stretch stretch, reader.next());
    const std::size_t room = size - raw.size();
    const std::size_t octets = size_of(stretch);
    TRY_ASSIGN(const ByteView taken, in.take(octets));
    if (const auto* base64 = std::get_if<Base64Stretch>(&stretch)) {
      if (written_size(*base64) > room) TRY(too_long());
      write_base64(*base64, taken, raw);
    } else if (const auto* quoted = std::get_if<QuotedStretch>(&stretch)) {
      TRY(write_quoted(*quoted, taken, room, raw));
    } else {
      if (octets > room) TRY(too_long());
      raw.insert(raw.end(), taken.begin(), taken.end());
    }
    if (raw.size() > size) TRY(too_long());
  }
  if (!in.empty() || raw.size() != size) return fail(Errc::Protocol, "join: fewer octets than the block has");
  return raw;
}

}  // namespace codec::mime
