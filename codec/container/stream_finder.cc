#include "codec/container/stream_finder.h"

#include <algorithm>
#include <string_view>

#include "codec/container/limits.h"

namespace codec::container {
namespace {

constexpr std::size_t kStride = 64;      // octets tested at once
constexpr std::size_t kLongestMark = 6;  // "stream": the longest prefix that a block's end may cut
constexpr std::uint8_t kDeflate = 8;     // in all three formats

enum class Header : std::uint8_t { None, Short, Found };
struct HeaderParse {
  Header header = Header::None;
  std::size_t size = 0;
};

std::uint8_t octet(ByteView in, std::size_t at) {
  return std::to_integer<std::uint8_t>(in[at]);
}
std::size_t little16(ByteView in, std::size_t at) {
  return octet(in, at) | std::size_t{octet(in, at + 1)} << 8;
}

HeaderParse sized(ByteView in, std::size_t size) {
  if (size > kMaxHeader) return {};
  return {in.size() < size ? Header::Short : Header::Found, size};
}

// "PK\3\4" version:2 flags:2 method:2 … name_size:2 extra_size:2 name extra                  APPNOTE.TXT §4.3.7
HeaderParse parse_zip(ByteView in) {
  constexpr std::size_t kFixed = 30;
  constexpr unsigned kEncrypted = 1;
  if (in.size() >= 10 && (little16(in, 8) != kDeflate || (octet(in, 6) & kEncrypted) != 0)) return {};
  if (in.size() < kFixed) return {Header::Short, 0};
  return sized(in, kFixed + little16(in, 26) + little16(in, 28));
}

// 1f 8b 08 flags:1 time:4 xfl:1 os:1 [extra_size:2 extra] [name 0] [comment 0] [crc:2]                RFC 1952 §2.3
HeaderParse parse_gzip(ByteView in) {
  constexpr unsigned kCrc = 2;
  constexpr unsigned kExtra = 4;
  constexpr unsigned kName = 8;
  constexpr unsigned kComment = 16;
  constexpr unsigned kReserved = 0xe0;
  if (in.size() >= 3 && octet(in, 2) != kDeflate) return {};
  if (in.size() >= 4 && (octet(in, 3) & kReserved) != 0) return {};
  if (in.size() < 12) return {Header::Short, 0};
  const unsigned flags = octet(in, 3);
  std::size_t size = 10;
  if ((flags & kExtra) != 0) size += 2 + little16(in, 10);
  for (const unsigned text : {kName, kComment}) {
    if ((flags & text) == 0) continue;
    while (size < in.size() && octet(in, size) != 0) ++size;
    ++size;
  }
  if ((flags & kCrc) != 0) size += 2;
  return sized(in, size);
}

// "stream" [CR] LF cmf flg                                               ISO 32000-1 §7.3.8.1, RFC 1950 §2.2
HeaderParse parse_pdf(ByteView in) {
  constexpr unsigned kDictionary = 0x20;
  std::size_t at = kLongestMark;
  if (at < in.size() && octet(in, at) == '\r') ++at;
  if (at < in.size() && octet(in, at) != '\n') return {};
  if (at + 3 > in.size()) return {Header::Short, 0};
  const unsigned method = octet(in, at + 1);
  const unsigned flags = octet(in, at + 2);
  if ((method & 0x0fU) != kDeflate || method > 0x78 || (method << 8 | flags) % 31 != 0) return {};
  if ((flags & kDictionary) != 0) return {};
  return {Header::Found, at + 3};
}

// Where `mark` stands at the front, as far as octets are there.
bool begins(ByteView in, std::string_view mark) {
  const std::size_t size = std::min(in.size(), mark.size());
  return as_text(in.first(size)) == mark.substr(0, size);
}

HeaderParse parse_header(ByteView in) {
  if (begins(in, "PK\3\4")) return parse_zip(in);
  if (begins(in, "\x1f\x8b\x08")) return parse_gzip(in);
  if (begins(in, "stream")) return parse_pdf(in);
  return {};
}

// Two octets that are rare, in each of the marks. No branch in it: the compiler tests 16 at once.
bool has_mark(const std::byte* in) {
  unsigned any = 0;
  for (std::size_t i = 0; i < kStride; ++i) {
    const bool zip = (in[i] == std::byte{'P'}) & (in[i + 1] == std::byte{'K'});
    const bool gzip = (in[i] == std::byte{0x1f}) & (in[i + 1] == std::byte{0x8b});
    const bool pdf = (in[i + 4] == std::byte{'a'}) & (in[i + 5] == std::byte{'m'}) & (in[i] == std::byte{'s'});
    any |= static_cast<unsigned>(zip | gzip | pdf);
  }
  return any != 0;
}

}  // namespace

std::optional<std::size_t> StreamFinder::next(ByteView block, std::size_t from) {
  if (!kept_.empty()) {
    Bytes joined = std::move(kept_);
    kept_.clear();
    const std::size_t before = joined.size();
    const ByteView front = block.first(std::min(block.size(), kMaxHeader));
    joined.insert(joined.end(), front.begin(), front.end());
    for (std::size_t at = 0; at < before; ++at) {
      const HeaderParse parse = parse_header(ByteView(joined).subspan(at));
      if (parse.header != Header::Found || at + parse.size < before) continue;
      return at + parse.size - before;
    }
  }
  for (std::size_t at = from; at < block.size();) {
    if (at + kStride + kLongestMark <= block.size() && !has_mark(block.data() + at)) {
      at += kStride;
      continue;
    }
    const std::size_t end = std::min(at + kStride, block.size());
    for (; at < end; ++at) {
      const HeaderParse parse = parse_header(block.subspan(at));
      if (parse.header == Header::Found && at + parse.size < block.size()) return at + parse.size;
    }
  }
  return std::nullopt;
}

// The first place near the end from which a header may begin and is not whole.
void StreamFinder::keep(ByteView block, std::size_t from) {
  kept_.clear();
  const std::size_t near = block.size() - std::min(block.size(), kMaxHeader);
  for (std::size_t at = std::max(near, from); at < block.size(); ++at) {
    const HeaderParse parse = parse_header(block.subspan(at));
    if (parse.header == Header::None || at + parse.size < block.size()) {
      if (parse.header != Header::Short) continue;
    }
    kept_.assign(block.begin() + static_cast<std::ptrdiff_t>(at), block.end());
    return;
  }
}

}  // namespace codec::container
