// Any octets, in pieces of any size, come back; any layout and recipe are refused or give what they say.
#include <cstdlib>

#include "codec/content/unwrapper.h"
#include "codec/content/wrapper.h"

namespace {

void there_and_back(codec::ByteView octets, std::size_t piece) {
  codec::content::Unwrapper unwrapper;
  codec::content::Wrapper wrapper;
  while (!octets.empty()) {
    const codec::ByteView front = octets.first(std::min(piece, octets.size()));
    const auto again = wrapper.wrap(unwrapper.unwrap(front));
    if (!again || !std::equal(again->begin(), again->end(), front.begin(), front.end())) std::abort();
    octets = octets.subspan(front.size());
  }
}

void hostile(codec::ByteView octets, std::size_t cut) {
  codec::content::Block block;
  const std::size_t layout = std::min(cut % 64, octets.size());
  block.layout.assign(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(layout));
  octets = octets.subspan(layout);
  const std::size_t recipe = std::min(cut / 64, octets.size());
  block.recipe.assign(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(recipe));
  octets = octets.subspan(recipe);
  const std::size_t figures = cut % 3 == 0 ? 0 : std::min(cut % 97, octets.size());
  block.figures.assign(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(figures));
  octets = octets.subspan(figures);
  block.content.assign(octets.begin(), octets.end());
  block.written = block.content.size() + cut % 7;
  codec::content::Wrapper wrapper;
  for (int i = 0; i < 2; ++i) {
    const auto octets_again = wrapper.wrap(block);
    if (octets_again && octets_again->size() != block.written) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t cut = data[0] | std::size_t{data[1]} << 8;
  const codec::ByteView octets = std::as_bytes(std::span(data + 2, size - 2));
  there_and_back(octets, cut + 1);
  hostile(octets, cut);
  return 0;
}
