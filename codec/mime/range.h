// A stretch of a mail, by offset, so that a structure may outlive the octets it was made from.
#pragma once
#include <cstddef>

#include "codec/base/bytes.h"

namespace codec::mime {

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;

  std::size_t size() const { return end - begin; }
  bool empty() const { return begin == end; }
  bool operator==(const Range&) const = default;
};

inline ByteView slice(ByteView octets, Range range) {
  return octets.subspan(range.begin, range.size());
}

}  // namespace codec::mime
