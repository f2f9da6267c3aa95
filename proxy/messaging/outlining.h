// The outline of an item that may be too large to be held.                               Source:
// codec/repeat/REPEATS.md
#pragma once
#include "booster/runtime/offload.h"
#include "booster/runtime/task.h"
#include "codec/content/unwrapper.h"
#include "codec/repeat/outline.h"

namespace proxy::messaging {

// `read(from, most)` -> Task<Result<Bytes>>: octets of the item, none behind its end.
//   Limits  memory of a piece and of the outline
template <class Read>
booster::runtime::Task<codec::Result<codec::repeat::Outline>> outline_through(std::uint64_t key, Read read) {
  codec::repeat::Outliner outliner(key);
  for (std::uint64_t at = 0;;) {
    // One more than a piece tells whether it is the last.
    CO_TRY_ASSIGN(const codec::Bytes octets, co_await read(at, codec::content::kPiece + 1));
    if (octets.empty()) break;
    const codec::ByteView piece = codec::ByteView(octets).first(codec::content::next_piece(octets));
    const auto take = [&outliner, piece] {
      outliner.take(piece);
      return true;
    };
    (void)co_await booster::runtime::offload(take);
    at += piece.size();
  }
  co_return outliner.finish();
}

}  // namespace proxy::messaging
