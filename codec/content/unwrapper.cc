#include "codec/content/unwrapper.h"

#include <algorithm>

namespace codec::content {

std::size_t next_piece(ByteView rest) {
  return rest.size() > kPiece ? mime::split_point(rest.first(kPiece)) : rest.size();
}

Block as_written(ByteView piece) {
  return {{}, {}, Bytes(piece.begin(), piece.end()), piece.size()};
}

Block Unwrapper::unwrap(ByteView piece) {
  mime::SplitBlock split = splitter_.split(piece);
  if (containers_ == Containers::Left) return {std::move(split.layout), {}, std::move(split.content), piece.size()};
  container::OpenedBlock opened = opener_.open(split.content);
  return {std::move(split.layout), std::move(opened.recipe), std::move(opened.content), piece.size()};
}

Bytes content_of(ByteView item, std::size_t most) {
  if (item.size() > most) item = item.first(mime::split_point(item.first(most)));
  Unwrapper unwrapper;
  Bytes content;
  while (!item.empty() && content.size() < kMaxContent) {
    const std::size_t size = next_piece(item);
    const Block block = unwrapper.unwrap(item.first(size));
    content.insert(content.end(), block.content.begin(), block.content.end());
    item = item.subspan(size);
  }
  content.resize(std::min(content.size(), kMaxContent));
  return content;
}

}  // namespace codec::content
