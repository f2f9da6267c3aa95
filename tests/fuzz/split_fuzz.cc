// Any octets, split in blocks, are the same again; any layout is refused or gives what was asked for.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "codec/mime/splitter.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace codec;
  if (size < 2) return 0;
  const std::size_t cut = 1 + data[0] * std::size_t{8};
  const ByteView mail(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  mime::Splitter splitter;
  for (std::size_t at = 0; at < mail.size();) {
    const ByteView rest = mail.subspan(at);
    const ByteView block = rest.first(rest.size() > cut ? mime::split_point(rest.first(cut)) : rest.size());
    const mime::SplitBlock split = splitter.split(block);
    const auto again = mime::join(split.layout, split.content, block.size());
    if (!again || !std::equal(again->begin(), again->end(), block.begin(), block.end())) std::abort();
    if (split.layout.size() + split.content.size() > block.size() + 16) std::abort();
    at += block.size();
  }
  const std::size_t layout = std::min<std::size_t>(data[0], mail.size());
  for (const std::size_t wanted : {mail.size(), std::size_t{100}}) {
    const auto joined = mime::join(mail.first(layout), mail.subspan(layout), wanted);
    if (joined && joined->size() != wanted) std::abort();
  }
  return 0;
}
