// ChainLink: framed property chains both ways on one Stream, and calls that wait for their answer by number.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "booster/net/stream.h"
#include "booster/runtime/loop.h"
#include "booster/runtime/notify.h"
#include "codec/property/frame.h"

namespace proxy::gateway {

using booster::runtime::Task;

constexpr std::size_t kMaxQueuedChains = 1024;  // a peer that reads nothing has this many answers waiting
constexpr std::size_t kMaxQueuedBytes = std::size_t{1} << 20;

class ChainLink {
 public:
  //   Owns  borrows the stream
  explicit ChainLink(booster::net::Stream& stream,
                     const codec::property::Limits& limits = codec::property::kControlLimits)
      : stream_(stream), limits_(limits), frames_(limits), buffer_(kReadBuffer) {}
  ~ChainLink();

  // The next chain.   Errors  Closed: the peer has finished · Protocol, Limit: not a chain; those of the stream
  Task<Result<codec::property::Chain>> next();
  // Queues a chain; never waits.   Errors  Full: the peer reads too slowly · Limit: longer than it would take
  Result<> send(const codec::property::Chain& chain);
  // Writes what is queued, until cancelled or the stream fails; octets are wiped once written (passwords pass here).
  Task<Result<>> write_all();
  // Until everything queued is written (write_all must run).
  Task<Result<>> flushed();

 private:
  static constexpr std::size_t kReadBuffer = 4096;
  booster::net::Stream& stream_;
  codec::property::Limits limits_;
  codec::property::FrameReader frames_;
  Bytes buffer_;
  ByteView unread_;
  std::deque<Bytes> queue_;
  std::size_t queued_bytes_ = 0;
  booster::runtime::Notify queued_;
  booster::runtime::Notify emptied_;
};

// Answers that are waited for. T is move-constructible.
template <class T>
class Calls {
 public:
  std::uint64_t begin() {
    const std::uint64_t call = ++last_;
    waiting_.emplace(call, std::make_shared<Slot>());
    return call;
  }
  //   Errors  Closed: the other process is gone; Cancelled
  Task<Result<T>> wait(std::uint64_t call) {
    const auto found = waiting_.find(call);
    if (found == waiting_.end()) co_return fail(Errc::Closed, "call");
    const std::shared_ptr<Slot> slot = found->second;
    Result<> woken;
    while (!slot->answer && woken) woken = co_await slot->change.wait();
    waiting_.erase(call);
    if (!slot->answer) co_return tl::unexpected(woken.error());
    co_return std::move(*slot->answer);
  }
  // False: nobody waits for it (any more).
  bool complete(std::uint64_t call, Result<T> answer) {
    const auto found = waiting_.find(call);
    if (found == waiting_.end()) return false;
    found->second->answer.emplace(std::move(answer));
    found->second->change.notify_all();
    return true;
  }
  void fail_all(const Error& error) {
    for (auto& [call, slot] : waiting_) {
      if (slot->answer) continue;
      slot->answer.emplace(tl::unexpected(error));
      slot->change.notify_all();
    }
  }

 private:
  struct Slot {
    std::optional<Result<T>> answer;
    booster::runtime::Notify change;
  };
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, std::shared_ptr<Slot>> waiting_;
};

}  // namespace proxy::gateway
