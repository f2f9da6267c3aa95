#include "proxy/client/fetching.h"

#include <algorithm>

namespace proxy::client {

std::uint64_t Fetching::available() const {
  if (!sink_ || !size_) return 0;
  if (done_) return *size_;
  return std::min(sink_->offset(), *size_ == 0 ? 0 : *size_ - 1);
}

Task<Result<>> Fetching::wait_for_more(std::uint64_t have) {
  while (!done_ && available() <= have) {
    if (failed_) co_return tl::unexpected(*failed_);
    CO_TRY(co_await changed_.past(changed_.count()));
  }
  co_return Result<>();
}

Task<Result<std::size_t>> Fetching::read_at(std::uint64_t offset, std::span<std::byte> into) {
  const std::uint64_t there = available();
  if (offset >= there) co_return std::size_t{0};
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), there - offset));
  const std::shared_ptr<BodySink> sink = sink_;
  co_return co_await sink->read_at(offset, into.first(count));
}

void Fetching::begin(std::shared_ptr<BodySink> sink, std::uint64_t size) {
  sink_ = std::move(sink);
  size_ = size;
  changed_.raise();
}

Task<Result<>> Fetching::wait_over() {
  while (!over()) CO_TRY(co_await changed_.past(changed_.count()));
  co_return Result<>();
}

void Fetching::finish() {
  done_ = true;
  changed_.raise();
}

void Fetching::fail_with(Error error) {
  if (over()) return;
  failed_ = std::move(error);
  changed_.raise();
}

}  // namespace proxy::client
