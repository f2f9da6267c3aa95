#include "proxy/messaging/frame_stream.h"

#include "booster/crypto/secret.h"
#include "codec/property/encode.h"

namespace proxy::messaging {
namespace {

constexpr std::size_t kFrameBuffer = 4 * 1024;

}  // namespace

FrameStream::FrameStream(std::unique_ptr<booster::net::Stream> stream, const codec::property::Limits& limits)
    : stream_(std::move(stream)), frames_(limits), input_(kFrameBuffer) {}

Task<Result<>> FrameStream::send(const Chain& message) {
  Bytes framed;
  codec::property::append_framed(message, framed);
  CO_TRY_ASSIGN(const booster::runtime::Mutex::Lock lock, co_await writing_.lock());
  const Result<> written = co_await stream_->write(framed);
  booster::crypto::wipe(framed);  // may have held a password
  co_return written;
}

Task<Result<Chain>> FrameStream::receive() {
  for (;;) {
    ByteView held = ByteView(input_).subspan(input_begin_, input_end_ - input_begin_);
    const std::size_t before = held.size();
    CO_TRY_ASSIGN(std::optional<Chain> message, frames_.next(held));
    input_begin_ += before - held.size();
    if (message) co_return *std::move(message);
    booster::crypto::wipe(input_);
    input_begin_ = 0;
    CO_TRY_ASSIGN(input_end_, co_await stream_->read(input_));
    if (input_end_ == 0) co_return fail(Errc::Closed, "the peer finished");
  }
}

}  // namespace proxy::messaging
