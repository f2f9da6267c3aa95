// Any octets are cut into chunks that make the whole; an index of them finds them again.
#include <cstdlib>

#include "codec/chunk/index.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace codec::chunk;
  const codec::ByteView octets = std::as_bytes(std::span(data, size));
  const std::vector<Chunk> chunks = chunks_of(octets, size);
  std::size_t whole = 0;
  for (const Chunk& chunk : chunks) {
    if (chunk.size == 0 || chunk.size > kMostChunk) std::abort();
    whole += chunk.size;
  }
  if (whole != size) std::abort();
  Index index;
  index.add(1, chunks);
  const auto anybody = [](Owner) { return true; };
  const bool found = !index.cover(chunks, anybody, 1, 1).empty();
  if (found != (size > 0)) std::abort();
  index.remove(1);
  if (!index.empty()) std::abort();
  return 0;
}
