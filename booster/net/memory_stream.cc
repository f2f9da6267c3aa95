#include "booster/net/memory_stream.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <random>

#include "booster/runtime/notify.h"
#include "booster/runtime/timer.h"

namespace booster::net {
namespace {

using runtime::Loop;
using runtime::TimePoint;

constexpr std::size_t kPiece = 1400;

// One direction. Shared by its two ends.
struct Pipe {
  Pipe(Loop& owner, const MemoryLink& options) : loop(owner), link(options), random(options.seed) {}

  struct Piece {
    TimePoint due;
    Bytes bytes;
    std::size_t taken = 0;
  };
  Loop& loop;
  MemoryLink link;
  std::mt19937_64 random;
  std::deque<Piece> pieces;
  std::size_t under_way = 0;
  TimePoint link_free{};
  TimePoint last_due{};
  bool finished = false;
  TimePoint finish_due{};
  bool broken = false;
  runtime::Notify change;

  TimePoint due_of(std::size_t size) {
    const TimePoint start = std::max(loop.now(), link_free);
    link_free = start;
    if (link.bytes_per_second > 0)
      link_free += std::chrono::nanoseconds(size * std::uint64_t{1'000'000'000} / link.bytes_per_second);
    TimePoint due = link_free + link.delay;
    while (link.loss > 0 && std::uniform_real_distribution<>(0, 1)(random) < link.loss) due += link.retransmit;
    last_due = std::max(last_due, due);
    return last_due;
  }
};

class MemoryStream final : public Stream {
 public:
  MemoryStream(std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out) : in_(std::move(in)), out_(std::move(out)) {}
  ~MemoryStream() override { close(); }

  Task<Result<std::size_t>> read(std::span<std::byte> into) override {
    const std::shared_ptr<Pipe> pipe = in_;
    for (;;) {
      if (closed_ || pipe->broken) co_return fail(Errc::Closed, "memory stream");
      const TimePoint now = pipe->loop.now();
      if (!pipe->pieces.empty() && pipe->pieces.front().due <= now) co_return take(*pipe, into);
      if (pipe->pieces.empty() && pipe->finished && pipe->finish_due <= now) co_return std::size_t{0};
      TimePoint next = runtime::kNever;
      if (!pipe->pieces.empty()) next = pipe->pieces.front().due;
      if (pipe->pieces.empty() && pipe->finished) next = pipe->finish_due;
      if (next == runtime::kNever) {
        CO_TRY(co_await pipe->change.wait());
      } else {
        CO_TRY(co_await wait_until(*pipe, next));
      }
    }
  }

  Task<Result<>> write(ByteView bytes) override {
    const std::shared_ptr<Pipe> pipe = out_;
    while (!bytes.empty()) {
      if (closed_ || pipe->broken || pipe->finished) co_return fail(Errc::Closed, "memory stream");
      if (pipe->under_way >= pipe->link.buffer) {
        const Result<> woken = co_await pipe->change.wait();
        if (!woken) {
          close();
          co_return woken;
        }
        continue;
      }
      const ByteView piece = bytes.first(std::min(kPiece, bytes.size()));
      pipe->pieces.push_back({pipe->due_of(piece.size()), Bytes(piece.begin(), piece.end()), 0});
      pipe->under_way += piece.size();
      bytes = bytes.subspan(piece.size());
      pipe->change.notify_all();
    }
    co_return Result<>();
  }

  Task<Result<>> finish() override {
    if (closed_) co_return fail(Errc::Closed, "memory stream");
    out_->finished = true;
    out_->finish_due = std::max(out_->last_due, out_->loop.now() + out_->link.delay);
    out_->change.notify_all();
    co_return Result<>();
  }

  void close() override {
    if (closed_) return;
    closed_ = true;
    in_->broken = true;
    if (!out_->finished) out_->broken = true;
    in_->change.notify_all();
    out_->change.notify_all();
  }

 private:
  static std::size_t take(Pipe& pipe, std::span<std::byte> into) {
    std::size_t count = 0;
    while (count < into.size() && !pipe.pieces.empty() && pipe.pieces.front().due <= pipe.loop.now()) {
      Pipe::Piece& piece = pipe.pieces.front();
      const std::size_t size = std::min(into.size() - count, piece.bytes.size() - piece.taken);
      std::memcpy(into.data() + count, piece.bytes.data() + piece.taken, size);
      count += size;
      piece.taken += size;
      if (piece.taken == piece.bytes.size()) pipe.pieces.pop_front();
    }
    pipe.under_way -= count;
    pipe.change.notify_all();
    return count;
  }

  // Until `when`, or until something changes (close).
  static Task<Result<>> wait_until(Pipe& pipe, TimePoint when) {
    const runtime::Surroundings here = co_await runtime::surroundings();
    const Result<> woken = co_await runtime::with_timeout(when - pipe.loop.now(), wait_change(pipe));
    if (!woken && woken.error().code == Errc::Cancelled && here.scope->cancelled()) co_return woken;
    co_return Result<>();
  }
  static Task<Result<>> wait_change(Pipe& pipe) { co_return co_await pipe.change.wait(); }

  std::shared_ptr<Pipe> in_;
  std::shared_ptr<Pipe> out_;
  bool closed_ = false;
};

}  // namespace

MemoryPair make_memory_pair(runtime::Loop& loop, MemoryLink link) {
  auto up = std::make_shared<Pipe>(loop, link);
  link.seed += 1;
  auto down = std::make_shared<Pipe>(loop, link);
  MemoryPair pair;
  pair.client = std::make_unique<MemoryStream>(down, up);
  pair.server = std::make_unique<MemoryStream>(up, down);
  return pair;
}

}  // namespace booster::net
