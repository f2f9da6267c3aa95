// Any recipe is refused or gives as many octets as were asked for. Shape: recipe_size:u8 size:u16 recipe content,
// twice.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "codec/container/closer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace codec;
  if (size < 3) return 0;
  const std::size_t wanted = data[1] | std::size_t{data[2]} << 8;
  const ByteView rest(reinterpret_cast<const std::byte*>(data) + 3, size - 3);
  const ByteView recipe = rest.first(std::min<std::size_t>(data[0], rest.size()));
  const ByteView content = rest.subspan(recipe.size());
  container::Closer closer;
  for (int block = 0; block < 2; ++block) {
    const auto octets = closer.close(recipe, content, wanted);
    if (octets && octets->size() != wanted) std::abort();
  }
  return 0;
}
