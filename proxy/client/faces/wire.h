// One connection of a mail program: buffered both ways, with a deadline on every read and write.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "booster/net/stream.h"
#include "booster/net/tcp.h"
#include "booster/runtime/scope.h"
#include "booster/runtime/timer.h"
#include "booster/tls/context.h"

namespace proxy::client::faces {

using booster::runtime::Duration;
using booster::runtime::Notify;
using booster::runtime::Task;

constexpr std::size_t kInput = 16 * 1024;
constexpr std::size_t kFlushAt = 32 * 1024;                 // of output; also the piece that a deadline is for
constexpr Duration kWriteStall = std::chrono::seconds(60);  // a piece: a program that reads less than 550 B/s is gone
constexpr Duration kProgressEvery = std::chrono::seconds(15);  // mbsync gives up after 20 s of silence

enum class Woken { Input, Changed, Ended };

class Wire {
 public:
  explicit Wire(booster::net::StreamPtr stream) : stream_(std::move(stream)), buffer_(kInput) {}

  booster::net::Stream& stream() { return *stream_; }
  std::string& out() { return out_; }
  std::string_view& input() { return input_; }  // read and not taken yet

  // Reads more behind what input() still holds.   Errors  Timeout, Limit: input() is full; those of read()
  Task<Result<Woken>> fill(Duration limit);
  // As fill(), but also ends when `changed` is said, or `moved` is true already.
  Task<Result<Woken>> fill_or_change(Duration limit, Notify& changed, std::function<bool()> moved);
  Task<Result<>> flush();  // Errors  Timeout: the program does not read; those of write()
  Task<Result<>> flush_when_full() { return flush_above(kFlushAt); }
  // The handshake; nothing may be buffered.   Errors  Protocol: octets behind STARTTLS; the handshake's
  Task<Result<>> start_tls(const booster::tls::Context& context);
  bool open() const { return stream_ != nullptr; }  // false: a handshake failed
  void close() {
    if (stream_) stream_->close();
  }

 private:
  Task<Result<>> flush_above(std::size_t octets);

  booster::net::StreamPtr stream_;
  Bytes buffer_;
  std::string_view input_;
  std::string out_;
};

// Runs `work`; writes `line` (with CRLF) every kProgressEvery until it is done. `work` must not write to the wire.
Task<Result<>> keep_alive(Wire& wire, std::string line);
template <class T>
Task<Result<T>> with_progress(Wire& wire, std::string line, Task<Result<T>> work) {
  CO_TRY(co_await wire.flush());
  const booster::runtime::Surroundings here = co_await booster::runtime::surroundings();
  bool failed = false;
  auto on_error = [&failed](const std::string&, const Error&) { failed = true; };
  booster::runtime::TaskScope ticker(*here.loop, *here.scope, std::move(on_error));
  ticker.spawn("progress", keep_alive(wire, std::move(line)));
  Result<T> result = co_await std::move(work);
  ticker.cancel();
  co_await ticker.join();
  if (failed && result) co_return fail(Errc::Closed, "the program does not read");
  co_return result;
}

}  // namespace proxy::client::faces
