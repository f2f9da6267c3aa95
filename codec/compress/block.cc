#include "codec/compress/block.h"

#include <fmt/format.h>

#include <algorithm>

#include "codec/base/varint.h"

namespace codec::compress {
namespace {

void append_head(Encoding encoding, bool fresh, std::size_t raw_size, std::size_t coded_size, Bytes& out) {
  ByteWriter writer(out);
  writer.u8(static_cast<std::uint8_t>(static_cast<unsigned>(encoding) | (fresh ? kFreshBit : 0U)));
  writer.varint(raw_size);
  writer.varint(coded_size);
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
  if (head.encoding != Encoding::Stored) return {};
  if (head.fresh) return fail(Errc::Protocol, "block: stored blocks begin no window");
  if (head.raw_size != head.coded_size) return fail(Errc::Protocol, "block: stored sizes differ");
  return {};
}

}  // namespace

// block = encoding:u8 raw-size:varint coded-size:varint *octet                                                §1
Result<std::optional<BlockHead>> decode_block_head(ByteReader& in) {
  const std::size_t start = in.position();
  if (in.empty()) return std::optional<BlockHead>();
  TRY_ASSIGN(const std::uint8_t first, in.u8());
  const unsigned encoding = first & 0x7fU;
  if (encoding > static_cast<unsigned>(Encoding::Mix))
    return fail(Errc::Unsupported, fmt::format("block: encoding {}", encoding));
  TRY_ASSIGN(const std::optional<std::size_t> raw, size_of(in, kMaxBlock));
  std::optional<std::size_t> coded;
  if (raw) {
    TRY_ASSIGN(coded, size_of(in, kMaxCoded));
  }
  if (!coded) {
    in.rewind(start);
    return std::optional<BlockHead>();
  }
  const BlockHead head{static_cast<Encoding>(encoding), (first & kFreshBit) != 0, *raw, *coded};
  TRY(check_head(head));
  return std::optional(head);
}

// What looks random is not stored: the same file may come again, in a forward or in its next version.
Result<> BlockEncoder::encode(ByteView raw, Bytes& out) {
  if (raw.empty()) return {};
  if (raw.size() > kMaxBlock) return fail(Errc::Limit, fmt::format("block: {} octets", raw.size()));
  coded_.clear();
  if (coding_.encoding == Encoding::Mix) {
    mix_.encode(raw, coded_);
  } else {
    TRY(encode_zstd(raw));
  }
  append_head(coding_.encoding, fresh_, raw.size(), coded_.size(), out);
  out.insert(out.end(), coded_.begin(), coded_.end());
  fresh_ = false;
  if (mix_.is_full()) reset();
  return {};
}

Result<> BlockEncoder::encode_zstd(ByteView raw) {
  Result<> done = window_.append(raw, coded_);
  if (done) done = window_.flush(coded_);
  if (!done) reset();  // the peer saw nothing of it; the next block begins a new window
  return done;
}

void BlockEncoder::reset() {
  window_.reset();
  mix_.reset();
  fresh_ = true;
  Bytes().swap(coded_);
}

void BlockEncoder::use(const Coding& coding) {
  if (coding == coding_) return;
  reset();
  coding_ = coding;
  window_ = Compressor(coding.level, coding.window_log);
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
  if (head_->encoding == Encoding::Stored) {
    out.insert(out.end(), coded.begin(), coded.end());
    return {};
  }
  if (head_->fresh) TRY(begin(head_->encoding));
  if (begun_ != head_->encoding) return fail(Errc::Protocol, "block: the window has not begun");
  if (head_->encoding == Encoding::Mix) return mix_.decode(coded, head_->raw_size, out);
  return window_.decode(coded, head_->raw_size, out);
}

// What was learned before is let go, with its memory.
Result<> BlockDecoder::begin(Encoding encoding) {
  if (encoding == Encoding::Mix && !takes_mix_) return fail(Errc::Unsupported, "block: context mixing on this stream");
  window_.reset();
  mix_.reset();
  begun_ = encoding;
  return {};
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
  const std::size_t raw_size = head_->raw_size;
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
