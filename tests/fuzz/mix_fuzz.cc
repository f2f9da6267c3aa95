// Any octets come back from the context-mixing coder; any code is refused or gives as many octets as asked for.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "codec/compress/mix/coder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace codec;
  if (size < 2 || size > 4096) return 0;
  const ByteView octets(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  Bytes out;
  if ((data[0] & 1U) != 0) {
    const std::size_t wanted = data[0] * std::size_t{4};
    const auto decoded = compress::mix::Decoder().decode(octets, wanted, out);
    if (decoded && out.size() != wanted) std::abort();
    return 0;
  }
  compress::mix::Encoder encoder;
  compress::mix::Decoder decoder;
  for (const ByteView part : {octets.first(octets.size() / 2), octets.subspan(octets.size() / 2)}) {
    Bytes coded;
    encoder.encode(part, coded);
    out.clear();
    if (!decoder.decode(coded, part.size(), out) || as_text(out) != as_text(part)) std::abort();
  }
  return 0;
}
