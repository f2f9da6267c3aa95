// A mail program's end of a face over memory: says lines, expects lines.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "booster/net/memory_stream.h"
#include "booster/tls/tls_stream.h"
#include "proxy/client/faces/face.h"
#include "tests/proxy/client/faces/fake_mailstore.h"
#include "tests/support/coro_test.h"

namespace support {

using booster::runtime::Loop;
using booster::runtime::TaskScope;
using Serve = Task<Result<>> (*)(booster::net::StreamPtr, const faces::FaceSettings&, faces::AccountBook&,
                                 faces::Doorkeeper&);

inline void ignore_error(const std::string&, const proxy::Error&) {}

// One face with its sessions; join() it at the end of a test.
struct FaceWorld {
  explicit FaceWorld(Loop& of) : loop(of), sessions(of, of.scope(), &ignore_error) {}
  Loop& loop;
  FakeAccounts accounts;
  faces::FaceSettings settings;
  faces::Doorkeeper doorkeeper;
  TaskScope sessions;
  FakeMailstore& store() { return accounts.store; }
};

inline Task<void> end(FaceWorld& world) {
  world.sessions.cancel();
  co_await world.sessions.join();
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Program {
 public:
  // `piece`: octets of one write; 0: all at once.
  Program(FaceWorld& world, Serve serve, std::size_t piece = 0) : piece_(piece) {
    booster::net::MemoryPair pair = booster::net::make_memory_pair(world.loop);
    stream_ = std::move(pair.client);
    world.sessions.spawn("session", serve(std::move(pair.server), world.settings, world.accounts, world.doorkeeper));
  }

  explicit Program(booster::net::StreamPtr stream) : stream_(std::move(stream)), piece_(0) {}

  // The client's handshake, on the name "face.test".
  Task<Result<>> start_tls(const booster::tls::Context& context) {
    auto tls = co_await booster::tls::TlsStream::connect(context, std::move(stream_), "face.test");
    if (!tls) co_return tl::unexpected(tls.error());
    stream_ = std::move(*tls);
    co_return Result<>();
  }
  Task<Result<>> say(std::string text) {
    const std::size_t step = piece_ == 0 ? text.size() : piece_;
    for (std::size_t at = 0; at < text.size(); at += step) {
      const std::string part = text.substr(at, step);
      CO_TRY(co_await stream_->write(codec::as_bytes(part)));
    }
    co_return Result<>();
  }
  // Everything up to and including a line that begins with `prefix`. "" when the face closed before.
  Task<std::string> until(std::string prefix) {
    std::string text;
    for (;;) {
      const std::string line = co_await read_line();
      text += line;
      if (line.empty()) co_return text + "<closed>";
      if (line.starts_with(prefix)) co_return text;
    }
  }
  // "tag command" CRLF, then everything up to its tagged answer.
  Task<std::string> ask(std::string command) {
    const std::string tag = command.substr(0, command.find(' ') + 1);
    (void)co_await say(command + "\r\n");
    co_return co_await until(tag);
  }
  Task<std::string> read_line() {
    for (;;) {
      const std::size_t end = buffer_.find('\n');
      if (end != std::string::npos) {
        std::string line = buffer_.substr(0, end + 1);
        buffer_.erase(0, end + 1);
        co_return line;
      }
      std::byte octets[4096];
      const Result<std::size_t> count = co_await stream_->read(octets);
      if (!count || *count == 0) co_return std::string();
      buffer_.append(reinterpret_cast<const char*>(octets), *count);
    }
  }
  Task<std::string> log_in() { return ask("a LOGIN user secret"); }
  void close() { stream_->close(); }
  booster::net::Stream& stream() { return *stream_; }

 private:
  std::unique_ptr<booster::net::Stream> stream_;
  std::string buffer_;
  std::size_t piece_;
};

}  // namespace support
