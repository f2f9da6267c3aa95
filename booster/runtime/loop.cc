#include "booster/runtime/loop.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace booster::runtime {
namespace {

constexpr int kDrainBurst = 4096;  // steps between two looks at the sockets, so that busy coroutines cannot starve them
thread_local std::size_t frames = 0;

}  // namespace

std::size_t live_frames() {
  return frames;
}

void* allocate_frame(std::size_t size) {
  void* frame = ::operator new(size);
  ++frames;
  return frame;
}

void free_frame(void* frame) noexcept {
  --frames;
  ::operator delete(frame);
}

void resume_later(Loop& loop, std::coroutine_handle<> handle) {
  loop.post(handle);
}

TimePoint read_boot_clock() {
  timespec ts{};
  clock_gettime(CLOCK_BOOTTIME, &ts);
  return TimePoint(std::chrono::seconds(ts.tv_sec) + std::chrono::nanoseconds(ts.tv_nsec));
}

void RootFrame::promise_type::unhandled_exception() {
  try {
    std::rethrow_exception(std::current_exception());
  } catch (const std::exception& stray) {
    std::fprintf(stderr, "stray exception reached a task scope: %s\n", stray.what());
  } catch (...) {
    std::fprintf(stderr, "stray exception reached a task scope\n");
  }
  std::abort();
}

void TimerNode::set(Loop& loop, TimePoint when) {
  clear();
  if (when == kNever) return;
  loop_ = &loop;
  when_ = when;
  loop.deadlines_.emplace(when, reinterpret_cast<std::uintptr_t>(this), this);
}

void TimerNode::clear() {
  if (loop_ == nullptr) return;
  loop_->deadlines_.erase({when_, reinterpret_cast<std::uintptr_t>(this), this});
  loop_ = nullptr;
}

Loop::Loop(Time time) : time_(time) {
  CHECK(uv_loop_init(&uv_) == 0);
  // libuv writes without MSG_NOSIGNAL: a peer that leaves is to be EPIPE, not the end of the process. It also gives a
  // child the default action back, so what the parent ignores is no help there.
  CHECK(std::signal(SIGPIPE, SIG_IGN) != SIG_ERR);
  uv_.data = this;
  timer_ = new uv_timer_t;
  CHECK(uv_timer_init(&uv_, timer_) == 0);
  async_ = new uv_async_t;
  CHECK(uv_async_init(&uv_, async_,
                      [](uv_async_t* handle) { static_cast<Loop*>(handle->loop->data)->run_thread_jobs(); }) == 0);
  virtual_now_ = TimePoint(std::chrono::hours(1));
}

Loop::~Loop() {
  uv_close(reinterpret_cast<uv_handle_t*>(timer_), [](uv_handle_t* h) { delete reinterpret_cast<uv_timer_t*>(h); });
  uv_close(reinterpret_cast<uv_handle_t*>(async_), [](uv_handle_t* h) { delete reinterpret_cast<uv_async_t*>(h); });
  while (uv_run(&uv_, UV_RUN_NOWAIT) != 0) {
    if (open_handles() == 0 && !uv_loop_alive(&uv_)) break;
  }
  CHECK(uv_loop_close(&uv_) == 0);
}

TimePoint Loop::now() const {
  return time_ == Time::Virtual ? virtual_now_ : read_boot_clock();
}

std::chrono::system_clock::time_point Loop::wall_now() const {
  if (time_ == Time::Real) return std::chrono::system_clock::now();
  return std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000)) +
         std::chrono::duration_cast<std::chrono::system_clock::duration>(virtual_now_.time_since_epoch());
}

std::size_t Loop::open_handles() {
  std::size_t count = 0;
  uv_walk(
      &uv_,
      [](uv_handle_t* handle, void* arg) {
        auto* loop = static_cast<Loop*>(handle->loop->data);
        if (handle == reinterpret_cast<uv_handle_t*>(loop->timer_) ||
            handle == reinterpret_cast<uv_handle_t*>(loop->async_))
          return;
        if (!uv_is_closing(handle)) ++*static_cast<std::size_t*>(arg);
      },
      &count);
  return count;
}

void Loop::post_from_thread(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  thread_jobs_.push_back(std::move(job));
  uv_async_send(async_);
}

void Loop::run_thread_jobs() {
  std::vector<std::function<void()>> jobs;
  {
    const std::lock_guard lock(mutex_);
    jobs.swap(thread_jobs_);
  }
  for (auto& job : jobs) job();
}

void Loop::run_until(const bool& done) {
  while (!done) {
    drain();
    if (done) break;
    wait();
    fire_timers();
  }
}

void Loop::drain() {
  for (int steps = 0; !ready_.empty() && steps < kDrainBurst; ++steps) {
    const std::coroutine_handle<> next = ready_.front();
    ready_.pop_front();
    next.resume();
  }
}

void Loop::wait() {
  if (!ready_.empty()) {
    uv_run(&uv_, UV_RUN_NOWAIT);
    return;
  }
  const bool any = !deadlines_.empty();
  if (time_ == Time::Virtual) {
    uv_run(&uv_, UV_RUN_NOWAIT);
    if (!ready_.empty()) return;
    if (external_ > 0 || !any) {
      CHECK(external_ > 0 || open_handles() > 0);  // nothing can ever happen again: a test that would hang
      uv_run(&uv_, UV_RUN_ONCE);
    } else {
      virtual_now_ = std::max(virtual_now_, std::get<0>(*deadlines_.begin()));
    }
    return;
  }
  if (any) {
    const Duration left = std::get<0>(*deadlines_.begin()) - read_boot_clock();
    const auto millis = left.count() <= 0 ? 0 : std::chrono::ceil<std::chrono::milliseconds>(left).count();
    uv_update_time(&uv_);
    // Repeating: libuv runs due timers before it polls, and would then wait for ever for the one that has just fired.
    constexpr std::uint64_t kRepeat = 1;
    uv_timer_start(
        timer_, [](uv_timer_t*) {}, static_cast<std::uint64_t>(millis), kRepeat);
  } else {
    uv_timer_stop(timer_);
  }
  uv_run(&uv_, UV_RUN_ONCE);
}

void Loop::fire_timers() {
  const TimePoint moment = now();
  while (!deadlines_.empty() && std::get<0>(*deadlines_.begin()) <= moment) {
    TimerNode& node = *std::get<2>(*deadlines_.begin());
    node.clear();
    node.on_time();
  }
}

}  // namespace booster::runtime
