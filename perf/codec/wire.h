// Wire: a stream of which all that is written is kept, and which gives what is put on it.
#pragma once
#include <algorithm>

#include "booster/net/stream.h"

namespace perf::codec_bench {

class Wire final : public booster::net::Stream {
 public:
  template <class T>
  using Task = booster::runtime::Task<T>;

  explicit Wire(codec::Bytes& written) : written_(written) {}
  Wire(codec::Bytes& written, codec::ByteView given) : written_(written), given_(given) {}

  Task<codec::Result<std::size_t>> read(std::span<std::byte> into) override {
    const std::size_t size = std::min(into.size(), given_.size());
    std::copy_n(given_.begin(), size, into.begin());
    given_ = given_.subspan(size);
    co_return size;
  }
  Task<codec::Result<>> write(codec::ByteView bytes) override {
    written_.insert(written_.end(), bytes.begin(), bytes.end());
    co_return codec::Result<>();
  }
  Task<codec::Result<>> finish() override { co_return codec::Result<>(); }
  void close() override {}
  // Octets come behind those that were given.
  void give(codec::ByteView bytes) { given_ = bytes; }

 private:
  codec::Bytes& written_;
  codec::ByteView given_;
};

}  // namespace perf::codec_bench
