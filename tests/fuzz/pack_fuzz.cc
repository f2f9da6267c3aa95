// Packed envelopes and structures from a peer: refused or the same again after packing.
#include <cstdint>
#include <cstdlib>

#include "codec/convert/pack.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace codec;
  const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  if (const auto envelope = convert::unpack_envelope(bytes)) {
    const auto again = convert::unpack_envelope(convert::pack(*envelope));
    if (!again || *again != *envelope) std::abort();
  }
  if (const auto structure = convert::unpack_structure(bytes)) {
    const auto again = convert::unpack_structure(convert::pack(*structure));
    if (!again || *again != *structure) std::abort();
  }
  return 0;
}
