// traits_of on any octets: ends, within its limits.
#include <cstdlib>

#include "codec/refer/traits.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto traits = codec::refer::traits_of(codec::ByteView(reinterpret_cast<const std::byte*>(data), size),
                                              {"mx.example.com", 1}, codec::refer::Author::Anybody);
  if (traits.parents.size() > codec::refer::kMostParents) std::abort();
  if (traits.message_id.size() > codec::refer::kMostName) std::abort();
  return 0;
}
