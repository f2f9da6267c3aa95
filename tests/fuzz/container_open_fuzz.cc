// Any octets, opened in blocks, are the same again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "codec/container/closer.h"
#include "codec/container/opener.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace codec;
  if (size < 2) return 0;
  const std::size_t cut = 1 + data[0] * std::size_t{16};
  const ByteView item(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  container::Opener opener;
  container::Closer closer;
  for (std::size_t at = 0; at < item.size();) {
    const ByteView block = item.subspan(at, std::min(cut, item.size() - at));
    const container::OpenedBlock opened = opener.open(block);
    const auto again = closer.close(opened.recipe, opened.content, block.size());
    if (!again || !std::equal(again->begin(), again->end(), block.begin(), block.end())) std::abort();
    at += block.size();
  }
  return 0;
}
