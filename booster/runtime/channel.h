// Channel<T>: a bounded queue between coroutines of one loop. Full: the producer waits.
#pragma once
#include <deque>

#include "booster/runtime/notify.h"

namespace booster::runtime {

template <class T>
class Channel {
 public:
  explicit Channel(std::size_t limit) : limit_(limit) {}

  bool try_push(T value) {
    if (closed_ || items_.size() >= limit_) return false;
    items_.push_back(std::move(value));
    pushed_.notify_one();
    return true;
  }
  // Errors  Closed after close(); Cancelled
  Task<Result<>> push(T value) {
    while (!closed_ && items_.size() >= limit_) CO_TRY(co_await popped_.wait());
    if (closed_) co_return fail(Errc::Closed, "channel");
    items_.push_back(std::move(value));
    pushed_.notify_one();
    co_return Result<>();
  }
  // Errors  Closed once it is closed and empty; Cancelled
  Task<Result<T>> pop() {
    while (items_.empty()) {
      if (closed_) co_return fail(Errc::Closed, "channel");
      CO_TRY(co_await pushed_.wait());
    }
    T value = std::move(items_.front());
    items_.pop_front();
    popped_.notify_one();
    co_return value;
  }
  std::optional<T> try_pop() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> value(std::move(items_.front()));
    items_.pop_front();
    popped_.notify_one();
    return value;
  }
  void close() {
    closed_ = true;
    pushed_.notify_all();
    popped_.notify_all();
  }
  bool closed() const { return closed_; }
  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }

 private:
  std::size_t limit_;
  bool closed_ = false;
  std::deque<T> items_;
  Notify pushed_;
  Notify popped_;
};

}  // namespace booster::runtime
