#include "codec/content/wrapper.h"

#include "codec/mime/splitter.h"

namespace codec::content {

Result<Bytes> Wrapper::wrap(const Block& block) {
  if (block.written > kMaxWritten) return fail(Errc::Limit, std::to_string(block.written) + " octets in a block");
  const auto written = static_cast<std::size_t>(block.written);
  if (!block.layout.empty()) return mime::join(block.layout, block.content, written);
  if (block.content.size() != written) return fail(Errc::Protocol, "a block of another size");
  return block.content;
}

}  // namespace codec::content
