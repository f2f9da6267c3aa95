#include "codec/repeat/code.h"

#include <algorithm>

#include "codec/base/varint.h"

namespace codec::repeat {
namespace {

std::uint64_t step(std::uint64_t from, std::uint64_t to) {
  return zigzag(static_cast<std::int64_t>(to - from));
}

std::uint64_t end_of(const Repeat& repeat) {
  return repeat.at + repeat.length;
}

}  // namespace

std::uint32_t check_of(ByteView octets) {
  return static_cast<std::uint32_t>(chunk::chunk_id(octets, 0));
}

RepeatWriter::RepeatWriter(std::vector<Repeat> repeats) : repeats_(std::move(repeats)) {
  for (const Repeat& repeat : repeats_) {
    if (numbers_.try_emplace(repeat.source, sources_.size()).second) sources_.push_back(repeat.source);
  }
}

bool RepeatWriter::touches(std::uint64_t begin, std::uint64_t end) const {
  const auto before = [](const Repeat& repeat, std::uint64_t at) { return end_of(repeat) <= at; };
  const auto found = std::lower_bound(repeats_.begin(), repeats_.end(), begin, before);
  return found != repeats_.end() && found->at < end;
}

void RepeatWriter::take_out(std::uint64_t at, content::Block& block) {
  const std::uint64_t end = at + block.content.size();
  const auto before = [](const Repeat& repeat, std::uint64_t from) { return end_of(repeat) <= from; };
  auto repeat = std::lower_bound(repeats_.begin(), repeats_.end(), at, before);
  Bytes literals;
  std::uint64_t done = at;
  ByteWriter out(block.repeats);
  const auto octets = [&block, at](std::uint64_t from, std::uint64_t to) {
    return ByteView(block.content).subspan(static_cast<std::size_t>(from - at), static_cast<std::size_t>(to - from));
  };
  for (; repeat != repeats_.end() && repeat->at < end; ++repeat) {
    const std::uint64_t from = std::max(at, repeat->at);
    const std::uint64_t to = std::min(end, end_of(*repeat));
    const std::uint64_t source_at = repeat->source_at + (from - repeat->at);
    const std::uint64_t number = numbers_.at(repeat->source);
    std::uint64_t& expected = expected_[static_cast<std::size_t>(number)];
    out.varint(from - done);
    out.varint(number);
    out.varint(step(expected, source_at));
    out.varint(to - from);
    out.u32(check_of(octets(from, to)));
    ByteWriter(literals).put(octets(done, from));
    expected = source_at + (to - from);
    done = to;
  }
  ByteWriter(literals).put(octets(done, end));
  block.content = std::move(literals);
}

ItemRepeats::ItemRepeats(Outline item, const std::vector<Match>& matches, const Seen& seen) : outline(std::move(item)) {
  std::vector<Repeat> chosen = repeats_in(*outline, matches, seen);
  octets = octets_of(chosen);
  writer = RepeatWriter(std::move(chosen));
}

content::Block ItemRepeats::block(std::uint64_t at, ByteView piece, content::Unwrapper& unwrapper) {
  const auto begin = outline ? outline->content_at(at) : std::nullopt;
  const auto end = outline ? outline->content_at(at + piece.size()) : std::nullopt;
  if (!begin || !end || !writer.touches(*begin, *end)) return unwrapper.unwrap(piece);
  content::Block block = unwrapper.decode(piece);
  writer.take_out(*begin, block);
  return block;
}

void ItemRepeats::forget() {
  writer = {};
  octets = 0;
}

// repeats = *(literal:varint source:varint step:zigzag length:varint check:u32)                                §3
Result<std::vector<Copy>> RepeatReader::read(ByteView repeats) {
  std::vector<Copy> copies;
  std::size_t left = content::kMaxWritten;
  ByteReader in(repeats);
  while (!in.empty()) {
    TRY_ASSIGN(const std::uint64_t literal, in.varint());
    TRY_ASSIGN(const std::uint64_t source, in.varint());
    TRY_ASSIGN(const std::uint64_t moved, in.varint());
    TRY_ASSIGN(const std::uint64_t length, in.varint());
    TRY_ASSIGN(const std::uint32_t check, in.u32());
    if (source >= kMostSources || length == 0) return fail(Errc::Protocol, "repeats: no such source, or nothing of it");
    if (literal > left || length > left - literal) return fail(Errc::Limit, "repeats: octets of a block");
    left -= static_cast<std::size_t>(literal + length);
    std::uint64_t& expected = expected_[static_cast<std::size_t>(source)];
    const std::uint64_t at = expected + static_cast<std::uint64_t>(unzigzag(moved));
    if (at > kMostItem) return fail(Errc::Protocol, "repeats: beyond any source");
    expected = at + length;
    copies.push_back({static_cast<std::size_t>(literal), static_cast<std::size_t>(source), at,
                      static_cast<std::size_t>(length), check});
  }
  return copies;
}

}  // namespace codec::repeat
