#include "codec/container/inflater.h"

#include <algorithm>

namespace codec::container {
namespace {

Bytes bits_between(ByteView octets, std::size_t from, std::size_t to) {
  BitReader in(octets, from);
  BitWriter out;
  while (in.position() < to) {
    const auto count = static_cast<unsigned>(std::min<std::size_t>(8, to - in.position()));
    out.put(in.take(count), count);
  }
  out.align(0);
  return std::move(out.out);
}

}  // namespace

Inflater::Step Inflater::use_codes(const CodeLengths& lengths) {
  return literals_.build(lengths.literal) && distances_.build(lengths.distance) ? Step::Done : Step::Bad;
}

Inflater::Step Inflater::read_head(BitReader& in, Piece& piece) {
  BlockPart part;
  part.begins = true;
  part.head.last = in.take(1) != 0;
  const std::uint32_t type = in.take(2);
  if (in.ran_out()) return Step::Short;
  if (type > 2) return Step::Bad;
  part.head.type = type_ = static_cast<BlockType>(type);
  if (type_ == BlockType::Stored) {
    part.stored = true;
    part.head.padding = static_cast<std::uint8_t>(in.take(static_cast<unsigned>(8 - in.position() % 8) % 8));
    part.head.stored = stored_left_ = in.take(16);
    const std::uint32_t inverse = in.take(16);
    if (in.ran_out()) return Step::Short;
    if ((stored_left_ ^ inverse) != 0xffff) return Step::Bad;
  } else if (type_ == BlockType::Fixed) {
    if (use_codes(fixed_code_lengths()) != Step::Done) return Step::Bad;
  } else {
    const std::size_t from = in.position();
    const auto lengths = read_code_lengths(in);
    if (in.ran_out()) return Step::Short;
    if (!lengths || use_codes(*lengths) != Step::Done) return Step::Bad;
    part.head.codes = bits_between(in.octets(), from, in.position());
  }
  open_ = true;
  last_ = part.head.last;
  piece.blocks.push_back(std::move(part));
  return Step::Done;
}

Inflater::Step Inflater::read_stored(BitReader& in, ByteView octets, Piece& piece) {
  BlockPart& part = piece.blocks.back();
  const std::size_t at = in.position() / 8;
  const std::size_t count = std::min(stored_left_, octets.size() - at);
  if (count > room_) return Step::Bad;
  const ByteView taken = octets.subspan(at, count);
  text_.insert(text_.end(), taken.begin(), taken.end());
  in.skip(count * 8);
  room_ -= count;
  part.size += count;
  stored_left_ -= count;
  if (stored_left_ > 0) return Step::Short;
  part.ends = true;
  open_ = false;
  return Step::Done;
}

Inflater::Step Inflater::read_token(BitReader& in, Piece& piece) {
  const auto none = [&in] { return in.left() < kMaxCodeLength ? Step::Short : Step::Bad; };
  BlockPart& part = piece.blocks.back();
  const std::uint16_t symbol = literals_.read(in);
  if (symbol == CodeReader::kNone) return none();
  if (in.ran_out()) return Step::Short;
  if (symbol < kEndOfBlock) {
    if (room_ == 0) return Step::Bad;
    --room_;
    text_.push_back(static_cast<std::byte>(symbol));
    piece.tokens.push_back({symbol, 0});
    ++part.size;
    return Step::Done;
  }
  if (symbol == kEndOfBlock) {
    part.ends = true;
    open_ = false;
    return Step::Done;
  }
  if (symbol >= kLiteralCodes) return Step::Bad;
  const Symbol& length = kLengthSymbols[symbol - 257U];
  const std::size_t size = length.base + in.take(length.extra);
  const std::uint16_t way = distances_.read(in);
  if (way == CodeReader::kNone) return none();
  if (in.ran_out()) return Step::Short;
  if (way >= kDistanceCodes) return Step::Bad;
  const std::size_t distance = kDistanceSymbols[way].base + in.take(kDistanceSymbols[way].extra);
  if (in.ran_out()) return Step::Short;
  // 258 written as 257 + 1: legal, but no token of ours has that name.
  const bool odd = size == kMaxMatch && length.extra != 0;
  if (odd || distance > text_.size() || size > room_) return Step::Bad;
  room_ -= size;
  const std::size_t from = text_.size() - distance;
  for (std::size_t i = 0; i < size; ++i) text_.push_back(text_[from + i]);
  piece.tokens.push_back({static_cast<std::uint16_t>(size), static_cast<std::uint16_t>(distance)});
  ++part.size;
  return Step::Done;
}

Piece Inflater::read(ByteView octets, std::size_t room) {
  Piece piece;
  room_ = room;
  const std::size_t given = carry_.size();
  Bytes data = std::move(carry_);
  data.insert(data.end(), octets.begin(), octets.end());
  if (text_.size() > kWindow) text_.erase(text_.begin(), text_.end() - static_cast<std::ptrdiff_t>(kWindow));
  const std::size_t before = text_.size();
  if (open_) {
    piece.blocks.emplace_back();
    piece.blocks.back().stored = type_ == BlockType::Stored;
  }
  BitReader in(data, bit_);
  std::size_t done = bit_;
  Step step = Step::Done;
  bool ended = false;
  while (step == Step::Done && !ended) {
    if (!open_) {
      step = read_head(in, piece);
    } else if (type_ == BlockType::Stored) {
      step = read_stored(in, data, piece);
      if (step == Step::Short) done = in.position();
    } else {
      step = read_token(in, piece);
    }
    if (step != Step::Done) break;
    done = in.position();
    ended = !open_ && last_;
  }
  piece.text.assign(text_.begin() + static_cast<std::ptrdiff_t>(before), text_.end());
  const std::size_t whole = done / 8;
  std::size_t end = std::max((done + 7) / 8, given);
  if (ended) {
    piece.end = StreamEnd::Ends;
    if (done % 8 != 0) piece.padding = static_cast<std::uint8_t>(std::to_integer<unsigned>(data[whole]) >> (done % 8));
  } else {
    if (step == Step::Short) end = data.size();
    piece.end = step == Step::Short ? StreamEnd::GoesOn : StreamEnd::GivenUp;
    const std::size_t from = std::max(whole, given);
    piece.tail.assign(data.begin() + static_cast<std::ptrdiff_t>(std::min(from, end)),
                      data.begin() + static_cast<std::ptrdiff_t>(end));
    carry_.assign(data.begin() + static_cast<std::ptrdiff_t>(whole), data.begin() + static_cast<std::ptrdiff_t>(end));
    bit_ = done % 8;
  }
  piece.taken = end - given;
  return piece;
}

}  // namespace codec::container
