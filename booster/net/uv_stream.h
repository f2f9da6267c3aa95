// The Stream over a uv_tcp_t or uv_pipe_t. The handle lives on the heap and is freed in its close callback only.
#pragma once
#include "booster/net/stream.h"
#include "booster/runtime/loop.h"
#include "booster/runtime/notify.h"

namespace booster::net {

class UvStream final : public Stream {
 public:
  static std::unique_ptr<UvStream> make_tcp(runtime::Loop& loop);
  static std::unique_ptr<UvStream> make_pipe(runtime::Loop& loop);
  ~UvStream() override { close(); }

  Task<Result<std::size_t>> read(std::span<std::byte> into) override;
  Task<Result<>> write(ByteView bytes) override;
  Task<Result<>> finish() override;
  void close() override;
  int fd() const override;
  std::string peer() const override { return peer_; }

  uv_stream_t* handle() { return handle_; }
  void opened();  // connected or accepted: TCP_NODELAY, the peer's name

 private:
  friend class ReadAwaiter;
  friend class WriteAwaiter;
  explicit UvStream(uv_stream_t* handle) : handle_(handle) {}
  void on_read(ssize_t count);
  void stop_reading();

  uv_stream_t* handle_;
  bool reading_ = false;  // the loop watches for something to read
  bool heard_ = false;    // something was read, and nothing refused since
  ssize_t unheard_ = 0;   // the end, or an error, that came while nobody read
  class ReadAwaiter* reader_ = nullptr;
  class WriteAwaiter* writer_ = nullptr;
  class ShutdownAwaiter* finisher_ = nullptr;
  std::string peer_ = "peer";
  friend class ShutdownAwaiter;
};

}  // namespace booster::net
