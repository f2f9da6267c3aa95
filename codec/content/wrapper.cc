#include "codec/content/wrapper.h"

#include "codec/figure/figures.h"
#include "codec/mime/splitter.h"

namespace codec::content {

Result<Bytes> Wrapper::wrap(const Block& block) {
  if (block.written > kMaxWritten) return fail(Errc::Limit, std::to_string(block.written) + " octets in a block");
  const auto written = static_cast<std::size_t>(block.written);
  // What stands without its transfer encoding: the layout tells how much.
  std::size_t closed = written;
  if (!block.layout.empty()) {
    TRY_ASSIGN(closed, mime::content_size(block.layout));
  }
  if (!block.repeats.empty()) {
    if (!block.recipe.empty() || !block.figures.empty())
      return fail(Errc::Protocol, "repeats in a block that is more than decoded");
    closer_ = {};
  }
  Bytes content;
  if (!block.figures.empty()) {
    if (!block.recipe.empty()) return fail(Errc::Protocol, "figures in an opened block");
    TRY_ASSIGN(content, figure::put_figures(block.content, block.figures, closed));
  }
  TRY_ASSIGN(Bytes octets, closer_.close(block.recipe, block.figures.empty() ? block.content : content, closed));
  if (block.layout.empty()) return octets;
  return mime::join(block.layout, octets, written);
}

}  // namespace codec::content
