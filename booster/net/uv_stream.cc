#include "booster/net/uv_stream.h"

#include "booster/net/address.h"

namespace booster::net {
namespace {

Error io_error(const char* operation, int rc) {
  const bool gone = rc == UV_ECONNRESET || rc == UV_EPIPE || rc == UV_ECANCELED || rc == UV_ENOTCONN;
  return Error(gone ? Errc::Closed : Errc::Io, std::string(operation) + ": " + uv_strerror(rc), -rc);
}

}  // namespace

class ReadAwaiter final : public runtime::Leaf {
 public:
  ReadAwaiter(UvStream& stream, std::span<std::byte> into) : stream_(stream), into_(into) {}
  bool await_ready() noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> self) {
    CHECK(stream_.reader_ == nullptr);
    if (!wait(self)) return false;
    stream_.reader_ = this;
    if (stream_.unheard_ != 0) {
      end(stream_.unheard_);
      return true;
    }
    if (stream_.reading_) return true;
    stream_.reading_ = true;
    const int rc = uv_read_start(
        stream_.handle_,
        [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
          auto* me = static_cast<UvStream*>(handle->data)->reader_;
          *buffer = me == nullptr ? uv_buf_init(nullptr, 0)
                                  : uv_buf_init(reinterpret_cast<char*>(me->into_.data()),
                                                static_cast<unsigned>(me->into_.size()));
        },
        [](uv_stream_t* handle, ssize_t count, const uv_buf_t*) {
          if (count != 0) static_cast<UvStream*>(handle->data)->on_read(count);  // else nothing now
        });
    if (rc != 0) end(rc);
    return true;
  }
  Result<std::size_t> await_resume() {
    if (cancelled()) return fail(Errc::Cancelled, "read");
    if (count_ == UV_EOF) return std::size_t{0};
    if (count_ < 0) return tl::unexpected(io_error("read", static_cast<int>(count_)));
    return static_cast<std::size_t>(count_);
  }
  void end(ssize_t count) {
    count_ = count;
    stream_.reader_ = nullptr;
    if (count < 0) stream_.stop_reading();
    complete();
  }

 private:
  void abort() override {
    stream_.reader_ = nullptr;
    stream_.stop_reading();
  }
  UvStream& stream_;
  std::span<std::byte> into_;
  ssize_t count_ = 0;
};

// Who reads mostly reads on before the loop looks the next time: the descriptor stays watched, and is let go of when
// something comes that nobody wants.
void UvStream::on_read(ssize_t count) {
  if (reader_ != nullptr) {
    heard_ = true;
    return reader_->end(count);
  }
  // Where a read filled its room libuv goes on at once, before who reads could ask again.
  if (count == UV_ENOBUFS && std::exchange(heard_, false)) return;
  if (count != UV_ENOBUFS) unheard_ = count;
  stop_reading();
}

void UvStream::stop_reading() {
  reading_ = false;
  if (handle_ != nullptr) uv_read_stop(handle_);
}

class WriteAwaiter final : public runtime::Leaf {
 public:
  WriteAwaiter(UvStream& stream, ByteView bytes) : stream_(stream), bytes_(bytes) {}
  bool await_ready() noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> self) {
    CHECK(stream_.writer_ == nullptr);
    if (!wait(self)) return false;
    stream_.writer_ = this;
    auto* text = const_cast<char*>(reinterpret_cast<const char*>(bytes_.data()));
    uv_buf_t buffer = uv_buf_init(text, static_cast<unsigned>(bytes_.size()));
    const int at_once = uv_try_write(stream_.handle_, &buffer, 1);
    if (at_once >= 0 && static_cast<std::size_t>(at_once) == bytes_.size()) {
      end(0);
      return true;
    }
    if (at_once < 0 && at_once != UV_EAGAIN) {
      end(at_once);
      return true;
    }
    // The rest is copied: after a cancel the caller's bytes may be gone before the kernel has taken them.
    rest_.assign(bytes_.begin() + std::max(at_once, 0), bytes_.end());
    start();
    return true;
  }
  Result<> await_resume() {
    if (cancelled()) return fail(Errc::Cancelled, "write");
    if (status_ < 0) return tl::unexpected(io_error("write", status_));
    return {};
  }
  void end(int status) {
    status_ = status;
    stream_.writer_ = nullptr;
    if (request_ != nullptr) request_->owner = nullptr;
    request_ = nullptr;
    complete();
  }

 private:
  struct Request {
    uv_write_t write{};
    Bytes bytes;
    WriteAwaiter* owner = nullptr;
  };
  void start() {
    request_ = new Request;
    request_->bytes = std::move(rest_);
    request_->owner = this;
    request_->write.data = request_;
    uv_buf_t buffer =
        uv_buf_init(reinterpret_cast<char*>(request_->bytes.data()), static_cast<unsigned>(request_->bytes.size()));
    const int rc = uv_write(&request_->write, stream_.handle_, &buffer, 1, [](uv_write_t* write, int status) {
      auto* request = static_cast<Request*>(write->data);
      WriteAwaiter* owner = request->owner;
      if (owner != nullptr) owner->end(status);
      delete request;
    });
    if (rc != 0) {
      delete request_;
      request_ = nullptr;
      end(rc);
    }
  }
  void abort() override {
    stream_.writer_ = nullptr;
    if (request_ != nullptr) request_->owner = nullptr;
    request_ = nullptr;
    stream_.close();
  }
  UvStream& stream_;
  ByteView bytes_;
  Bytes rest_;
  Request* request_ = nullptr;
  int status_ = 0;
};

class ShutdownAwaiter final : public runtime::Leaf {
 public:
  explicit ShutdownAwaiter(UvStream& stream) : stream_(stream) {}
  bool await_ready() noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> self) {
    if (!wait(self)) return false;
    stream_.finisher_ = this;
    auto* request = new uv_shutdown_t;
    const int rc = uv_shutdown(request, stream_.handle_, [](uv_shutdown_t* ended, int status) {
      auto* stream = static_cast<UvStream*>(ended->handle->data);
      delete ended;
      if (stream != nullptr && stream->finisher_ != nullptr) stream->finisher_->end(status);
    });
    if (rc != 0) {
      delete request;
      end(rc);
    }
    return true;
  }
  Result<> await_resume() {
    if (cancelled()) return fail(Errc::Cancelled, "finish");
    if (status_ < 0) return tl::unexpected(io_error("finish", status_));
    return {};
  }
  void end(int status) {
    status_ = status;
    stream_.finisher_ = nullptr;
    complete();
  }

 private:
  void abort() override { stream_.finisher_ = nullptr; }
  UvStream& stream_;
  int status_ = 0;
};

std::unique_ptr<UvStream> UvStream::make_tcp(runtime::Loop& loop) {
  auto* tcp = new uv_tcp_t;
  CHECK(uv_tcp_init(loop.uv(), tcp) == 0);
  std::unique_ptr<UvStream> stream(new UvStream(reinterpret_cast<uv_stream_t*>(tcp)));
  tcp->data = stream.get();
  return stream;
}

std::unique_ptr<UvStream> UvStream::make_pipe(runtime::Loop& loop) {
  auto* pipe = new uv_pipe_t;
  CHECK(uv_pipe_init(loop.uv(), pipe, 0) == 0);
  std::unique_ptr<UvStream> stream(new UvStream(reinterpret_cast<uv_stream_t*>(pipe)));
  pipe->data = stream.get();
  return stream;
}

void UvStream::opened() {
  if (handle_->type != UV_TCP) {
    peer_ = "unix";
    return;
  }
  auto* tcp = reinterpret_cast<uv_tcp_t*>(handle_);
  uv_tcp_nodelay(tcp, 1);
  sockaddr_storage name{};
  int size = sizeof name;
  if (uv_tcp_getpeername(tcp, reinterpret_cast<sockaddr*>(&name), &size) == 0)
    peer_ = Address::from(reinterpret_cast<const sockaddr*>(&name)).host();
}

Task<Result<std::size_t>> UvStream::read(std::span<std::byte> into) {
  if (handle_ == nullptr) co_return fail(Errc::Closed, "read: closed here");
  co_return co_await ReadAwaiter(*this, into);
}

Task<Result<>> UvStream::write(ByteView bytes) {
  if (handle_ == nullptr) co_return fail(Errc::Closed, "write: closed here");
  if (bytes.empty()) co_return Result<>();
  co_return co_await WriteAwaiter(*this, bytes);
}

Task<Result<>> UvStream::finish() {
  if (handle_ == nullptr) co_return fail(Errc::Closed, "finish: closed here");
  co_return co_await ShutdownAwaiter(*this);
}

int UvStream::fd() const {
  uv_os_fd_t fd = -1;
  if (handle_ != nullptr) uv_fileno(reinterpret_cast<const uv_handle_t*>(handle_), &fd);
  return fd;
}

void UvStream::close() {
  if (handle_ == nullptr) return;
  uv_stream_t* handle = std::exchange(handle_, nullptr);
  handle->data = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(handle), [](uv_handle_t* closed) {
    if (closed->type == UV_NAMED_PIPE) {
      delete reinterpret_cast<uv_pipe_t*>(closed);
    } else {
      delete reinterpret_cast<uv_tcp_t*>(closed);
    }
  });
  if (reader_ != nullptr) reader_->end(UV_ECANCELED);
  if (writer_ != nullptr) writer_->end(UV_ECANCELED);
  if (finisher_ != nullptr) finisher_->end(UV_ECANCELED);
}

}  // namespace booster::net
