#include "codec/compress/block.h"

#include <fmt/format.h>

#include <algorithm>

#include "codec/base/varint.h"
#include "codec/compress/kinds.h"
#include "codec/compress/tables.h"
#include "codec/compress/vocabulary.h"

namespace codec::compress {
namespace {

constexpr unsigned kEncodingBits = 0x3f;
constexpr std::size_t kMostCuts = 8;  // in a block: whoever makes it change its kind all the time pays no more

void append_head(const BlockHead& head, Bytes& out) {
  ByteWriter writer(out);
  writer.u8(static_cast<std::uint8_t>(static_cast<unsigned>(head.encoding) | (head.fresh ? kFreshBit : 0U) |
                                      (head.aside ? kAsideBit : 0U)));
  writer.varint(head.raw_size);
  writer.varint(head.coded_size);
}

// What a window has seen before its first block; zstd's is a dictionary. A mixer brings the vocabulary along.
Bytes prefix_of(const Bytes& references, Encoding encoding) {
  const ByteView words = vocabulary();
  const ByteView expected = encoding == Encoding::ZstdWindow ? tables() : ByteView();
  Bytes prefix;
  prefix.reserve(expected.size() + words.size() + references.size());
  prefix.insert(prefix.end(), expected.begin(), expected.end());
  prefix.insert(prefix.end(), words.begin(), words.end());
  prefix.insert(prefix.end(), references.begin(), references.end());
  return prefix;
}

// nullopt: more octets are needed.
Result<std::optional<std::size_t>> size_of(ByteReader& in, std::size_t limit) {
  const VarintParse parsed = parse_varint(in.rest());
  if (parsed.state == VarintState::Short) return std::optional<std::size_t>();
  if (parsed.state == VarintState::Bad) return fail(Errc::Protocol, "block: size is no minimal varint");
  if (parsed.value > limit) return fail(Errc::Limit, fmt::format("block: {} octets, {} allowed", parsed.value, limit));
  TRY(in.take(parsed.size));
  return std::optional(static_cast<std::size_t>(parsed.value));
}

Result<> check_head(const BlockHead& head) {
  if (head.raw_size == 0 || head.coded_size == 0) return fail(Errc::Protocol, "block: empty");
  if (head.encoding != Encoding::Stored && head.encoding != Encoding::Padding) return {};
  if (head.fresh || head.aside) return fail(Errc::Protocol, "block: stored blocks have no window");
  if (head.raw_size != head.coded_size) return fail(Errc::Protocol, "block: stored sizes differ");
  return {};
}

}  // namespace

// block = encoding:u8 raw-size:varint coded-size:varint *octet                                                §1
Result<std::optional<BlockHead>> decode_block_head(ByteReader& in) {
  const std::size_t start = in.position();
  if (in.empty()) return std::optional<BlockHead>();
  TRY_ASSIGN(const std::uint8_t first, in.u8());
  const unsigned encoding = first & kEncodingBits;
  const bool former = std::find(kFormerMix.begin(), kFormerMix.end(), encoding) != kFormerMix.end();
  if (former || encoding >= kEncodings) return fail(Errc::Unsupported, fmt::format("block: encoding {}", encoding));
  TRY_ASSIGN(const std::optional<std::size_t> raw, size_of(in, kMaxBlock));
  std::optional<std::size_t> coded;
  if (raw) {
    TRY_ASSIGN(coded, size_of(in, kMaxCoded));
  }
  if (!coded) {
    in.rewind(start);
    return std::optional<BlockHead>();
  }
  const BlockHead head{static_cast<Encoding>(encoding), (first & kFreshBit) != 0, (first & kAsideBit) != 0, *raw,
                       *coded};
  TRY(check_head(head));
  return std::optional(head);
}

Encoding encoding_of(ByteView block) {
  return static_cast<Encoding>(std::to_integer<unsigned>(block.front()) & kEncodingBits);
}

// What looks random is not stored beforehand: the same file may come again, in a forward or in its next version.
Result<> EncodingWindow::encode(ByteView raw, bool aside, Bytes& out) {
  if (raw.empty()) return {};
  if (raw.size() > kMaxBlock) return fail(Errc::Limit, fmt::format("block: {} octets", raw.size()));
  if (coding_.encoding == Encoding::Stored) return BlockEncoder::store(raw, out);
  coded_.clear();
  if (!begun_) begin();
  TRY_ASSIGN(const Encoding done, code(raw, aside));
  if (done == Encoding::Stored) return BlockEncoder::store(raw, out);
  append_head({done, std::exchange(fresh_, false), aside, raw.size(), coded_.size()}, out);
  out.insert(out.end(), coded_.begin(), coded_.end());
  if (mix_.is_full()) reset();
  return {};
}

// Stored: it did not shrink, and the window has not seen it. Not aside: a decoder that passes over what stands there
// would not know a stored block as part of it.
Result<Encoding> EncodingWindow::code(ByteView raw, bool aside) {
  switch (coding_.encoding) {
    case Encoding::Mix:
      mix_.encode(raw, coded_);
      return Encoding::Mix;
    case Encoding::Lz4: {
      const bool shrunk = lz4_.encode(raw, aside ? Lz4Encoder::enough_for(raw.size()) : raw.size(), coded_);
      return shrunk ? Encoding::Lz4 : Encoding::Stored;
    }
    default:
      TRY(encode_zstd(raw));
      return Encoding::ZstdWindow;
  }
}

void EncodingWindow::begin() {
  if (coding_.encoding == Encoding::Mix) {
    mix_.begin(references_);
  } else if (coding_.encoding == Encoding::Lz4) {
    lz4_.reset(prefix_of(references_, coding_.encoding));
  } else {
    zstd_.reset(prefix_of(references_, coding_.encoding));
  }
  Bytes().swap(references_);
  begun_ = true;
}

Result<> EncodingWindow::encode_zstd(ByteView raw) {
  Result<> done;
  for (std::size_t cuts = 0; done && !raw.empty(); ++cuts) {
    const std::size_t size = cuts < kMostCuts ? one_kind(raw) : raw.size();
    done = zstd_.append(raw.first(size), coded_);
    if (done) done = zstd_.flush(coded_);
    raw = raw.subspan(size);
  }
  if (!done) reset();  // the peer saw nothing of it; the next block begins a new window
  return done;
}

void EncodingWindow::reset(Bytes references) {
  zstd_.reset();
  mix_.reset();
  lz4_.reset();
  begun_ = false;
  fresh_ = true;
  references_ = std::move(references);
  Bytes().swap(coded_);
}

void EncodingWindow::use(const Coding& coding) {
  if (coding == coding_) return;
  reset();
  coding_ = coding;
  zstd_ = Compressor(coding.level, coding.window_log);
}

std::size_t EncodingWindow::memory() const {
  return zstd_.memory() + mix_.memory() + lz4_.memory() + references_.capacity() + coded_.capacity();
}

void BlockEncoder::begin_aside(const Coding& coding, Bytes references) {
  aside_.use(coding);
  aside_.reset(std::move(references));
}

Result<> BlockEncoder::store(ByteView raw, Bytes& out) {
  if (raw.empty()) return {};
  if (raw.size() > kMaxBlock) return fail(Errc::Limit, fmt::format("block: {} octets", raw.size()));
  append_head({Encoding::Stored, false, false, raw.size(), raw.size()}, out);
  out.insert(out.end(), raw.begin(), raw.end());
  return {};
}

void BlockEncoder::end_aside(std::size_t unit, Bytes& out) {
  constexpr std::size_t kSmallest = 4;                  // a head and one octet
  constexpr std::size_t kShortHead = 3, kLongHead = 5;  // sizes below 128 take one octet
  constexpr std::size_t kMostShort = kShortHead + 127;
  aside_.reset();
  std::size_t missing = unit - out.size() % unit;
  if (missing < kSmallest) missing += unit;
  while (missing > 0) {
    const bool between = missing > kMostShort && missing < kLongHead + 128;  // no block is so large
    const std::size_t whole = between ? kSmallest : missing;
    const std::size_t octets = whole - (whole <= kMostShort ? kShortHead : kLongHead);
    append_head({Encoding::Padding, false, false, octets, octets}, out);
    out.resize(out.size() + octets);
    missing -= whole;
  }
}

Result<bool> BlockDecoder::read_head(ByteView& in) {
  while (!in.empty()) {
    held_.push_back(in.front());
    in = in.subspan(1);
    ByteReader reader(held_);
    TRY_ASSIGN(head_, decode_block_head(reader));
    if (!head_) continue;
    held_.clear();
    return true;
  }
  return false;
}

Result<> BlockDecoder::decode(ByteView coded, Bytes& out) {
  last_ = head_->encoding;
  if (head_->encoding == Encoding::Padding) {
    end_aside();
    return {};
  }
  if (head_->encoding == Encoding::Stored) {
    out.insert(out.end(), coded.begin(), coded.end());
    return {};
  }
  if (head_->aside && skipped()) return {};
  Window& window = head_->aside ? aside_ : lane_;
  if (head_->fresh) TRY(begin(window, head_->aside ? std::exchange(references_, {}) : Bytes()));
  if (window.begun != head_->encoding) return fail(Errc::Protocol, "block: the window has not begun");
  if (last_ == Encoding::Lz4) return window.lz4.decode(coded, head_->raw_size, out);
  if (last_ == Encoding::Mix) return window.mix.decode(coded, head_->raw_size, out);
  return window.zstd.decode(coded, head_->raw_size, out);
}

void BlockDecoder::end_aside() {
  aside_.zstd.reset();
  aside_.mix.reset();
  aside_.lz4.reset();
  aside_.begun.reset();
}

bool BlockDecoder::skipped() {
  if (head_->fresh) skip_ = skip_ == Skip::Next ? Skip::This : Skip::None;
  return skip_ == Skip::This;
}

// What was learned before is let go, with its memory.
Result<> BlockDecoder::begin(Window& window, Bytes references) {
  const bool mixed = last_ == Encoding::Mix;
  if (mixed && !takes_mix_) return fail(Errc::Unsupported, "block: context mixing on this stream");
  window.zstd.reset();
  window.mix.reset();
  window.lz4.reset();
  if (mixed) {
    window.mix.begin(references);
  } else if (last_ == Encoding::Lz4) {
    window.lz4.reset(prefix_of(references, last_));
  } else {
    window.zstd.reset(prefix_of(references, last_));
  }
  window.begun = head_->encoding;
  return {};
}

bool BlockDecoder::takes_time(ByteView in) const {
  if (in.empty()) return false;
  if (head_) return head_->encoding == Encoding::Mix;
  const std::byte first = held_.empty() ? in.front() : held_.front();
  return (std::to_integer<unsigned>(first) & kEncodingBits) == static_cast<unsigned>(Encoding::Mix);
}

Result<std::optional<std::size_t>> BlockDecoder::step(ByteView& in, Bytes& out) {
  if (!head_) {
    TRY_ASSIGN(const bool whole, read_head(in));
    if (!whole) return std::optional<std::size_t>();
  }
  const std::size_t taken = std::min(head_->coded_size - held_.size(), in.size());
  const ByteView front = in.first(taken);
  in = in.subspan(taken);
  const bool in_one_piece = held_.empty() && taken == head_->coded_size;
  if (!in_one_piece) held_.insert(held_.end(), front.begin(), front.end());
  if (!in_one_piece && held_.size() < head_->coded_size) return std::optional<std::size_t>();
  TRY(decode(in_one_piece ? front : ByteView(held_), out));
  const bool nothing = head_->encoding == Encoding::Padding || (head_->aside && skip_ == Skip::This);
  const std::size_t raw_size = nothing ? 0 : head_->raw_size;
  head_.reset();
  held_.clear();
  return std::optional(raw_size);
}

Result<std::optional<std::size_t>> BlockDecoder::next(ByteView& in, Bytes& out) {
  if (broken_) return fail(Errc::Protocol, "block: the stream is broken since an earlier block");
  auto done = step(in, out);
  if (!done) broken_ = true;
  return done;
}

}  // namespace codec::compress
