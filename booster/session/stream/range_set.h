// Sets of offsets, as few ranges.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>

namespace booster::stream {

struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool operator==(const Range&) const = default;
};

class RangeSet {
 public:
  void add(std::uint64_t begin, std::uint64_t end);
  void remove(std::uint64_t begin, std::uint64_t end);
  void clear() { ranges_.clear(); }

  bool empty() const { return ranges_.empty(); }
  std::size_t size() const { return ranges_.size(); }
  Range first() const { return {ranges_.begin()->first, ranges_.begin()->second}; }  // not when empty
  std::uint64_t total() const;
  auto begin() const { return ranges_.begin(); }
  auto end() const { return ranges_.end(); }

 private:
  std::map<std::uint64_t, std::uint64_t> ranges_;  // begin -> end; apart by at least one
};

}  // namespace booster::stream
