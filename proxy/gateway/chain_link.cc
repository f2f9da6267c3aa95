#include "proxy/gateway/chain_link.h"

#include "booster/crypto/secret.h"

namespace proxy::gateway {

using codec::property::Chain;

ChainLink::~ChainLink() {
  booster::crypto::wipe(buffer_);
  for (Bytes& bytes : queue_) booster::crypto::wipe(bytes);
}

Task<Result<Chain>> ChainLink::next() {
  for (;;) {
    CO_TRY_ASSIGN(std::optional<Chain> chain, frames_.next(unread_));
    if (chain) co_return *std::move(chain);
    booster::crypto::wipe(buffer_);
    CO_TRY_ASSIGN(const std::size_t count, co_await stream_.read(buffer_));
    if (count == 0) {
      if (frames_.between_frames()) co_return fail(Errc::Closed, "the peer has finished");
      co_return fail(Errc::Protocol, "the peer ended within a message");
    }
    unread_ = ByteView(buffer_).first(count);
  }
}

Result<> ChainLink::send(const Chain& chain) {
  Bytes frame;
  codec::property::append_framed(chain, frame);
  if (frame.size() > limits_.max_bytes)
    return fail(Errc::Limit, "message of " + std::to_string(frame.size()) + " bytes");
  if (queue_.size() >= kMaxQueuedChains || queued_bytes_ + frame.size() > kMaxQueuedBytes)
    return fail(Errc::Full, "the peer reads too slowly");
  queued_bytes_ += frame.size();
  queue_.push_back(std::move(frame));
  queued_.notify_one();
  return {};
}

Task<Result<>> ChainLink::write_all() {
  for (;;) {
    while (queue_.empty()) CO_TRY(co_await queued_.wait());
    Bytes frame = std::move(queue_.front());
    queue_.pop_front();
    const Result<> written = co_await stream_.write(frame);
    queued_bytes_ -= frame.size();
    booster::crypto::wipe(frame);
    CO_TRY(written);
    if (queue_.empty()) emptied_.notify_all();
  }
}

Task<Result<>> ChainLink::flushed() {
  while (queued_bytes_ > 0) CO_TRY(co_await emptied_.wait());
  co_return Result<>();
}

}  // namespace proxy::gateway
