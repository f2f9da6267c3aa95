#include "proxy/messaging/message_stream.h"

#include <algorithm>

#include "booster/runtime/offload.h"
#include "codec/property/encode.h"

namespace proxy::messaging {
namespace {

constexpr std::size_t kMessageBuffer = 32 * 1024;
constexpr std::size_t kOffload =
    16 * 1024;  // raw octets from which compression takes longer than a trip to another thread
constexpr std::size_t kRawBlock = 256 * 1024;  // so that a receiver can begin before a large batch is whole
// Context mixing takes a hundred times as long: both ends work on their part while the next is on its way.
constexpr std::size_t kMixedOffload = 1024;
constexpr std::size_t kMixedBlock = 16 * 1024;

}  // namespace

MessageStream::MessageStream(std::unique_ptr<booster::net::Stream> stream, MessageOptions options, Mixing mixing,
                             booster::runtime::CpuClock clock)
    : stream_(std::move(stream)),
      encoder_(options),
      decoder_(codec::compress::kMaxWindowLog, mixing == Mixing::Taken),
      frames_(codec::property::Limits{}),
      input_(kMessageBuffer),
      clock_(clock) {}

Task<Result<>> MessageStream::use(MessageOptions options) {
  CO_TRY_ASSIGN(const booster::runtime::Mutex::Lock lock, co_await writing_.lock());
  encoder_.use(options);
  co_return Result<>();
}

Task<Result<>> MessageStream::send(const Chain& message) {
  queue(message);
  co_return co_await write_queued();
}

Task<Result<Cost>> MessageStream::send_counted(const Chain& message) {
  const std::uint64_t from = queued_to_;
  queue(message);
  const std::uint64_t to = queued_to_;
  CO_TRY(co_await write_queued());
  co_return sent_.up_to(to) - sent_.up_to(from);
}

void MessageStream::queue(const Chain& message) {
  const std::size_t before = queued_.size();
  codec::property::append_framed(message, queued_);
  queued_to_ += queued_.size() - before;
}

Task<Result<>> MessageStream::batch(const Chain& message) {
  queue(message);
  if (queued_.size() >= kBatch) co_return co_await write_queued();
  co_return Result<>();
}

Task<Result<>> MessageStream::flush() {
  co_return co_await write_queued();
}

Task<Result<>> MessageStream::write_queued() {
  CO_TRY_ASSIGN(const booster::runtime::Mutex::Lock lock, co_await writing_.lock());
  co_return co_await code_queued();
}

Task<Result<>> MessageStream::code_queued() {
  while (!queued_.empty()) {
    const Bytes batch = std::exchange(queued_, {});
    const bool mixed = coding_now().encoding == codec::compress::Encoding::Mix;
    const std::size_t most = mixed ? kMixedBlock : kRawBlock;
    for (std::size_t at = 0; at < batch.size(); at += most) {
      const ByteView raw = ByteView(batch).subspan(at, std::min(most, batch.size() - at));
      Bytes coded;
      Cost cost;
      Result<> encoded;
      auto job = [this, raw, &coded, &cost] {
        const auto encode = [&] { return alone_ ? encoder_.encode_aside(raw, coded) : encoder_.encode(raw, coded); };
        return booster::runtime::timed(clock_, cost.cpu, encode);
      };
      if (!alone_ && raw.size() < (mixed ? kMixedOffload : kOffload)) {
        encoded = job();
      } else {
        encoded = co_await booster::runtime::offload(job);
      }
      CO_TRY(encoded);
      count_sent(cost, raw.size(), coded);
      CO_TRY(co_await write_coded(std::move(coded)));
    }
  }
  co_return Result<>();
}

void MessageStream::count_sent(Cost cost, std::size_t raw, ByteView coded) {
  cost.raw = raw;
  cost.coded = coded.size();
  cost.by[static_cast<std::size_t>(codec::compress::encoding_of(coded))] = raw;
  sent_.add(cost);
  if (codec::compress::encoding_of(coded) != codec::compress::Encoding::Mix) return;
  if (mixing_ != nullptr) mixing_->spend(cost.cpu);
  pace_.add(cost.coded, cost.cpu);
}

// What stands alone is kept until it is whole, or too large for one record to tell much.
Task<Result<>> MessageStream::write_coded(Bytes coded) {
  if (alone_) {
    coded_alone_.insert(coded_alone_.end(), coded.begin(), coded.end());
    if (coded_alone_.size() < kBatch) co_return Result<>();
    coded = std::exchange(coded_alone_, {});
    const std::size_t whole = coded.size() / kPaddingOfLarge * kPaddingOfLarge;
    coded_alone_.assign(coded.begin() + static_cast<std::ptrdiff_t>(whole), coded.end());
    coded.resize(whole);
    large_alone_ = true;
  }
  co_return co_await stream_->write(coded);
}

Task<Result<>> MessageStream::begin_alone(const MessageOptions& options, const std::vector<Chain>& heads,
                                          Bytes references) {
  CO_TRY_ASSIGN(const booster::runtime::Mutex::Lock lock, co_await writing_.lock());
  CO_TRY(co_await code_queued());
  encoder_.begin_aside(options, std::move(references));
  alone_as_ = options;
  alone_ = true;
  large_alone_ = false;
  Bytes octets;
  for (const Chain& head : heads) codec::property::append_framed(head, octets);
  queued_to_ += octets.size();
  CO_TRY(codec::compress::BlockEncoder::store(octets, coded_alone_));
  if (!octets.empty()) count_sent({}, octets.size(), coded_alone_);
  co_return Result<>();
}

Task<Result<>> MessageStream::end_alone() {
  CO_TRY_ASSIGN(const booster::runtime::Mutex::Lock lock, co_await writing_.lock());
  CO_TRY(co_await code_queued());
  Bytes coded = std::exchange(coded_alone_, {});
  const std::size_t before = coded.size();
  const bool large = large_alone_ || before > kLarge;
  encoder_.end_aside(large ? kPaddingOfLarge : kPadding, coded);
  Cost padding;
  padding.coded = coded.size() - before;
  sent_.add(padding);
  alone_ = false;
  co_return co_await stream_->write(coded);
}

Task<Result<Chain>> MessageStream::receive() {
  for (;;) {
    ByteView raw = ByteView(raw_).subspan(raw_begin_);
    const std::size_t before = raw.size();
    CO_TRY_ASSIGN(std::optional<Chain> message, frames_.next(raw));
    raw_begin_ += before - raw.size();
    taken_ += before - raw.size();
    if (message) {
      before_last_ = received_.up_to(given_);
      given_ = taken_;
    }
    if (raw_begin_ == raw_.size()) {
      raw_.clear();
      raw_begin_ = 0;
    }
    if (message) co_return *std::move(message);

    ByteView coded = ByteView(input_).subspan(input_begin_, input_end_ - input_begin_);
    const std::size_t held = coded.size();
    CO_TRY_ASSIGN(const std::optional<std::size_t> decoded, co_await decode(coded));
    input_begin_ += held - coded.size();
    block_.coded += held - coded.size();
    if (decoded) {
      count_received(*decoded);
      continue;
    }
    input_begin_ = 0;
    CO_TRY_ASSIGN(input_end_, co_await stream_->read(input_));
    coded_received_ += input_end_;
    if (input_end_ > 0) continue;
    const bool clean = frames_.between_frames() && decoder_.between_blocks();
    co_return fail(Errc::Closed, clean ? "the peer finished" : "the peer finished in the middle of a message");
  }
}

// Octets in, at most one block out.
Task<Result<std::optional<std::size_t>>> MessageStream::decode(ByteView& coded) {
  auto job = [this, &coded] {
    return booster::runtime::timed(clock_, block_.cpu, [&] { return decoder_.next(coded, raw_); });
  };
  if (!decoder_.takes_time(coded)) co_return job();
  co_return co_await booster::runtime::offload(job);
}

void MessageStream::count_received(std::size_t octets) {
  Cost block = std::exchange(block_, {});
  block.raw = octets;
  block.by[static_cast<std::size_t>(decoder_.last())] = octets;
  received_.forget_before(given_);
  received_.add(block);
}

Task<Result<>> MessageStream::finish() {
  CO_TRY(co_await write_queued());
  co_return co_await stream_->finish();
}

}  // namespace proxy::messaging
