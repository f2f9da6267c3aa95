// How the octets of a mail were written, for the stretches that are carried decoded.            Source: SPLIT.md §2
#pragma once
#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "codec/base/bytes.h"

namespace codec::mime {

enum class LineEnd : std::uint8_t { CrLf, Lf };

constexpr std::size_t kMaxSplitBlock = 1024 * 1024;  // octets of one block, before and after
constexpr std::size_t kMaxBase64Line = 1000;         // RFC 5322 §2.1.1 allows 998

// Sizes are octets of content.
struct LiteralStretch {
  std::size_t size = 0;
  bool operator==(const LiteralStretch&) const = default;
};
struct Base64Stretch {
  std::size_t size = 0;
  std::size_t line = 0;  // characters of a full line: a multiple of four
  LineEnd end = LineEnd::CrLf;
  bool ended = false;  // a line end stands behind the last line
  bool operator==(const Base64Stretch&) const = default;
};
struct QuotedStretch {
  std::size_t size = 0;
  LineEnd end = LineEnd::CrLf;
  bool broken = false;  // a soft line break stands behind the last octet
  // Decisions that QuotedModel foretells wrongly: how many right ones stand before each.
  std::vector<std::size_t> surprises;
  bool operator==(const QuotedStretch&) const = default;
};
using Stretch = std::variant<LiteralStretch, Base64Stretch, QuotedStretch>;

class LayoutWriter {
 public:
  void add(const Stretch& stretch);
  Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
  std::size_t line_ = 0;  // of the last Base64Stretch
};

class LayoutReader {
 public:
  explicit LayoutReader(ByteView layout) : in_(layout) {}

  bool empty() const { return in_.empty(); }
  //   Errors  Protocol: a kind, flag or size that cannot be · Limit: above kMaxSplitBlock, kMaxBase64Line
  Result<Stretch> next();

 private:
  Result<Base64Stretch> base64(std::size_t size);
  Result<QuotedStretch> quoted(std::size_t size);

  ByteReader in_;
  std::size_t line_ = 0;
};

}  // namespace codec::mime
