// The bytes of a stream from one offset to another; appended at the end, dropped from the front, never moved between.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "codec/base/bytes.h"

namespace booster::stream {

constexpr std::size_t kMinBlock = 512;                    // most streams are short
constexpr std::size_t kMaxBlock = std::size_t{16} << 10;  // one record

//   Limits  memory <= bytes held + 2 · kMaxBlock
class ByteQueue {
 public:
  std::uint64_t begin() const { return begin_; }
  std::uint64_t end() const { return end_; }
  std::size_t size() const { return static_cast<std::size_t>(end_ - begin_); }
  bool empty() const { return begin_ == end_; }

  void append(ByteView bytes);
  void drop_to(std::uint64_t offset);     // begin() <= offset <= end()
  void restart_at(std::uint64_t offset);  // empty, and goes on there

  ByteView front() const;                                            // the first bytes in one piece; good until dropped
  void copy(std::uint64_t offset, std::span<std::byte> into) const;  // [offset, offset + into.size()) must be held

 private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::uint64_t start;
    std::size_t size;
    std::size_t capacity;
  };
  void add_block(std::size_t wanted);

  std::vector<Block> blocks_;  // from head_ on
  std::size_t head_ = 0;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace booster::stream
