#include "codec/repeat/cursor.h"

#include <algorithm>

#include "codec/content/unwrapper.h"

namespace codec::repeat {

std::size_t Cursor::copy(std::uint64_t at, std::size_t length, Bytes& out) {
  if (at < begin_) {
    const std::size_t rewinds = rewinds_ + 1;
    *this = Cursor();
    rewinds_ = rewinds;
  }
  const std::uint64_t end = begin_ + piece_.size();
  if (at >= end) return 0;
  const ByteView here = ByteView(piece_).subspan(static_cast<std::size_t>(at - begin_));
  const ByteView wanted = here.first(std::min(length, here.size()));
  out.insert(out.end(), wanted.begin(), wanted.end());
  return wanted.size();
}

void Cursor::take(ByteView octets) {
  begin_ += piece_.size();
  const ByteView piece = octets.first(content::next_piece(octets));
  piece_ = splitter_.split(piece).content;
  written_ += piece.size();
}

}  // namespace codec::repeat
