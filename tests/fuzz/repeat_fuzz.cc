// Any octets that say what a block repeats are refused or within bounds; any two mails: what one repeats of the other
// crosses as it is.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "tests/codec/repeat/mails.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace codec;
  const ByteView octets(reinterpret_cast<const std::byte*>(data), size);
  repeat::RepeatReader reader;
  for (int block = 0; block < 2; ++block) {
    const auto copies = reader.read(octets);
    if (!copies) break;
    std::size_t sum = 0;
    for (const repeat::Copy& copy : *copies) {
      sum += copy.literal + copy.length;
      if (copy.source >= repeat::kMostSources || copy.length == 0 || copy.at > repeat::kMostItem) std::abort();
    }
    if (sum > content::kMaxWritten) std::abort();
  }
  if (size < 4) return 0;
  // What is given stands in both mails many times over, between what differs.
  const std::size_t cut = 1 + data[0] % (size - 1);
  Bytes source, item;
  while (item.size() < 40'000) {
    source.insert(source.end(), octets.begin(), octets.end());
    item.insert(item.end(), octets.begin() + static_cast<std::ptrdiff_t>(cut), octets.end());
    const Bytes filled = repeat::noise(8000 + cut * 16, data[1] % 4);
    const Bytes encoded = to_bytes("\r\n" + repeat::base64(filled, 60 + 4U * (data[2] % 5)));
    source.insert(source.end(), encoded.begin(), encoded.end());
    const Bytes again = to_bytes("\r\n" + repeat::base64(filled, 60 + 4U * (data[3] % 5)));
    item.insert(item.end(), again.begin(), again.end());
  }
  if (!repeat::cross(item, {{1, source}}).same) std::abort();
  return 0;
}
