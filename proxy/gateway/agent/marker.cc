#include "proxy/gateway/agent/marker.h"

#include <algorithm>

namespace proxy::gateway::agent {

namespace {
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kEntry = 4 + 8 + 32 + 4;
}  // namespace

Bytes encode_marker(const Marker& marker) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(kVersion);
  out.u32(marker.uid_validity.value);
  out.u32(marker.uid_next.value);
  out.u32(static_cast<std::uint32_t>(marker.sources.size()));
  for (std::size_t i = 0; i < marker.sources.size(); ++i) {
    out.u32(marker.sources[i].uid);
    out.u64(marker.sources[i].size);
    out.put(marker.sources[i].header);
    out.u32(i < marker.made.size() ? marker.made[i].value : 0);
  }
  return bytes;
}

Result<Marker> decode_marker(ByteView bytes) {
  const auto read = [&]() -> Result<Marker> {
    ByteReader in(bytes);
    Marker marker;
    TRY_ASSIGN(const std::uint8_t version, in.u8());
    if (version != kVersion) return fail(Errc::Corrupt);
    TRY_ASSIGN(marker.uid_validity.value, in.u32());
    TRY_ASSIGN(marker.uid_next.value, in.u32());
    TRY_ASSIGN(const std::uint32_t count, in.u32());
    if (in.left() != count * kEntry) return fail(Errc::Corrupt);
    for (std::uint32_t i = 0; i < count; ++i) {
      Likeness source;
      TRY_ASSIGN(source.uid, in.u32());
      TRY_ASSIGN(source.size, in.u64());
      TRY_ASSIGN(const ByteView digest, in.take(source.header.size()));
      std::ranges::copy(digest, source.header.begin());
      TRY_ASSIGN(const std::uint32_t made, in.u32());
      marker.sources.push_back(source);
      marker.made.push_back({made});
    }
    return marker;
  };
  auto marker = read();
  if (!marker) return fail(Errc::Corrupt, "tickets: a marker that is none");
  return marker;
}

ContentDigest header_digest(std::string_view header) {
  while (!header.empty() && (header.back() == '\n' || header.back() == '\r')) header.remove_suffix(1);
  return crypto::sha256(header).bytes;
}

}  // namespace proxy::gateway::agent
