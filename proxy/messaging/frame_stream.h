// FrameStream: property chains over any Stream, uncompressed and small: control streams, processes' own messages,
// credentials.
#pragma once
#include <memory>

#include "booster/net/stream.h"
#include "booster/runtime/notify.h"
#include "codec/property/frame.h"

namespace proxy::messaging {

using booster::runtime::Task;
using codec::property::Chain;

// Any number of senders, one receiver.
class FrameStream {
 public:
  explicit FrameStream(std::unique_ptr<booster::net::Stream> stream,
                       const codec::property::Limits& limits = codec::property::kControlLimits);
  FrameStream(const FrameStream&) = delete;
  FrameStream& operator=(const FrameStream&) = delete;

  Task<Result<>> send(const Chain& message);
  // Errors  Closed: the peer finished; Protocol, Limit; those of the stream
  Task<Result<Chain>> receive();
  void close() { stream_->close(); }
  booster::net::Stream& stream() { return *stream_; }

 private:
  std::unique_ptr<booster::net::Stream> stream_;
  codec::property::FrameReader frames_;
  booster::runtime::Mutex writing_;
  Bytes input_;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
};

}  // namespace proxy::messaging
