// Any octets come back; any text with any figures is refused or gives no more than was allowed.
#include <algorithm>
#include <cstdlib>

#include "codec/figure/figures.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const codec::ByteView octets = std::as_bytes(std::span(data + 1, size - 1));
  const codec::figure::TextAndFigures taken = codec::figure::take_figures(octets);
  if (taken.figures.empty() ? taken.text.size() != octets.size()
                            : taken.text.size() + taken.figures.size() >= octets.size())
    std::abort();
  if (!taken.figures.empty()) {
    const auto again = codec::figure::put_figures(taken.text, taken.figures, octets.size());
    if (!again || !std::equal(again->begin(), again->end(), octets.begin(), octets.end())) std::abort();
  }
  const std::size_t cut = std::min<std::size_t>(data[0], octets.size());
  const std::size_t most = octets.size() * 8;
  const auto hostile = codec::figure::put_figures(octets.subspan(cut), octets.first(cut), most);
  if (hostile && hostile->size() > most) std::abort();
  return 0;
}
