#include "codec/container/recipe.h"

namespace codec::container {
namespace {

constexpr std::uint64_t kStreamBit = 1;  // of a stretch's first number

constexpr std::uint8_t kEndMask = 0x03;
constexpr std::uint8_t kBegins = 0x04;
constexpr std::uint8_t kHasSettings = 0x08;
constexpr std::uint8_t kHasPadding = 0x10;
constexpr std::uint8_t kHasTokens = 0x20;
constexpr std::uint8_t kHasEnds = 0x40;
constexpr std::uint8_t kHasHeads = 0x80;

constexpr std::uint8_t kTypeMask = 0x03;
constexpr std::uint8_t kLast = 0x04;
constexpr std::uint8_t kBuilt = 0x08;
constexpr std::uint8_t kHeadPadding = 0x10;

constexpr std::uint64_t kMaxCount = 16 * kMaxOpenedBlock;  // of anything a gap may count
constexpr std::size_t kMaxCodes = 512;                     // octets of written code lengths: 14 + 57 + 316 * 14 bits

Result<std::size_t> count_of(ByteReader& in) {
  TRY_ASSIGN(const std::uint64_t value, in.varint());
  if (value > kMaxCount) return fail(Errc::Protocol, "recipe: a count too large");
  return static_cast<std::size_t>(value);
}

// what = 0 | (length - 2) << 1 | by distance        then 0 (the foretold distance), hops + 1, or the distance
void write_token(ByteWriter& out, const TokenCorrection& token) {
  using Way = TokenCorrection::Way;
  out.varint(token.gap);
  if (token.way == Way::Literal) return out.varint(0);
  out.varint((token.length - 2) << 1 | (token.way == Way::Distance ? 1U : 0U));
  out.varint(token.way == Way::SameDistance ? 0 : token.way == Way::Hops ? token.value + 1 : token.value);
}

Result<TokenCorrection> read_token_correction(ByteReader& in) {
  using Way = TokenCorrection::Way;
  TokenCorrection token;
  TRY_ASSIGN(token.gap, count_of(in));
  TRY_ASSIGN(const std::size_t what, count_of(in));
  if (what == 0) return token;
  token.length = (what >> 1) + 2;
  if (token.length < kMinMatch || token.length > kMaxMatch) return fail(Errc::Protocol, "recipe: length of a match");
  TRY_ASSIGN(token.value, count_of(in));
  if ((what & 1) != 0) {
    token.way = Way::Distance;
  } else if (token.value == 0) {
    token.way = Way::SameDistance;
  } else {
    token.way = Way::Hops;
    --token.value;
  }
  return token;
}

void write_head(ByteWriter& out, const HeadCorrection& correction) {
  const BlockHead& head = correction.head;
  out.varint(correction.gap);
  out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(head.type) | (head.last ? kLast : 0U) |
                                   (correction.built ? kBuilt : 0U) | (head.padding != 0 ? kHeadPadding : 0U)));
  if (head.type == BlockType::Stored) out.varint(head.stored);
  if (head.padding != 0) out.u8(head.padding);
  if (head.type == BlockType::Dynamic && !correction.built) out.sized(head.codes);
}

Result<HeadCorrection> read_head_correction(ByteReader& in) {
  HeadCorrection correction;
  BlockHead& head = correction.head;
  TRY_ASSIGN(correction.gap, count_of(in));
  TRY_ASSIGN(const std::uint8_t flags, in.u8());
  if ((flags & kTypeMask) > 2 || flags > (kTypeMask | kLast | kBuilt | kHeadPadding)) {
    return fail(Errc::Protocol, "recipe: flags of a block");
  }
  head.type = static_cast<BlockType>(flags & kTypeMask);
  head.last = (flags & kLast) != 0;
  correction.built = (flags & kBuilt) != 0;
  if (head.type == BlockType::Stored) {
    TRY_ASSIGN(head.stored, count_of(in));
    if (head.stored > 0xffff) return fail(Errc::Protocol, "recipe: size of a stored block");
  }
  if ((flags & kHeadPadding) != 0) {
    TRY_ASSIGN(head.padding, in.u8());
  }
  if (head.type == BlockType::Dynamic && !correction.built) {
    TRY_ASSIGN(const ByteView codes, in.sized(kMaxCodes));
    head.codes.assign(codes.begin(), codes.end());
  }
  return correction;
}

void write_stream(ByteWriter& out, const StreamRun& run) {
  out.varint(static_cast<std::uint64_t>(run.size) << 1 | kStreamBit);
  out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(run.end) | (run.begins ? kBegins : 0U) |
                                   (run.settings ? kHasSettings : 0U) | (run.padding != 0 ? kHasPadding : 0U) |
                                   (run.tokens.empty() ? 0U : kHasTokens) | (run.ends.empty() ? 0U : kHasEnds) |
                                   (run.heads.empty() ? 0U : kHasHeads)));
  if (run.settings) write_settings(out, *run.settings);
  out.varint(run.blocks);
  if (run.padding != 0) out.u8(run.padding);
  if (!run.heads.empty()) {
    out.varint(run.heads.size());
    for (const HeadCorrection& head : run.heads) write_head(out, head);
  }
  if (!run.ends.empty()) {
    out.varint(run.ends.size());
    for (const EndCorrection& end : run.ends) out.varint(end.gap), out.varint(end.tokens + 1);  // 0: kNoEnd
  }
  if (!run.tokens.empty()) {
    out.varint(run.tokens.size());
    for (const TokenCorrection& token : run.tokens) write_token(out, token);
  }
  if (run.end != StreamEnd::Ends) out.sized(run.tail);
}

// count:varint count × entry; each entry takes an octet at least.
template <class Entry>
Result<> read_list(ByteReader& in, std::vector<Entry>& list, Result<Entry> (*read)(ByteReader&)) {
  TRY_ASSIGN(const std::uint64_t count, in.varint());
  if (count > in.left()) return fail(Errc::Protocol, "recipe: more corrections than octets");
  list.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count; ++i) {
    TRY_ASSIGN(Entry entry, read(in));
    list.push_back(std::move(entry));
  }
  return {};
}

Result<EndCorrection> read_end_correction(ByteReader& in) {
  EndCorrection end;
  TRY_ASSIGN(end.gap, count_of(in));
  TRY_ASSIGN(const std::size_t tokens, count_of(in));
  end.tokens = tokens - 1;
  return end;
}

Result<StreamRun> read_stream(ByteReader& in, std::size_t size) {
  StreamRun run;
  run.size = size;
  TRY_ASSIGN(const std::uint8_t flags, in.u8());
  if ((flags & kEndMask) > static_cast<unsigned>(StreamEnd::GivenUp)) return fail(Errc::Protocol, "recipe: end");
  run.end = static_cast<StreamEnd>(flags & kEndMask);
  run.begins = (flags & kBegins) != 0;
  if ((flags & kHasSettings) != 0) {
    TRY_ASSIGN(run.settings, read_settings(in));
  }
  TRY_ASSIGN(run.blocks, count_of(in));
  if ((flags & kHasPadding) != 0) {
    TRY_ASSIGN(run.padding, in.u8());
  }
  if ((flags & kHasHeads) != 0) TRY(read_list(in, run.heads, read_head_correction));
  if ((flags & kHasEnds) != 0) TRY(read_list(in, run.ends, read_end_correction));
  if ((flags & kHasTokens) != 0) TRY(read_list(in, run.tokens, read_token_correction));
  if (run.end != StreamEnd::Ends) {
    TRY_ASSIGN(const ByteView tail, in.sized(kMaxClosedBlock));
    run.tail.assign(tail.begin(), tail.end());
  }
  return run;
}

}  // namespace

// stretch = (size << 1 | stream):varint …                                                                      §2
void write_run(ByteWriter& out, const AnyRun& run) {
  if (const auto* literal = std::get_if<LiteralRun>(&run)) {
    out.varint(static_cast<std::uint64_t>(literal->size) << 1);
  } else if (const auto* stream = std::get_if<StreamRun>(&run)) {
    write_stream(out, *stream);
  }
}

Result<AnyRun> read_run(ByteReader& in) {
  TRY_ASSIGN(const std::uint64_t value, in.varint());
  const std::uint64_t size = value >> 1;
  if (size > kMaxOpenedBlock) return fail(Errc::Protocol, "recipe: a stretch too large");
  if ((value & kStreamBit) != 0) {
    TRY_ASSIGN(StreamRun run, read_stream(in, static_cast<std::size_t>(size)));
    return AnyRun(std::move(run));
  }
  if (size == 0) return fail(Errc::Protocol, "recipe: an empty stretch");
  return AnyRun(LiteralRun{static_cast<std::size_t>(size)});
}

}  // namespace codec::container
