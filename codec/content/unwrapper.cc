#include "codec/content/unwrapper.h"

#include <algorithm>

#include "codec/figure/figures.h"

namespace codec::content {

std::size_t next_piece(ByteView rest) {
  return rest.size() > kPiece ? mime::split_point(rest.first(kPiece)) : rest.size();
}

Block as_written(ByteView piece) {
  return {{}, {}, Bytes(piece.begin(), piece.end()), {}, piece.size()};
}

Block Unwrapper::unwrap(ByteView piece) {
  mime::SplitBlock split = splitter_.split(piece);
  container::OpenedBlock opened{{}, std::move(split.content)};
  if (containers_ == Containers::Opened) opened = opener_.open(opened.content);
  // A document's ids stand in it many times: they are better left among its words.
  if (!opened.recipe.empty())
    return {std::move(split.layout), std::move(opened.recipe), std::move(opened.content), {}, piece.size()};
  figure::TextAndFigures taken = figure::take_figures(opened.content);
  return {std::move(split.layout), {}, std::move(taken.text), std::move(taken.figures), piece.size()};
}

Block Unwrapper::decode(ByteView piece) {
  mime::SplitBlock split = splitter_.split(piece);
  opener_ = {};
  Block block;
  block.layout = std::move(split.layout);
  block.content = std::move(split.content);
  block.written = piece.size();
  return block;
}

Bytes content_of(ByteView item, std::size_t most) {
  if (item.size() > most) item = item.first(mime::split_point(item.first(most)));
  Unwrapper unwrapper;
  Bytes content;
  while (!item.empty() && content.size() < kMaxContent) {
    const std::size_t size = next_piece(item);
    const Block block = unwrapper.unwrap(item.first(size));
    content.insert(content.end(), block.content.begin(), block.content.end());
    content.insert(content.end(), block.figures.begin(), block.figures.end());
    item = item.subspan(size);
  }
  content.resize(std::min(content.size(), kMaxContent));
  return content;
}

}  // namespace codec::content
