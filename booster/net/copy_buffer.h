// CopyBuffer: room for one read of a flow that is passed on. Most flows wait most of the time and hold little; one that
// fills its room gets as much as makes the cost of a read small beside its octets.
#pragma once
#include <span>

#include "codec/base/bytes.h"

namespace booster::net {

class CopyBuffer {
 public:
  static constexpr std::size_t kIdle = 1024;
  static constexpr std::size_t kBusy = std::size_t{128} << 10;

  std::span<std::byte> room() { return bytes_; }
  ByteView first(std::size_t count) const { return ByteView(bytes_).first(count); }
  // After what the read brought was passed on.
  void note(std::size_t count) {
    if (count == bytes_.size()) {
      bytes_.resize(kBusy);
    } else if (bytes_.size() > kIdle && count < kIdle) {
      bytes_.resize(kIdle);
      bytes_.shrink_to_fit();
    }
  }

 private:
  Bytes bytes_ = Bytes(kIdle);
};

}  // namespace booster::net
