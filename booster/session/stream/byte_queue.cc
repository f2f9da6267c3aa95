#include "booster/session/stream/byte_queue.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "codec/base/check.h"

namespace booster::stream {

void ByteQueue::append(ByteView bytes) {
  while (!bytes.empty()) {
    if (head_ == blocks_.size() || blocks_.back().size == blocks_.back().capacity) add_block(bytes.size());
    Block& last = blocks_.back();
    const std::size_t part = std::min(bytes.size(), last.capacity - last.size);
    std::memcpy(last.bytes.get() + last.size, bytes.data(), part);
    last.size += part;
    end_ += part;
    bytes = bytes.subspan(part);
  }
}

// Blocks grow with the queue: a long stream has full ones, a short one wastes little.
void ByteQueue::add_block(std::size_t wanted) {
  const std::size_t capacity = std::clamp(std::bit_ceil(std::max(wanted, size())), kMinBlock, kMaxBlock);
  blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(capacity), end_, 0, capacity});
}

void ByteQueue::drop_to(std::uint64_t offset) {
  CHECK(offset >= begin_ && offset <= end_);
  begin_ = offset;
  while (head_ < blocks_.size() && blocks_[head_].start + blocks_[head_].size <= offset) blocks_[head_++].bytes.reset();
  if (head_ == blocks_.size()) {
    blocks_.clear();
    head_ = 0;
  } else if (head_ >= 32 && head_ * 2 >= blocks_.size()) {
    blocks_.erase(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

void ByteQueue::restart_at(std::uint64_t offset) {
  blocks_.clear();
  blocks_.shrink_to_fit();
  head_ = 0;
  begin_ = end_ = offset;
}

ByteView ByteQueue::front() const {
  if (empty()) return {};
  const Block& first = blocks_[head_];
  const auto skip = static_cast<std::size_t>(begin_ - first.start);
  return {first.bytes.get() + skip, first.size - skip};
}

void ByteQueue::copy(std::uint64_t offset, std::span<std::byte> into) const {
  if (into.empty()) return;
  CHECK(offset >= begin_ && offset + into.size() <= end_);
  auto block = std::upper_bound(blocks_.begin() + static_cast<std::ptrdiff_t>(head_), blocks_.end(), offset,
                                [](std::uint64_t at, const Block& one) { return at < one.start; });
  --block;
  while (!into.empty()) {
    const auto skip = static_cast<std::size_t>(offset - block->start);
    const std::size_t part = std::min(into.size(), block->size - skip);
    std::memcpy(into.data(), block->bytes.get() + skip, part);
    into = into.subspan(part);
    offset += part;
    ++block;
  }
}

}  // namespace booster::stream
